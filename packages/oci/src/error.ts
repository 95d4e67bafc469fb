// SPDX-License-Identifier: Apache-2.0

/**
 * Why an operation on a registry, layout or reference stopped.
 *
 * `not-found`, `unauthorized` and `denied` are the registry's answer about what was asked for; `digest-mismatch`,
 * `size-mismatch`, `too-large`, `bad-manifest` and `bad-layout` say that content is not what it claims to be;
 * `unreachable` is a connection that failed or a time-out; `registry-error` any other answer outside the protocol.
 */
export type OciErrorCode =
  | 'bad-reference'
  | 'bad-digest'
  | 'bad-manifest'
  | 'bad-layout'
  | 'bad-content'
  | 'bad-credentials'
  | 'not-found'
  | 'unauthorized'
  | 'denied'
  | 'digest-mismatch'
  | 'size-mismatch'
  | 'too-large'
  | 'too-many'
  | 'conflict'
  | 'unreachable'
  | 'cancelled'
  | 'registry-error';

export interface OciErrorDetails {
  readonly cause?: unknown;
  /** The HTTP status of the answer, where there was one. */
  readonly status?: number;
  /** The first error code of the registry's own error body, such as `MANIFEST_UNKNOWN`. */
  readonly registryCode?: string;
  /** Whether the same request may succeed later. */
  readonly retryable?: boolean;
}

/** The error of this package: one sentence that says what was expected, what was found and what to do. */
export class OciError extends Error {
  override readonly name = 'OciError';
  readonly code: OciErrorCode;
  readonly status: number | undefined;
  readonly registryCode: string | undefined;
  readonly retryable: boolean;

  constructor(code: OciErrorCode, message: string, details: OciErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.status = details.status;
    this.registryCode = details.registryCode;
    this.retryable = details.retryable ?? false;
  }
}
