// SPDX-License-Identifier: Apache-2.0
import type { CompileContext } from './stages.ts';

export function checkUnusedLocals(_context: CompileContext): void {}
