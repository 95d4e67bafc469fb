// SPDX-License-Identifier: Apache-2.0
import type { ServiceKey } from '../key-pair.ts';

/** A Sigstore TrustedRoot in its JSON form (sigstore/protobuf-specs sigstore_trustroot.proto). */
export interface TrustedRootJson {
  readonly mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1';
  readonly tlogs: readonly TransparencyLogJson[];
  readonly certificateAuthorities: readonly CertificateAuthorityJson[];
  readonly ctlogs: readonly TransparencyLogJson[];
  readonly timestampAuthorities: readonly CertificateAuthorityJson[];
}

export interface TransparencyLogJson {
  readonly baseUrl: string;
  readonly hashAlgorithm: 'SHA2_256';
  readonly publicKey: {
    readonly rawBytes: string;
    readonly keyDetails: 'PKIX_ECDSA_P256_SHA_256';
    readonly validFor: { readonly start: string };
  };
  readonly logId: { readonly keyId: string };
}

export interface CertificateAuthorityJson {
  readonly subject: { readonly organization: string; readonly commonName: string };
  readonly uri: string;
  readonly certChain: { readonly certificates: readonly { readonly rawBytes: string }[] };
  readonly validFor: { readonly start: string };
}

export interface TrustedLog {
  readonly url: string;
  readonly key: ServiceKey;
}

export interface TrustedAuthority {
  readonly url: string;
  readonly commonName: string;
  /** DER, nearest to the end entity first. */
  readonly chain: readonly Buffer[];
}

export interface TrustedParts {
  readonly organization: string;
  readonly validFrom: Date;
  readonly rekor: readonly TrustedLog[];
  readonly fulcio: TrustedAuthority;
  readonly ctLog: TrustedLog;
  readonly timestampAuthority: TrustedAuthority;
}

export function trustedRoot(parts: TrustedParts): TrustedRootJson {
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: parts.rekor.map((log) => logJson(log, parts)),
    certificateAuthorities: [authorityJson(parts.fulcio, parts)],
    ctlogs: [logJson(parts.ctLog, parts)],
    timestampAuthorities: [authorityJson(parts.timestampAuthority, parts)],
  };
}

function logJson(log: TrustedLog, { validFrom }: TrustedParts): TransparencyLogJson {
  return {
    baseUrl: log.url,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: log.key.spki.toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor: { start: validFrom.toISOString() },
    },
    logId: { keyId: log.key.id.toString('base64') },
  };
}

function authorityJson(authority: TrustedAuthority, parts: TrustedParts): CertificateAuthorityJson {
  return {
    subject: { organization: parts.organization, commonName: authority.commonName },
    uri: authority.url,
    certChain: { certificates: authority.chain.map((der) => ({ rawBytes: der.toString('base64') })) },
    validFor: { start: parts.validFrom.toISOString() },
  };
}
