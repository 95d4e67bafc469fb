// SPDX-License-Identifier: Apache-2.0
export { runCli, runCommand } from './cli.ts';
export type { Command, FlagSpec, FlagSpecs } from './command.ts';
export { COMMANDS, type CommandEntry } from './commands.ts';
export { describeFailure, type Failure } from './failure.ts';
export type { ExitCode, Io, Sink } from './io.ts';
export { clean } from './terminal/clean.ts';
export { UsageError } from './usage-error.ts';
export { version } from './version.ts';
