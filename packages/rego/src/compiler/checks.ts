// SPDX-License-Identifier: Apache-2.0
import { checkAnnotations } from './check-annotations.ts';
import { checkConflicts } from './check-conflicts.ts';
import { checkDeprecated, checkFunctions, checkVoidCalls } from './check-functions.ts';
import { checkImports } from './check-imports.ts';
import { checkOverrides } from './check-overrides.ts';
import { checkTypes } from './check-types.ts';
import { checkUnusedLocals } from './check-unused.ts';
import type { Stage } from './stages.ts';

/**
 * The checks that change nothing, each behind the rewriting stage its name begins with. What they refuse evaluates
 * wrongly or not at all; leaving them out for modules that passed before loses nothing.
 */
export const checks: readonly Stage[] = [
  { name: 'first: imports', all: checkImports },
  { name: 'first: overrides', all: checkOverrides },
  { name: 'resolve names: unused locals', all: checkUnusedLocals, despiteErrors: true },
  { name: 'capture terms of print and templates: void calls', all: checkVoidCalls },
  { name: 'flatten calls: annotations', all: checkAnnotations },
  { name: 'flatten calls: conflicts', all: checkConflicts },
  { name: 'flatten calls: functions', all: checkFunctions },
  { name: 'check recursion: types', all: checkTypes },
  { name: 'check recursion: deprecated functions', all: checkDeprecated },
];
