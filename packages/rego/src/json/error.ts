// SPDX-License-Identifier: Apache-2.0

/** Text that is no JSON, or nested too deeply. */
export class JsonError extends SyntaxError {
  override readonly name = 'JsonError';
  readonly code: 'malformed' | 'too-deep';

  constructor(reason: string, code: JsonError['code']) {
    super(reason);
    this.code = code;
  }
}
