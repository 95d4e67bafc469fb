// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import type { InclusionProof, LogEntry, SignedContent, SignedMaterial } from './evidence.ts';
import {
  type JsonMembers,
  malformed,
  parseJson,
  readBase64,
  readInteger,
  readList,
  readObject,
  readString,
} from './json-reader.ts';

/** `application/vnd.dev.sigstore.bundle+json;version=0.1` … `application/vnd.dev.sigstore.bundle.v0.3+json`. */
export const bundleMediaTypePrefix = 'application/vnd.dev.sigstore.bundle';

type BundleVersion = '0.1' | '0.2' | '0.3';

/**
 * Reads a Sigstore bundle, versions 0.1 to 0.3 (sigstore/protobuf-specs, sigstore_bundle.proto, in its JSON form).
 * Members that the format does not have, and members that it demands and that are missing, are `SluiceError`s of code
 * `unproved`: a verifier that reads less than what it is given proves less than it says.
 */
export function parseBundle(bytes: Uint8Array): SignedMaterial {
  const bundle = readObject(parseJson(bytes, 'The bundle'), 'The bundle', [
    'mediaType',
    'verificationMaterial',
    'dsseEnvelope',
    'messageSignature',
  ]);
  const version = readVersion(readString(bundle.get('mediaType'), 'mediaType'));
  const content = readContent(bundle);
  return { content, ...readMaterial(bundle.get('verificationMaterial'), version) };
}

function readVersion(mediaType: string): BundleVersion {
  const found =
    /^application\/vnd\.dev\.sigstore\.bundle\+json;version=(0\.[123])$/.exec(mediaType) ??
    /^application\/vnd\.dev\.sigstore\.bundle\.v(0\.3)(?:\.\d+)?\+json$/.exec(mediaType);
  const version = found?.[1];
  if (version === '0.1' || version === '0.2' || version === '0.3') return version;
  throw malformed('mediaType', 'a Sigstore bundle of version 0.1, 0.2 or 0.3', mediaType);
}

function readContent(bundle: JsonMembers): SignedContent {
  const envelope = bundle.get('dsseEnvelope');
  const message = bundle.get('messageSignature');
  if ((envelope === undefined) === (message === undefined)) {
    throw new SluiceError('unproved', 'The bundle should hold either a dsseEnvelope or a messageSignature.');
  }
  return envelope === undefined ? readMessageSignature(message) : readEnvelope(envelope);
}

/** A DSSE envelope (secure-systems-lab/dsse, envelope.md) of at least one signature. */
export function readEnvelope(value: unknown): SignedContent & { readonly kind: 'envelope' } {
  const envelope = readObject(value, 'dsseEnvelope', ['payload', 'payloadType', 'signatures']);
  const signatures = readList(envelope.get('signatures'), 'dsseEnvelope.signatures', 16).map((item, i) => {
    const path = `dsseEnvelope.signatures[${i}]`;
    // Tekton Chains and in-toto write the certificate of a signature beside it.
    const signature = readObject(item, path, ['keyid', 'sig', 'cert']);
    return {
      keyid: readString(signature.get('keyid') ?? '', `${path}.keyid`),
      signature: readBase64(signature.get('sig'), `${path}.sig`),
    };
  });
  if (signatures.length === 0) throw malformed('dsseEnvelope.signatures', 'a list of at least one', []);
  return {
    kind: 'envelope',
    payloadType: readString(envelope.get('payloadType'), 'dsseEnvelope.payloadType'),
    payload: readBase64(envelope.get('payload'), 'dsseEnvelope.payload'),
    signatures,
  };
}

function readMessageSignature(value: unknown): SignedContent {
  const message = readObject(value, 'messageSignature', ['messageDigest', 'signature']);
  return { kind: 'message', signature: readBase64(message.get('signature'), 'messageSignature.signature') };
}

function readMaterial(value: unknown, version: BundleVersion): Omit<SignedMaterial, 'content'> {
  const path = 'verificationMaterial';
  const material = readObject(value, path, [
    'publicKey',
    'x509CertificateChain',
    'certificate',
    'tlogEntries',
    'timestampVerificationData',
  ]);
  const logEntries = readList(material.get('tlogEntries') ?? [], `${path}.tlogEntries`, 16).map((entry, i) =>
    readLogEntry(entry, `${path}.tlogEntries[${i}]`, version),
  );
  return { ...readSigner(material, version), logEntries, timestamps: readTimestamps(material) };
}

function readSigner(
  material: JsonMembers,
  version: BundleVersion,
): Pick<SignedMaterial, 'certificate' | 'chain' | 'keyHint'> {
  const path = 'verificationMaterial';
  const given = ['publicKey', 'x509CertificateChain', 'certificate'].filter((name) => material.has(name));
  if (given.length !== 1) {
    const found = given.length === 0 ? 'none' : given.join(' and ');
    throw new SluiceError(
      'unproved',
      `The bundle should name its signer once, by certificate or key, but has ${found}.`,
    );
  }
  if (material.has('publicKey')) {
    const key = readObject(material.get('publicKey'), `${path}.publicKey`, ['hint']);
    return { chain: [], keyHint: readString(key.get('hint') ?? '', `${path}.publicKey.hint`) };
  }
  if (material.has('certificate')) {
    return { certificate: readCertificate(material.get('certificate'), `${path}.certificate`), chain: [] };
  }
  if (version === '0.3') throw malformed(`${path}.certificate`, 'a certificate (bundle version 0.3)', undefined);
  return readCertificateChain(material.get('x509CertificateChain'), `${path}.x509CertificateChain`);
}

function readCertificateChain(value: unknown, path: string): Pick<SignedMaterial, 'certificate' | 'chain'> {
  const list = readObject(value, path, ['certificates']).get('certificates');
  const [certificate, ...chain] = readList(list, `${path}.certificates`, 16).map((item, i) =>
    readCertificate(item, `${path}.certificates[${i}]`),
  );
  if (certificate === undefined) throw malformed(`${path}.certificates`, 'a list of at least one', []);
  return { certificate, chain };
}

function readCertificate(value: unknown, path: string): Uint8Array {
  return readBase64(readObject(value, path, ['rawBytes']).get('rawBytes'), `${path}.rawBytes`);
}

/** A log entry as a bundle of this version has it (protobuf-specs, TransparencyLogEntry). */
export function readLogEntry(value: unknown, path: string, version: BundleVersion): LogEntry {
  const entry = readObject(value, path, [
    'logIndex',
    'logId',
    'kindVersion',
    'integratedTime',
    'inclusionPromise',
    'inclusionProof',
    'canonicalizedBody',
  ]);
  const kindVersion = readObject(entry.get('kindVersion'), `${path}.kindVersion`, ['kind', 'version']);
  const logId = readObject(entry.get('logId'), `${path}.logId`, ['keyId']);
  const promise = readPromise(entry.get('inclusionPromise'), `${path}.inclusionPromise`);
  const proof = readProof(entry.get('inclusionProof'), `${path}.inclusionProof`);
  if (version === '0.1' && promise === undefined)
    throw malformed(`${path}.inclusionPromise`, 'a signed promise', undefined);
  if (version !== '0.1' && proof === undefined) throw malformed(`${path}.inclusionProof`, 'a proof', undefined);
  const time = readInteger(entry.get('integratedTime') ?? '0', `${path}.integratedTime`);
  return {
    logIndex: readInteger(entry.get('logIndex') ?? '0', `${path}.logIndex`),
    logId: readBase64(logId.get('keyId'), `${path}.logId.keyId`),
    kind: readString(kindVersion.get('kind'), `${path}.kindVersion.kind`),
    version: readString(kindVersion.get('version'), `${path}.kindVersion.version`),
    ...(time === '0' ? {} : { integratedTime: time }),
    ...(promise === undefined ? {} : { promise }),
    ...(proof === undefined ? {} : { proof }),
    body: readBase64(entry.get('canonicalizedBody'), `${path}.canonicalizedBody`),
  };
}

function readPromise(value: unknown, path: string): Uint8Array | undefined {
  if (value === undefined || value === null) return undefined;
  const promise = readObject(value, path, ['signedEntryTimestamp']);
  return readBase64(promise.get('signedEntryTimestamp'), `${path}.signedEntryTimestamp`);
}

function readProof(value: unknown, path: string): InclusionProof | undefined {
  if (value === undefined || value === null) return undefined;
  const proof = readObject(value, path, ['logIndex', 'rootHash', 'treeSize', 'hashes', 'checkpoint']);
  const checkpoint = readObject(proof.get('checkpoint'), `${path}.checkpoint`, ['envelope']);
  return {
    logIndex: readInteger(proof.get('logIndex') ?? '0', `${path}.logIndex`),
    rootHash: readBase64(proof.get('rootHash'), `${path}.rootHash`),
    treeSize: readInteger(proof.get('treeSize'), `${path}.treeSize`),
    hashes: readList(proof.get('hashes') ?? [], `${path}.hashes`, 64).map((hash, i) =>
      readBase64(hash, `${path}.hashes[${i}]`),
    ),
    checkpoint: readString(checkpoint.get('envelope'), `${path}.checkpoint.envelope`),
  };
}

function readTimestamps(material: JsonMembers): readonly Uint8Array[] {
  const path = 'verificationMaterial.timestampVerificationData';
  const value = material.get('timestampVerificationData');
  if (value === undefined || value === null) return [];
  const list = readObject(value, path, ['rfc3161Timestamps']).get('rfc3161Timestamps') ?? [];
  return readList(list, `${path}.rfc3161Timestamps`, 16).map((item, i) => {
    const at = `${path}.rfc3161Timestamps[${i}]`;
    return readBase64(readObject(item, at, ['signedTimestamp']).get('signedTimestamp'), `${at}.signedTimestamp`);
  });
}
