// SPDX-License-Identifier: Apache-2.0
import type { Io } from './io.ts';

export interface CapturedIo extends Io {
  /** What was written so far. */
  readonly out: () => string;
  readonly err: () => string;
}

/** An outside that keeps what is written: for the demo, which runs commands as a pipeline's jobs would. */
export function capturedIo(env: Io['env'], options: Partial<Pick<Io, 'now' | 'signal' | 'stdin'>> = {}): CapturedIo {
  let out = '';
  let err = '';
  return {
    stdout: {
      write: (text) => {
        out += text;
      },
      isTerminal: false,
      columns: 120,
    },
    stderr: {
      write: (text) => {
        err += text;
      },
      isTerminal: false,
      columns: 120,
    },
    stdin: async () => new Uint8Array(),
    env,
    now: () => new Date(),
    signal: new AbortController().signal,
    ...options,
    out: () => out,
    err: () => err,
  };
}
