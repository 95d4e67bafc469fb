// SPDX-License-Identifier: Apache-2.0

/** The command line itself is wrong: exit code 2, one sentence, and where to read more. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'usage';
}
