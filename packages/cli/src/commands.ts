// SPDX-License-Identifier: Apache-2.0
import type { Command } from './command.ts';

export interface CommandEntry {
  /** One or two words: `sign`, `image append`. */
  readonly name: string;
  readonly summary: string;
  /** Loads the command's module: nothing that another command needs is loaded for this one. */
  readonly load: () => Promise<Command>;
}

/** Every command, in the order of the flow. A test holds each summary equal to the command's own. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'version',
    summary: 'Show the version of sluice and of Node',
    load: async () => (await import('./commands/version.ts')).version,
  },
  {
    name: 'completion',
    summary: 'Print a completion script for bash, zsh or fish',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
];
