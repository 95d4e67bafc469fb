// SPDX-License-Identifier: Apache-2.0
import { runCli } from './cli.ts';
import { processIo } from './process-io.ts';

/** Runs this process's command line; its exit code is the process's once the last output is written. */
export async function runProcess(): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), processIo());
}
