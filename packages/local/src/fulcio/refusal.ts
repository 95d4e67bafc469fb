// SPDX-License-Identifier: Apache-2.0
import { ServiceError } from '../http/service-error.ts';

/** The sentences of Fulcio's own refusals (sigstore/fulcio pkg/server/error.go). */
export const messages = {
  identityToken: 'There was an error processing the identity token',
  publicKey: 'The public key supplied in the request could not be parsed',
  insecureKey: 'The public key supplied in the request is insecure',
  csr: 'The certificate signing request could not be parsed',
  signature: 'The signature supplied in the request could not be verified',
} as const;

/** A refusal as Fulcio sends it; `reason` stays on this side, for the log. */
export class FulcioRefusal extends ServiceError {
  readonly reason: string;

  constructor(message: string, reason: string) {
    super(400, message);
    this.reason = reason;
  }
}

export const invalidArgument = (message: string, reason: string): FulcioRefusal => new FulcioRefusal(message, reason);

/** The gRPC gateway's body of a refusal. */
export function describeRefusal(error: ServiceError): unknown {
  return { code: grpcCodes[error.status] ?? 13, message: error.message, details: [] };
}

const grpcCodes: Readonly<Record<number, number>> = { 400: 3, 404: 5, 405: 12, 413: 8 };
