// SPDX-License-Identifier: Apache-2.0
import type { Io, Sink } from './io.ts';

/** The real process as a command sees it. The first interrupt cancels, the second ends the process at once. */
export function processIo(): Io {
  const cancel = new AbortController();
  const interrupt = () => {
    if (cancel.signal.aborted) process.exit(130);
    cancel.abort(new Error('The run was interrupted; what was under way has been stopped.'));
  };
  // `once` would leave the second interrupt to Node's default, which is what is wanted; but it must not keep us alive.
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const whileBusy = <T>(work: () => T): T => {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    try {
      return work();
    } finally {
      process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
    }
  };
  return {
    stdout: sink(process.stdout),
    stderr: sink(process.stderr),
    stdin: readStdin,
    ...(process.stdin.isTTY && process.stderr.isTTY ? { askSecret } : {}),
    env: process.env,
    now: () => new Date(),
    signal: cancel.signal,
    whileBusy,
  };
}

function sink(stream: NodeJS.WriteStream): Sink {
  // A reader that closed its end (`sluice … | head`) is no error.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    write: (text) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    columns: stream.columns ?? 100,
  };
}

async function readStdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function askSecret(question: string): Promise<string> {
  const { createInterface } = await import('node:readline');
  const { Writable } = await import('node:stream');
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise((resolve, reject) => {
      lines.question('', resolve);
      lines.once('SIGINT', () => reject(new Error('No password was entered.')));
    });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
