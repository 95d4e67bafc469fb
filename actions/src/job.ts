// SPDX-License-Identifier: Apache-2.0
import * as core from '@actions/core';

/** What an action may ask of its runner, and tell it. The only file that knows `@actions/core` and this process. */
export interface Job {
  /** An input as text, without the blanks around it; empty where it was not given. */
  input(name: string): string;
  /** An output of the step. A runner's file commands take any text: nothing in it is obeyed. */
  output(name: string, value: string): void;
  /** From here on the text is `***` in the log. */
  mask(secret: string): void;
  annotate(level: 'error' | 'warning' | 'notice', message: string, title?: string): void;
  /** Adds Markdown to the step's summary. */
  summarize(markdown: string): Promise<void>;
  /** A line of the log. */
  say(line: string): void;
  /** The step's result is a failure. */
  fail(): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly isDebug: boolean;
}

const levels = { error: core.error, warning: core.warning, notice: core.notice } as const;

export function runnerJob(): Job {
  const cancel = new AbortController();
  // The runner interrupts, waits some seconds, then kills: what is under way is ended, nothing new is begun.
  process.once('SIGINT', () => cancel.abort()).once('SIGTERM', () => cancel.abort());
  return {
    input: (name) => core.getInput(name),
    output: (name, value) => core.setOutput(name, value),
    mask: (secret) => {
      for (const line of secret.split('\n')) if (line.trim().length >= 4) core.setSecret(line.trim());
    },
    annotate: (level, message, title) => levels[level](message, title === undefined ? {} : { title }),
    summarize: async (markdown) => {
      if (process.env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(markdown, true).write();
    },
    say: (line) => void process.stdout.write(`${line}\n`),
    fail: () => {
      process.exitCode = core.ExitCode.Failure;
    },
    env: process.env,
    now: () => new Date(),
    signal: cancel.signal,
    isDebug: core.isDebug(),
  };
}
