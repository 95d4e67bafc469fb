// SPDX-License-Identifier: Apache-2.0
import type { Job } from '../src/job.ts';

/** A job that keeps what an action tells it. */
export interface CapturedJob extends Job {
  readonly outputs: ReadonlyMap<string, string>;
  readonly annotations: readonly string[];
  readonly summaries: readonly string[];
  readonly masked: readonly string[];
  readonly lines: readonly string[];
  readonly failed: () => boolean;
}

export function capturedJob(
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string | undefined>> = {},
): CapturedJob {
  const outputs = new Map<string, string>();
  const annotations: string[] = [];
  const summaries: string[] = [];
  const masked: string[] = [];
  const lines: string[] = [];
  let failed = false;
  return {
    input: (name) => (inputs[name] ?? '').trim(),
    output: (name, value) => void outputs.set(name, value),
    mask: (secret) => void masked.push(secret),
    annotate: (level, message, title) => void annotations.push(`${level}: ${title ?? ''}: ${message}`),
    summarize: async (markdown) => void summaries.push(markdown),
    say: (line) => void lines.push(line),
    fail: () => {
      failed = true;
    },
    env,
    now: () => new Date(),
    signal: new AbortController().signal,
    isDebug: false,
    outputs,
    annotations,
    summaries,
    masked,
    lines,
    failed: () => failed,
  };
}
