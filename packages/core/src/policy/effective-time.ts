// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import { type Instant, instantOf, parseTimeOrDate } from './instant.ts';

/** The time at which a policy is judged: fixed, or that of the newest attestation of each image. */
export type EffectiveTime = { readonly kind: 'at'; readonly instant: Instant } | { readonly kind: 'attestation' };

/** Clocks differ; a time this little in the past was meant as now. */
const slack: Instant = 2_000_000_000n;

/**
 * Reads `--effective-time`: `now`, `attestation`, RFC 3339 or `YYYY-MM-DD`. A time in the past would revive rules and
 * exceptions that no longer hold, so it is refused (`usage`) unless `allowPast` is set.
 */
export function parseEffectiveTime(text: string, now: Date, allowPast: boolean): EffectiveTime {
  const word = text.toLowerCase();
  if (word === 'now') return { kind: 'at', instant: instantOf(now) };
  if (word === 'attestation') return { kind: 'attestation' };
  const instant = parseTimeOrDate(text);
  if (instant === undefined) {
    throw new SluiceError(
      'usage',
      `The effective time should be now, attestation, an RFC 3339 time or a date, but is "${text}".`,
    );
  }
  if (!allowPast && instant < instantOf(now) - slack) {
    throw new SluiceError('usage', `The effective time ${text} is in the past; --allow-past-effective-time allows it.`);
  }
  return { kind: 'at', instant };
}
