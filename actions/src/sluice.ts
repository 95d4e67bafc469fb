// SPDX-License-Identifier: Apache-2.0
import { COMMANDS, type Command, type ExitCode, type Io, runCommand } from '@sluice/cli';
import type { Job } from './job.ts';

/** One command of `sluice`, as its command line would run it in this job. */
export interface Run {
  readonly exit: ExitCode;
  /** What it printed as its result; the log has the rest. */
  readonly out: string;
}

export async function loadCommand(name: string): Promise<Command> {
  const entry = COMMANDS.find((one) => one.name === name);
  if (entry === undefined) throw new TypeError(`there is no command ${name}`);
  return entry.load();
}

/** Runs a command; what it throws is thrown on, for `runAction` to say. */
export async function runSluice(job: Job, words: readonly string[], env: Io['env'] = {}): Promise<Run> {
  const results: string[] = [];
  const io: Io = {
    stdout: { write: (text) => void results.push(text), isTerminal: false, columns: 120 },
    stderr: { write: (text) => writeSafely(job, text), isTerminal: false, columns: 120 },
    stdin: async () => new Uint8Array(),
    env: { ...job.env, ...env },
    now: job.now,
    signal: job.signal,
  };
  const exit = await runCommand(job.isDebug ? withDebug(words) : words, io);
  return { exit, out: results.join('') };
}

/** Where a person re-runs a job with debug logging, every request is said. */
function withDebug(words: readonly string[]): readonly string[] {
  const end = words.indexOf('--');
  return end < 0 ? [...words, '--debug'] : [...words.slice(0, end), '--debug', ...words.slice(end)];
}

/** The log obeys lines that begin with `::`. Of these only the folding of groups is ours to send. */
function writeSafely(job: Job, text: string): void {
  for (const line of text.replace(/\n$/, '').split('\n')) job.say(harmless(line));
}

export function harmless(line: string): string {
  if (/^::group::[^\r]*$/.test(line) || line === '::endgroup::') return line;
  return line.replace(/^(\s*)::/, '$1: :').replaceAll('##[', '# #[');
}
