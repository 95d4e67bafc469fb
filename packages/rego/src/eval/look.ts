// SPDX-License-Identifier: Apache-2.0

/**
 * What a value needed besides the policy, lasting data and its arguments: bits of one number, which everything that
 * needs the value needs as well. None of them set, it is the same in every evaluation over the data.
 */
export const Look = {
  /** The input, anything lent: it may be another's in the next evaluation. */
  outside: 1,
  /** Members of the data that pass, the time itself: another's in the next run. */
  passing: 2,
  /** Whether the time is before or behind something: the same in the next run, as long as nothing of this changes sides. */
  clock: 4,
  /** An answer that has not come, an error that has to be said again: another's in the next round. */
  unanswered: 8,
} as const;
