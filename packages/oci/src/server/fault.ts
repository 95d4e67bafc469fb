// SPDX-License-Identifier: Apache-2.0
import type { OutgoingHttpHeaders } from 'node:http';

/** The codes of the distribution specification, "Error Codes". */
export type FaultCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'SIZE_INVALID'
  | 'UNAUTHORIZED'
  | 'DENIED'
  | 'UNSUPPORTED';

/** An answer that refuses; the handler writes it as the specification's error body. */
export class RegistryFault extends Error {
  readonly status: number;
  readonly code: FaultCode;
  readonly headers: OutgoingHttpHeaders;

  constructor(status: number, code: FaultCode, message: string, headers: OutgoingHttpHeaders = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}
