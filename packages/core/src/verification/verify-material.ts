// SPDX-License-Identifier: Apache-2.0
import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import type { TransparencyLogEntry } from '@sigstore/bundle';
import type { SignedEntity, TrustMaterial } from '@sigstore/verify';
import { SluiceError } from '../error.ts';
import type { LogEntry, SignedMaterial } from '../evidence/evidence.ts';
import { pemText } from '../evidence/pem.ts';
import { preAuthEncoding } from '../statement/envelope.ts';
import type { CertificateDetails } from './certificate.ts';
import { type IdentityPolicy, matchIdentity } from './identity.ts';
import { entryVerifier, proofFitsCheckpoint } from './log-entry.ts';
import { checkOlderEntry, isOlderEntry } from './older-entry.ts';
import { type MaterialProof, type ProvedSigner, type Unproved, type UnprovedCode, unproved } from './proof.ts';
import { signatureFits, type VerificationKey } from './public-key.ts';
import type { TrustedRoot } from './trusted-root.ts';

/** Whom and what a verification trusts. */
export interface Trust {
  readonly signer:
    | { readonly kind: 'keys'; readonly keys: readonly VerificationKey[] }
    | { readonly kind: 'identity'; readonly policy: IdentityPolicy };
  /** Needed for keyless signatures, and for keys unless the log is ignored. */
  readonly root?: TrustedRoot;
  /** `--insecure-ignore-tlog`: no entry of a transparency log is asked for, and none is looked at. */
  readonly ignoreLog?: boolean;
  /** `--insecure-ignore-sct`: a certificate without a signed certificate timestamp will do; one that it has must hold. */
  readonly ignoreSct?: boolean;
}

/** The signed bytes and one signature over them. */
interface Signed {
  readonly data: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  readonly keyid: string;
}

/**
 * Proves who signed a piece of evidence: signature, certificate chain, certificate transparency, log entry, time and
 * identity. Of several signatures in an envelope one that holds is enough. `now` is the time of a certificate that no
 * log and no authority vouches for, which only a verification that ignores the log accepts.
 */
export async function verifyMaterial(material: SignedMaterial, trust: Trust, now: Date): Promise<MaterialProof> {
  const signed = signedContents(material);
  if (signed === undefined) {
    return unproved(
      'unsupported',
      'The bundle signs bytes that are not in it; only statements about an image can be checked.',
    );
  }
  const proofs = await Promise.all(signed.map((one) => verifyOne(one, material, trust, now)));
  const signers = proofs.filter((proof) => proof.kind === 'signer').map(({ signer }) => signer);
  if (signers.length > 0) return { kind: 'proved', signers };
  return proofs.find((proof) => proof.kind === 'unproved') ?? unproved('signature', 'It carries no signature.');
}

function signedContents({ content }: SignedMaterial): readonly Signed[] | undefined {
  if (content.kind === 'envelope') {
    const { payload } = content;
    const data = preAuthEncoding(content.payloadType, payload);
    return content.signatures.map(({ keyid, signature }) => ({ data, payload, signature, keyid }));
  }
  const { payload, signature } = content;
  return payload && [{ data: payload, payload, signature, keyid: '' }];
}

type OneProof = { readonly kind: 'signer'; readonly signer: ProvedSigner } | Unproved;

async function verifyOne(signed: Signed, material: SignedMaterial, trust: Trust, now: Date): Promise<OneProof> {
  try {
    return trust.signer.kind === 'keys'
      ? await verifyByKey(signed, material, trust, trust.signer.keys)
      : await verifyByCertificate(signed, material, trust, trust.signer.policy, now);
  } catch (error) {
    // Malformed evidence makes parsers throw; it proves nothing. The caller's own mistakes are not evidence.
    if (error instanceof SluiceError && error.code !== 'unproved') throw error;
    return unproved('unreadable', error instanceof Error ? error.message : String(error));
  }
}

async function verifyByKey(
  signed: Signed,
  material: SignedMaterial,
  trust: Trust,
  keys: readonly VerificationKey[],
): Promise<OneProof> {
  const fitting = await fittingKey(keys, signed);
  if (!fitting)
    return unproved('signature', 'The signature was not made with the given key, or what it signs was altered.');
  if (trust.ignoreLog) return { kind: 'signer', signer: signerOf(signed, material, undefined, []) };
  const root = rootOf(trust);
  const { older, known } = splitEntries(material);
  const refusal = await checkWithSigstore(
    {
      signature: signatureContent(signed, fitting.key),
      key: { $case: 'public-key', hint: '' },
      tlogEntries: known.map(toSigstoreEntry),
      timestamps: [],
    },
    { ...root.material, publicKey: () => ({ publicKey: fitting.key, validFor: () => true }) },
    { tlogThreshold: older.length > 0 ? 0 : 1, ctlogThreshold: 0, timestampThreshold: 0 },
  );
  const log = material.logEntries;
  return (
    refusal ??
    checkEntries(material, publicKeyBytes(fitting.key), root) ?? {
      kind: 'signer',
      signer: signerOf(signed, material, undefined, log),
    }
  );
}

async function fittingKey(keys: readonly VerificationKey[], signed: Signed): Promise<VerificationKey | undefined> {
  for (const key of keys) if (await signatureFits(signed.data, key.key, signed.signature)) return key;
  return undefined;
}

async function verifyByCertificate(
  signed: Signed,
  material: SignedMaterial,
  trust: Trust,
  policy: IdentityPolicy,
  now: Date,
): Promise<OneProof> {
  if (material.certificate === undefined) {
    return unproved(
      'no-certificate',
      'It was signed with a key, but a keyless signature with a certificate is expected.',
    );
  }
  const { readCertificate } = await import('./certificate.ts');
  const certificate = readCertificate(material.certificate);
  if (!certificate.forCodeSigning) {
    return unproved('certificate', 'The certificate is not one for code signing.');
  }
  const key = new X509Certificate(material.certificate).publicKey;
  if (!(await signatureFits(signed.data, key, signed.signature))) {
    return unproved(
      'signature',
      'The signature does not fit its certificate and what it signs: something was altered.',
    );
  }
  const refusal =
    (await checkCertificate(signed, material, trust, certificate, key, now)) ??
    (trust.ignoreLog ? undefined : checkEntries(material, material.certificate, rootOf(trust)));
  if (refusal) return refusal;
  const match = await matchIdentity(certificate, policy);
  if (match.kind === 'refused') return unproved(match.code, match.reason);
  const log = trust.ignoreLog ? [] : material.logEntries;
  return { kind: 'signer', signer: signerOf(signed, material, certificate, log) };
}

async function checkCertificate(
  signed: Signed,
  material: SignedMaterial,
  trust: Trust,
  certificate: CertificateDetails,
  key: KeyObject,
  now: Date,
): Promise<Unproved | undefined> {
  const [core, { KeptCertificate }] = await Promise.all([import('@sigstore/core'), import('./kept-certificate.ts')]);
  const root = rootOf(trust);
  const { older, known } = trust.ignoreLog ? { older: [], known: [] } : splitEntries(material);
  const tlogEntries = known.map(toSigstoreEntry);
  const timestamps: SignedEntity['timestamps'] = [
    ...[...tlogEntries, ...older.map(toSigstoreEntry)]
      .filter((entry) => entry.integratedTime !== '0')
      .map((tlogEntry) => ({ $case: 'transparency-log' as const, tlogEntry })),
    ...material.timestamps.map((response) => ({
      $case: 'timestamp-authority' as const,
      timestamp: core.RFC3161Timestamp.parse(Buffer.from(response)),
    })),
  ];
  if (timestamps.length === 0 && trust.ignoreLog) timestamps.push(clockTime(now));
  const refusal = await checkWithSigstore(
    {
      signature: signatureContent(signed, key),
      key: { $case: 'certificate', certificate: new KeptCertificate(certificate.der) },
      tlogEntries,
      timestamps,
    },
    { ...root.material, publicKey: noKeys },
    {
      tlogThreshold: trust.ignoreLog || older.length > 0 ? 0 : 1,
      ctlogThreshold: trust.ignoreSct ? 0 : 1,
      timestampThreshold: 1,
    },
  );
  return refusal && explain(refusal, timestamps, certificate, root);
}

/** `@sigstore/verify` takes trusted times only as entries and time-stamps; here the caller's clock is the one that counts. */
function clockTime(now: Date): SignedEntity['timestamps'][number] {
  const entry: LogEntry = {
    logIndex: '0',
    logId: new Uint8Array(),
    kind: '',
    version: '',
    integratedTime: String(Math.floor(now.getTime() / 1000)),
    promise: new Uint8Array(),
    body: new Uint8Array(),
  };
  return { $case: 'transparency-log', tlogEntry: toSigstoreEntry(entry) };
}

function noKeys(): never {
  throw new SluiceError('unproved', 'A signature by key cannot prove an identity.');
}

function rootOf({ root }: Trust): TrustedRoot {
  if (root) return root;
  throw new SluiceError('configuration', 'This verification needs a trusted root; name one with --trusted-root.');
}

async function checkWithSigstore(
  entity: SignedEntity,
  material: TrustMaterial,
  thresholds: { tlogThreshold: number; ctlogThreshold: number; timestampThreshold: number },
): Promise<Unproved | undefined> {
  const { Verifier, VerificationError } = await import('@sigstore/verify');
  try {
    new Verifier(material, thresholds).verify(entity);
    return undefined;
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    const { code, message, cause } = error;
    const detail = cause instanceof Error ? `${message}: ${cause.message}` : message;
    return unproved(unprovedCode(code, detail), `${reasons[code] ?? 'The verification failed'} (${detail}).`);
  }
}

function unprovedCode(code: string, detail: string): UnprovedCode {
  if (code === 'CERTIFICATE_ERROR' && /SCT/.test(detail)) return 'sct';
  if (code === 'TLOG_ERROR' && /got 0$/.test(detail)) return 'log-missing';
  return sigstoreCodes[code] ?? 'certificate';
}

const sigstoreCodes: Readonly<Record<string, UnprovedCode>> = {
  CERTIFICATE_ERROR: 'certificate',
  PUBLIC_KEY_ERROR: 'signature',
  SIGNATURE_ERROR: 'signature',
  TIMESTAMP_ERROR: 'timestamp',
  TLOG_BODY_ERROR: 'log-entry',
  TLOG_ERROR: 'log-proof',
  TLOG_INCLUSION_PROOF_ERROR: 'log-proof',
  TLOG_INCLUSION_PROMISE_ERROR: 'log-proof',
  TLOG_MISSING_INCLUSION_ERROR: 'log-proof',
};

const reasons: Readonly<Record<string, string>> = {
  CERTIFICATE_ERROR: 'The certificate is not proved',
  PUBLIC_KEY_ERROR: 'The key is not proved',
  SIGNATURE_ERROR: 'The signature does not fit',
  TIMESTAMP_ERROR: 'The time of signing is not proved',
  TLOG_BODY_ERROR: 'The log entry belongs to another artifact or signature',
  TLOG_ERROR: 'The transparency log is not proved',
  TLOG_INCLUSION_PROOF_ERROR: "The log's inclusion proof does not hold",
  TLOG_INCLUSION_PROMISE_ERROR: "The log's promise of inclusion does not hold",
  TLOG_MISSING_INCLUSION_ERROR: 'The log entry has neither a promise nor a proof of inclusion',
};

/** Says which of the two it was when a certificate is refused: another authority, or another time. */
function explain(
  refusal: Unproved,
  timestamps: SignedEntity['timestamps'],
  { notBefore, notAfter }: CertificateDetails,
  { source }: TrustedRoot,
): Unproved {
  if (refusal.code === 'timestamp' && timestamps.length === 0) {
    return unproved(
      'timestamp',
      'No log and no time-stamp authority says when it was signed, so its short-lived certificate proves nothing.',
    );
  }
  if (refusal.code !== 'certificate') return refusal;
  const times = timestamps.flatMap(timeOf);
  const outside = times.find((time) => time < notBefore || time > notAfter);
  if (outside) {
    return unproved(
      'certificate-time',
      `The certificate was valid from ${notBefore.toISOString()} to ${notAfter.toISOString()}, but the signature is of ${outside.toISOString()}.`,
    );
  }
  return unproved('certificate', `The certificate was not issued by an authority of the trusted root ${source}.`);
}

function timeOf(timestamp: SignedEntity['timestamps'][number]): Date[] {
  if (timestamp.$case === 'timestamp-authority') return [timestamp.timestamp.signingTime];
  return timestamp.tlogEntry.inclusionPromise ? [new Date(Number(timestamp.tlogEntry.integratedTime) * 1000)] : [];
}

/** Entries that Sigstore's verifier knows, and those of the older kind, which `checkEntries` proves. */
function splitEntries({ logEntries }: SignedMaterial): { older: readonly LogEntry[]; known: readonly LogEntry[] } {
  return {
    older: logEntries.filter(isOlderEntry),
    known: logEntries.filter((entry) => !isOlderEntry(entry)),
  };
}

/** What Sigstore's verifier leaves out. No proof is complete without it: older entries have their times taken on trust. */
function checkEntries(material: SignedMaterial, signer: Uint8Array, root: TrustedRoot): Unproved | undefined {
  for (const entry of material.logEntries) {
    if (isOlderEntry(entry)) {
      const refusal = checkOlderEntry(entry, material.content, root.material.tlogs);
      if (refusal) return refusal;
    }
    if (!proofFitsCheckpoint(entry)) {
      return unproved('log-proof', "The root hash of the log's inclusion proof is not the one of its checkpoint.");
    }
    const verifier = entryVerifier(entry);
    if (verifier === undefined || !Buffer.from(verifier).equals(signer)) {
      return unproved('log-entry', 'The log entry names another certificate or key than the one that signed.');
    }
  }
  return undefined;
}

function publicKeyBytes(key: KeyObject): Uint8Array {
  return key.export({ type: 'spki', format: 'der' });
}

/** The signature as Sigstore's verifier asks for it; that it fits `proved` was found before. */
function signatureContent({ data, payload, signature }: Signed, proved: KeyObject): SignedEntity['signature'] {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
  return {
    signature: Buffer.from(signature),
    compareSignature: (other) => other.equals(signature),
    compareDigest: (digest) => digest.equals(sha256(payload)),
    compareSignedDigest: (digest) => digest.equals(sha256(data)),
    verifySignature: (key) => key.equals(proved),
  };
}

function toSigstoreEntry(entry: LogEntry): TransparencyLogEntry {
  const { promise, proof } = entry;
  return {
    logIndex: entry.logIndex,
    logId: { keyId: Buffer.from(entry.logId) },
    kindVersion: { kind: entry.kind, version: entry.version },
    integratedTime: entry.integratedTime ?? '0',
    inclusionPromise: promise && { signedEntryTimestamp: Buffer.from(promise) },
    inclusionProof: proof && {
      logIndex: proof.logIndex,
      treeSize: proof.treeSize,
      rootHash: Buffer.from(proof.rootHash),
      hashes: proof.hashes.map((hash) => Buffer.from(hash)),
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: Buffer.from(entry.body),
  };
}

/** What is known of a proved signer; `log` are the entries that were proved. */
function signerOf(
  signed: Signed,
  material: SignedMaterial,
  certificate: CertificateDetails | undefined,
  log: readonly LogEntry[],
): ProvedSigner {
  return {
    keyid: certificate?.keyid || signed.keyid,
    signature: Buffer.from(signed.signature).toString('base64'),
    ...(certificate === undefined ? {} : { certificate }),
    chain: material.chain.map((der) => pemText(der, 'CERTIFICATE')),
    logEntries: log.map(({ logIndex, kind, promise, integratedTime }) => ({
      logIndex,
      kind,
      // Only a promise signs the time; beside a mere proof of inclusion it is anybody's word.
      ...(promise && integratedTime ? { integratedTime: new Date(Number(integratedTime) * 1000) } : {}),
    })),
  };
}
