// SPDX-License-Identifier: Apache-2.0

/** An input that is missing or cannot be what it should; nothing has been done yet. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code = 'input';
}
