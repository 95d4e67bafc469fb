// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { capturedIo } from '../src/captured-io.ts';
import { runCli } from '../src/cli.ts';

export interface Run {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** One command line in this process, with nothing of this process's environment. */
export async function sluice(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdin = '',
): Promise<Run> {
  const io = capturedIo(env, { stdin: async () => new TextEncoder().encode(stdin) });
  const exit = await runCli(argv, io);
  return { exit, out: io.out(), err: io.err() };
}

/** One command line in a process of its own, as a user starts it. */
export function sluiceProcess(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  return runProgram(join(import.meta.dirname, '../src/main.ts'), argv, env);
}

/** Runs a JavaScript or TypeScript program with these variables only. */
export function runProgram(
  program: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...argv], { env });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ exit: code ?? (signal ? 128 : 3), out, err }));
  });
}
