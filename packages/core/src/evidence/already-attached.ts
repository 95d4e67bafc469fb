// SPDX-License-Identifier: Apache-2.0
import { type KeyObject, X509Certificate } from 'node:crypto';
import { SluiceError } from '../error.ts';
import { verifyBytes } from '../signing/key-algorithm.ts';
import { inTotoPayloadType, preAuthEncoding } from '../statement/envelope.ts';
import { cosignCustomPredicateType, slsaProvenanceV1 } from '../statement/predicate-types.ts';
import { isAbout, parseStatement, type Statement } from '../statement/statement.ts';
import { readCertificate } from '../verification/certificate.ts';
import type { EvidenceItem, EvidenceLayout, SignedMaterial } from './evidence.ts';

// An `import` of node:util also loads workers, diffs and more, which takes longer than a signature.
const { isDeepStrictEqual } = process.getBuiltinModule('node:util');

/** Who is about to sign, as far as it is known before anything is requested. */
export type KnownSigner =
  | { readonly kind: 'key'; readonly publicKey: KeyObject }
  | {
      readonly kind: 'keyless';
      readonly issuer: string;
      readonly subjects: readonly string[];
      /** The certificates that may stand above the signer's; asked for only when there is a candidate. */
      readonly authorities: () => Promise<readonly X509Certificate[]>;
    };

/** A piece that is about to be signed: a statement, or the plain payload of cosign's older signature. */
export type WantedPiece =
  | { readonly kind: 'statement'; readonly digest: string; readonly statement: Statement }
  | { readonly kind: 'payload'; readonly payload: Uint8Array };

/**
 * Whether the same piece by the same signer is attached already, in this layout: then signing again adds nothing.
 *
 * The same piece: a statement on the same digest, of the same type and with an equal predicate, times of writing aside.
 * The same signer: the same key, or a certificate for the same identity and issuer from the same authority. The signature
 * must verify, and be logged where ours would be; whatever is in doubt counts as not there, and is signed.
 */
export async function isAttached(
  items: readonly EvidenceItem[],
  layout: EvidenceLayout,
  wanted: WantedPiece,
  signer: KnownSigner,
  needsLog: boolean,
): Promise<boolean> {
  for (const { places, material } of items) {
    if (!places.some((place) => place.layout === layout)) continue;
    if (needsLog && material.logEntries.length === 0) continue;
    if (isSamePiece(material, wanted) && (await isBySigner(material, signer))) return true;
  }
  return false;
}

function isSamePiece({ content }: SignedMaterial, wanted: WantedPiece): boolean {
  if (wanted.kind === 'payload') {
    return (
      content.kind === 'message' &&
      content.payload !== undefined &&
      Buffer.compare(content.payload, wanted.payload) === 0
    );
  }
  if (content.kind !== 'envelope' || content.payloadType !== inTotoPayloadType) return false;
  const found = orUndefined(() => parseStatement(content.payload));
  if (found === undefined || !isAbout(found, wanted.digest) || found.subject.length !== 1) return false;
  return (
    found.predicateType === wanted.statement.predicateType &&
    isDeepStrictEqual(
      timeless(found.predicateType, found.predicate),
      timeless(found.predicateType, wanted.statement.predicate),
    )
  );
}

/** The predicate without the time at which it was written: another run of the same command is the same statement. */
function timeless(predicateType: string, predicate: unknown): unknown {
  const path = writingTimes.get(predicateType);
  // Through JSON, so that what was read and what is about to be written compare alike.
  const copy: unknown = JSON.parse(JSON.stringify(predicate ?? null));
  if (path === undefined) return copy;
  const parent = path.slice(0, -1).reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), copy);
  if (isObject(parent)) delete parent[path.at(-1) ?? ''];
  return copy;
}

const writingTimes: ReadonlyMap<string, readonly string[]> = new Map([
  [slsaProvenanceV1, ['runDetails', 'metadata', 'finishedOn']],
  [cosignCustomPredicateType, ['Timestamp']],
]);

async function isBySigner(material: SignedMaterial, signer: KnownSigner): Promise<boolean> {
  if (signer.kind === 'key') return material.certificate === undefined && isSignedWith(material, signer.publicKey);
  if (material.certificate === undefined) return false;
  const der = material.certificate;
  const details = orUndefined(() => readCertificate(der));
  if (details === undefined || details.identity.issuer !== signer.issuer) return false;
  if (!details.identity.subjects.some((subject) => signer.subjects.includes(subject))) return false;
  const certificate = new X509Certificate(der);
  if (!isSignedWith(material, certificate.publicKey)) return false;
  const authorities = await signer.authorities();
  return authorities.some((authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey));
}

function isSignedWith({ content }: SignedMaterial, key: KeyObject): boolean {
  const [data, signature] =
    content.kind === 'message'
      ? [content.payload, content.signature]
      : [preAuthEncoding(content.payloadType, content.payload), content.signatures[0]?.signature];
  if (data === undefined || signature === undefined) return false;
  try {
    return verifyBytes(data, signature, key);
  } catch (error) {
    // A key of a kind we do not sign with is somebody else's.
    if (error instanceof SluiceError) return false;
    throw error;
  }
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof SluiceError) return undefined;
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
