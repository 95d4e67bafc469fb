// SPDX-License-Identifier: Apache-2.0

import { readElement } from '../asn1/decode.ts';
import * as der from '../asn1/encode.ts';
import { oids } from '../asn1/oids.ts';
import { fromBase64, jsonBody, textAt } from '../http/json-body.ts';
import { checkImprint, TimestampRefusal, type TimestampRequest } from './timestamp-request.ts';

/** The JSON form of a request that sigstore/timestamp-authority takes beside RFC 3161's own. */
export function parseJsonRequest(bytes: Buffer): TimestampRequest {
  const body = jsonBody(bytes);
  const algorithm = hashOid(textAt(body, 'hashAlgorithm') ?? '');
  const digest = fromBase64(textAt(body, 'artifactHash'));
  if (digest === undefined) throw new TimestampRefusal('badDataFormat', 'artifactHash must be base64.');
  const imprint = der.sequence(der.sequence(der.oid(algorithm), der.nothing()), der.octets(digest));
  checkImprint(readElement(imprint));
  const policy = textAt(body, 'tsaPolicyOID');
  return {
    imprint,
    certificateRequested: body['certificates'] === true,
    ...nonceOf(body['nonce']),
    ...(policy === undefined ? {} : { policy }),
  };
}

function hashOid(name: string): string {
  switch (name.toLowerCase()) {
    case 'sha256':
      return oids.sha256;
    case 'sha384':
      return oids.sha384;
    case 'sha512':
      return oids.sha512;
    default:
      throw new TimestampRefusal('badAlg', 'hashAlgorithm must be sha256, sha384 or sha512.');
  }
}

function nonceOf(nonce: unknown): { readonly nonce?: Buffer } {
  if (nonce === undefined || nonce === null) return {};
  if (typeof nonce !== 'number' || !Number.isSafeInteger(nonce) || nonce < 0) {
    throw new TimestampRefusal('badDataFormat', 'nonce must be a whole number below 2^53.');
  }
  return { nonce: readElement(der.unsigned(nonce)).content };
}
