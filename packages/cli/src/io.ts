// SPDX-License-Identifier: Apache-2.0

/** A place to write text to, and what is known of the reader. */
export interface Sink {
  write(text: string): void;
  /** True where a person watches: only then progress and colour are written. */
  readonly isTerminal: boolean;
  readonly columns: number;
}

/** Everything a command takes from its process; tests and the demo hand in their own. */
export interface Io {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** All of standard input, read when asked for. */
  readonly stdin: () => Promise<Uint8Array>;
  /** Asks a person for a secret without echo; undefined where nobody is there to answer. */
  readonly askSecret?: (question: string) => Promise<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** When the run has to have ended, in milliseconds of `now`; Infinity for never. */
  readonly until?: number;
  /** Does work that never waits: nothing else happens meanwhile, so an interrupt ends the process at once. */
  readonly whileBusy?: <T>(work: () => T) => T;
}

/** 0 passed, 1 the gate refused, 2 wrong usage or configuration, 3 a service or file could not be reached. */
export type ExitCode = 0 | 1 | 2 | 3;
