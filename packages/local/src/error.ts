// SPDX-License-Identifier: Apache-2.0

export type LocalErrorCode = 'port-unavailable' | 'token-refused' | 'bad-request';

/** What this package throws: a service that cannot start, or a misuse that only shows at run time. */
export class LocalError extends Error {
  readonly code: LocalErrorCode;

  constructor(code: LocalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LocalError';
    this.code = code;
  }
}
