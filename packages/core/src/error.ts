// SPDX-License-Identifier: Apache-2.0

/**
 * Why a step stopped. The wrappers map codes to exit codes: `refused` and `unproved` are the gate's own answer (1),
 * `usage`, `configuration` and `context` are the caller's to mend (2), `unreachable` and `file` could not be had (3).
 */
export type SluiceErrorCode =
  | 'refused'
  | 'unproved'
  | 'usage'
  | 'configuration'
  | 'context'
  | 'identity-token'
  | 'signing'
  | 'unreachable'
  | 'file';

/** The error of the steps: one sentence that says what was expected, what was found and what to do. */
export class SluiceError extends Error {
  override readonly name = 'SluiceError';
  readonly code: SluiceErrorCode;

  constructor(code: SluiceErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
