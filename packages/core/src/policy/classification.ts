// SPDX-License-Identifier: Apache-2.0
import { type Instant, parseEffectiveOn } from './instant.ts';
import { codeOf, type RawOutcome, type Result } from './result.ts';

export interface Classified {
  readonly warnings: readonly Result[];
  readonly failures: readonly Result[];
  readonly exceptions: readonly Result[];
  readonly skipped: readonly Result[];
}

type Kind = 'warnings' | 'failures' | 'exceptions' | 'skipped';

/** Sorts selected results by what their rule was, what severity says, and whether the rule is in force yet. */
export function classify(results: readonly Result[], raw: RawOutcome, at: Instant): Classified {
  const sorted: Record<Kind, Result[]> = { warnings: [], failures: [], exceptions: [], skipped: [] };
  for (const result of results) {
    const [kind, said] = classifyOne(result, raw, at);
    sorted[kind].push(said);
  }
  // The raw ones are appended once more, whatever the filter said (quirk of ec: they appear twice).
  sorted.exceptions.push(...raw.exceptions);
  sorted.skipped.push(...raw.skipped);
  return sorted;
}

function classifyOne(result: Result, raw: RawOutcome, at: Instant): [Kind, Result] {
  const kind = originalKind(result, raw);
  const severity = result.metadata?.severity;
  if (kind === 'warnings') return [severity === 'failure' ? 'failures' : 'warnings', result];
  if (kind !== 'failures') return [kind, result];
  if (severity === 'warning') return ['warnings', result];
  return inForce(result, at) ? ['failures', result] : ['warnings', announced(result)];
}

/** A date that is missing or cannot be read counts as being in force. */
function inForce(result: Result, at: Instant): boolean {
  const text = result.metadata?.effective_on;
  const since = typeof text === 'string' ? parseEffectiveOn(text) : undefined;
  return since === undefined || since < at;
}

function announced(result: Result): Result {
  const since = String(result.metadata?.effective_on);
  const msg = `${withoutFinalDot(result.msg)}. This will become a failure starting on ${since}`;
  return { ...result, msg };
}

const order: readonly Kind[] = ['warnings', 'failures', 'exceptions', 'skipped'];

/**
 * What a result was before selection: looked up by code, else by message. A code that was given both as a warning and
 * as a failure is a warning each time (quirk of ec).
 */
function originalKind(result: Result, raw: RawOutcome): Kind {
  const code = codeOf(result);
  const byCode = code === '' ? undefined : order.find((kind) => raw[kind].some((other) => codeOf(other) === code));
  const kind = byCode ?? order.find((kind) => raw[kind].some((other) => other.msg === result.msg));
  return kind ?? (result.metadata?.effective_on === undefined ? 'warnings' : 'failures');
}

export function withoutFinalDot(text: string): string {
  return text.endsWith('.') ? text.slice(0, -1) : text;
}
