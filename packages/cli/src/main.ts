#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
import { enableCompileCache } from 'node:module';

// Compiled code is kept between runs: start-up is a feature of a command that CI runs many times.
enableCompileCache?.();

const { runProcess } = await import('./run.ts');
await runProcess();
