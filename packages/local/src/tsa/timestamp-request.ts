// SPDX-License-Identifier: Apache-2.0
import { type DerElement, DerError, expectTag, members, readBoolean, readElement, readOid } from '../asn1/decode.ts';
import { oids } from '../asn1/oids.ts';
import { tags } from '../asn1/tags.ts';

/** TimeStampReq of RFC 3161 section 2.4.1. */
export interface TimestampRequest {
  /** The MessageImprint as it was sent, to be repeated in the token. */
  readonly imprint: Buffer;
  /** The content of the nonce INTEGER, which the token must repeat. */
  readonly nonce?: Buffer;
  readonly policy?: string;
  readonly certificateRequested: boolean;
}

export type FailureInfo = 'badAlg' | 'badRequest' | 'badDataFormat' | 'unacceptedPolicy' | 'unacceptedExtension';

/** A request that gets a TimeStampResp with the status `rejection`. */
export class TimestampRefusal extends Error {
  readonly failure: FailureInfo;

  constructor(failure: FailureInfo, message: string) {
    super(message);
    this.failure = failure;
  }
}

export function parseTimestampRequest(bytes: Buffer): TimestampRequest {
  try {
    return parse(bytes);
  } catch (error) {
    if (error instanceof DerError) throw new TimestampRefusal('badDataFormat', error.message);
    throw error;
  }
}

const digestLengths: Readonly<Record<string, number>> = { [oids.sha256]: 32, [oids.sha384]: 48, [oids.sha512]: 64 };

function parse(bytes: Buffer): TimestampRequest {
  const [version, imprint, ...optional] = members(readElement(bytes));
  if (!expectTag(version, tags.integer).content.equals(Buffer.from([1]))) {
    throw new TimestampRefusal('badRequest', 'Only version 1 of the request is known.');
  }
  checkImprint(expectTag(imprint, tags.sequence));
  const rest = new Map(optional.map((element) => [element.tag, element]));
  if (rest.has(0xa0)) throw new TimestampRefusal('unacceptedExtension', 'No extension of a request is accepted.');
  const nonce = rest.get(tags.integer)?.content;
  const policy = rest.has(tags.oid) ? readOid(rest.get(tags.oid)) : undefined;
  return {
    imprint: imprint?.bytes ?? Buffer.alloc(0),
    certificateRequested: rest.has(tags.boolean) && readBoolean(rest.get(tags.boolean)),
    ...(nonce === undefined ? {} : { nonce }),
    ...(policy === undefined ? {} : { policy }),
  };
}

/** MessageImprint: a digest of the length its algorithm has. */
export function checkImprint(imprint: DerElement): void {
  const [algorithm, digest] = members(imprint);
  const expected = digestLengths[readOid(members(algorithm)[0])];
  if (expected === undefined) throw new TimestampRefusal('badAlg', 'The digest must be SHA-256, SHA-384 or SHA-512.');
  if (expectTag(digest, tags.octetString).content.length !== expected) {
    throw new TimestampRefusal('badDataFormat', `The digest must have ${expected} bytes.`);
  }
}
