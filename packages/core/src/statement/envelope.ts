// SPDX-License-Identifier: Apache-2.0

/** The payload type of every in-toto statement (in-toto attestation framework, "Envelope"). */
export const inTotoPayloadType = 'application/vnd.in-toto+json';

/** A DSSE envelope as JSON (secure-systems-lab/dsse, envelope.md): payload and signatures in base64. */
export interface JsonEnvelope {
  readonly payloadType: string;
  readonly payload: string;
  readonly signatures: readonly { readonly keyid?: string; readonly sig: string }[];
}

/** DSSE's pre-authentication encoding (dsse, protocol.md): what is signed is the type and the payload, each with its length. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType, 'utf8');
  const head = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${payload.length} `)]);
  return Buffer.concat([head, payload]);
}
