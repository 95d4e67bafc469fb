// SPDX-License-Identifier: Apache-2.0
import * as der from '../asn1/encode.ts';
import { oids } from '../asn1/oids.ts';
import { type ServiceKey, sha256, signWith } from '../key-pair.ts';
import { type DistinguishedName, encodeName } from '../x509/certificate.ts';
import type { FailureInfo, TimestampRequest } from './timestamp-request.ts';

/** Who signs the tokens. */
export interface TimestampSigner {
  readonly key: ServiceKey;
  readonly certificate: Buffer;
  readonly serial: Buffer;
  readonly issuer: DistinguishedName;
  /** Sent along when a request asks for certificates: the signer's, then its authorities'. */
  readonly chain: readonly Buffer[];
}

const sha256Algorithm = der.sequence(der.oid(oids.sha256));

/** TimeStampResp with the status `granted` (RFC 3161 section 2.4.2). */
export function grantTimestamp(
  signer: TimestampSigner,
  request: TimestampRequest,
  token: { readonly time: Date; readonly serial: Buffer },
): Buffer {
  const info = encodeTokenInfo(request, token);
  const signedData = der.sequence(
    der.unsigned(3),
    der.setOf(sha256Algorithm),
    der.sequence(der.oid(oids.timestampTokenInfo), der.explicit(0, der.octets(info))),
    ...(request.certificateRequested ? [der.element(0xa0, ...signer.chain)] : []),
    der.setOf(encodeSignerInfo(signer, info, token.time)),
  );
  const contentInfo = der.sequence(der.oid(oids.signedData), der.explicit(0, signedData));
  return der.sequence(der.sequence(der.unsigned(0)), contentInfo);
}

const failureBits: Readonly<Record<FailureInfo, number>> = {
  badAlg: 0,
  badRequest: 2,
  badDataFormat: 5,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
};

/** TimeStampResp with the status `rejection`, a text and the failure bit. */
export function rejectTimestamp(failure: FailureInfo, message: string): Buffer {
  const bit = failureBits[failure];
  const flags = Buffer.alloc(Math.floor(bit / 8) + 1);
  flags[flags.length - 1] = 0x80 >> (bit % 8);
  const info = der.sequence(der.unsigned(2), der.sequence(der.utf8(message)), der.bits(flags, 7 - (bit % 8)));
  return der.sequence(info);
}

/** TSTInfo; the time has whole seconds, and no accuracy is claimed. */
function encodeTokenInfo(request: TimestampRequest, token: { readonly time: Date; readonly serial: Buffer }): Buffer {
  return der.sequence(
    der.unsigned(1),
    der.oid(oids.sigstoreTimestampPolicy),
    request.imprint,
    der.unsigned(token.serial),
    der.generalizedTime(token.time),
    ...(request.nonce === undefined ? [] : [der.element(0x02, request.nonce)]),
  );
}

/** SignerInfo of RFC 5652 section 5.3: the signature covers the attributes, and they cover the token. */
function encodeSignerInfo(signer: TimestampSigner, info: Buffer, time: Date): Buffer {
  const attributes = [
    attribute(oids.contentType, der.oid(oids.timestampTokenInfo)),
    attribute(oids.signingTime, der.time(time)),
    attribute(oids.messageDigest, der.octets(sha256(info))),
    // RFC 5816: binds the token to the certificate, so that no other certificate of the key can stand in.
    attribute(oids.signingCertificateV2, der.sequence(der.sequence(certificateId(signer.certificate)))),
  ];
  const signed = der.setOf(...attributes);
  return der.sequence(
    der.unsigned(1),
    der.sequence(encodeName(signer.issuer), der.unsigned(signer.serial)),
    sha256Algorithm,
    // The same set under the tag [0] IMPLICIT.
    Buffer.concat([Buffer.from([0xa0]), signed.subarray(1)]),
    der.sequence(der.oid(oids.ecdsaWithSha256)),
    der.octets(signWith(signer.key, signed)),
  );
}

/** ESSCertIDv2 with its default algorithm, SHA-256, left out. */
const certificateId = (certificate: Buffer): Buffer => der.sequence(der.octets(sha256(certificate)));

const attribute = (oid: string, value: Buffer): Buffer => der.sequence(der.oid(oid), der.setOf(value));
