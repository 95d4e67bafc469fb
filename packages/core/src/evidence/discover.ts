// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import {
  artifactTypeOf,
  cosignTag,
  type Descriptor,
  type Digest,
  type Manifest,
  OciError,
  type Repository,
} from '@sluice/oci';
import { SluiceError } from '../error.ts';
import { mapBounded } from '../map-bounded.ts';
import { inTotoPayloadType } from '../statement/envelope.ts';
import { bundleMediaTypePrefix, parseBundle } from './bundle.ts';
import { layerKind, readAttestationLayer, readSignatureLayer } from './cosign-tags.ts';
import {
  cosignSignPredicateType,
  type Evidence,
  type EvidenceItem,
  type EvidencePlace,
  evidenceLimits,
  type OtherReferrer,
  type SignedMaterial,
  type UnreadableItem,
} from './evidence.ts';

/** Requests at the same time. */
const concurrency = 16;

type Found =
  | ({ readonly found: 'item' } & EvidenceItem)
  | ({ readonly found: 'other' } & OtherReferrer)
  | ({ readonly found: 'unreadable' } & UnreadableItem);

/**
 * Finds everything attached to a digest: OCI 1.1 referrers (through the API or the referrers tag) and cosign's tags
 * `.sig` and `.att`, merged into one list without duplicates. Manifests are read, because registries misreport the
 * artifact type of referrers. With `only`, the tag of the other kind is not asked for; with `layout`, the other layout.
 * What cannot be read is listed as such; a registry that cannot be reached is an `OciError`.
 */
export async function discoverEvidence(
  repository: Repository,
  subject: Digest,
  { only, layout }: { readonly only?: EvidenceItem['kind']; readonly layout?: EvidencePlace['layout'] } = {},
): Promise<Evidence> {
  const search: Search = { repository, bytesLeft: evidenceLimits.maxTotalBytes };
  const tags = layout !== 'referrer';
  const [referrers, signatures, attestations] = await Promise.all([
    layout === 'tag' ? [] : discoverReferrers(search, subject),
    tags && only !== 'attestation' ? discoverTag(search, cosignTag(subject, 'sig')) : [],
    tags && only !== 'signature' ? discoverTag(search, cosignTag(subject, 'att')) : [],
  ]);
  const found = [...referrers, ...signatures, ...attestations];
  return {
    repository: repository.name,
    subject,
    items: mergeDuplicates(found.filter((one) => one.found === 'item')),
    others: found.filter((one) => one.found === 'other'),
    unreadable: found.filter((one) => one.found === 'unreadable'),
  };
}

/** One search, with what it may still read. */
interface Search {
  readonly repository: Repository;
  bytesLeft: number;
}

async function discoverReferrers(search: Search, subject: Digest): Promise<readonly Found[]> {
  const { repository } = search;
  const referrers = await repository.referrers(subject);
  boundCount(referrers, `${repository.name}@${subject}`, 'referrers');
  const found = await mapBounded(referrers, concurrency, (referrer) => readReferrer(search, subject, referrer));
  return found.flat();
}

async function readReferrer(search: Search, subject: Digest, referrer: Descriptor): Promise<readonly Found[]> {
  const { repository } = search;
  const place = placeOf(repository, 'referrer', referrer.digest);
  return orUnreadable(place, async () => {
    const manifest = await repository.getManifest(referrer.digest);
    if (manifest.content.subject?.digest !== subject) {
      return [{ found: 'unreadable', ...place, reason: `Its manifest does not name ${subject} as its subject.` }];
    }
    const bundles = bundleLayers(manifest);
    if (bundles.length === 0) {
      return [
        {
          found: 'other',
          ...place,
          descriptor: referrer,
          artifactType: artifactTypeOf(manifest) ?? manifest.descriptor.mediaType,
        },
      ];
    }
    return readLayers(search, place, bundles, (_layer, bytes) => parseBundle(bytes));
  });
}

function bundleLayers(manifest: Manifest): readonly Descriptor[] {
  if (manifest.kind !== 'image') return [];
  const { artifactType, layers } = manifest.content;
  const whole = artifactType?.startsWith(bundleMediaTypePrefix) ?? false;
  return layers.filter((layer) => whole || layer.mediaType.startsWith(bundleMediaTypePrefix));
}

async function discoverTag(search: Search, tag: string): Promise<readonly Found[]> {
  const { repository } = search;
  const manifest = await manifestIfThere(repository, tag);
  if (manifest === undefined) return [];
  const place = { ...placeOf(repository, 'tag', manifest.descriptor.digest), tag };
  if (manifest.kind !== 'image') {
    return [{ found: 'unreadable', ...place, reason: `The tag ${tag} names an index, not cosign's manifest.` }];
  }
  const layers = manifest.content.layers.filter((layer) => layerKind(layer) !== undefined);
  boundCount(layers, `${repository.name}:${tag}`, 'layers');
  return readLayers(search, place, layers, (layer, bytes) =>
    layerKind(layer) === 'signature' ? readSignatureLayer(layer, bytes) : readAttestationLayer(layer, bytes),
  );
}

async function manifestIfThere(repository: Repository, tag: string): Promise<Manifest | undefined> {
  try {
    return await repository.getManifest(tag);
  } catch (error) {
    if (error instanceof OciError && error.code === 'not-found') return undefined;
    throw error;
  }
}

async function readLayers(
  search: Search,
  place: EvidencePlace,
  layers: readonly Descriptor[],
  read: (layer: Descriptor, bytes: Uint8Array) => SignedMaterial,
): Promise<readonly Found[]> {
  const found = await mapBounded(layers, concurrency, (layer) =>
    orUnreadable(place, async () => {
      const material = read(layer, await readBlob(search, layer));
      return [{ found: 'item', kind: claimedKind(material), places: [place], blob: layer.digest, material }];
    }),
  );
  return found.flat();
}

/** What a signed piece says it is, to sort it; `verifySignature` and `verifyAttestation` decide. */
function claimedKind({ content }: SignedMaterial): 'signature' | 'attestation' {
  if (content.kind === 'message') return 'signature';
  if (content.payloadType !== inTotoPayloadType) return 'attestation';
  try {
    const statement: unknown = JSON.parse(Buffer.from(content.payload).toString('utf8'));
    const isSignature =
      typeof statement === 'object' &&
      statement !== null &&
      'predicateType' in statement &&
      statement.predicateType === cosignSignPredicateType;
    return isSignature ? 'signature' : 'attestation';
  } catch {
    return 'attestation';
  }
}

/** Only what is the same down to its proof is merged: a copy with a broken proof must not hide a good one. */
function mergeDuplicates(items: readonly EvidenceItem[]): readonly EvidenceItem[] {
  const merged = new Map<string, EvidenceItem>();
  for (const { kind, places, blob, material } of items) {
    const key = fingerprint(material);
    const known = merged.get(key);
    merged.set(key, { kind, blob, material, places: [...(known?.places ?? []), ...places] });
  }
  return [...merged.values()];
}

function fingerprint(material: SignedMaterial): string {
  const { content, certificate, chain, keyHint, logEntries, timestamps } = material;
  const hash = createHash('sha256');
  const add = (part: string | Uint8Array | undefined) => {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    hash.update(`${bytes?.length ?? '-'}:`);
    if (bytes) hash.update(bytes);
  };
  add(content.kind);
  add(content.payload);
  if (content.kind === 'message') add(content.signature);
  else for (const { keyid, signature } of content.signatures) [keyid, signature].forEach(add);
  if (content.kind === 'envelope') [content.payloadType, content.stored].forEach(add);
  [certificate, keyHint, ...chain, ...timestamps].forEach(add);
  for (const { logId, body, promise, proof, logIndex, integratedTime } of logEntries) {
    [logId, body, promise, logIndex, integratedTime].forEach(add);
    if (proof) [proof.checkpoint, proof.rootHash, proof.logIndex, proof.treeSize, ...proof.hashes].forEach(add);
  }
  return hash.digest('hex');
}

async function orUnreadable(place: EvidencePlace, read: () => Promise<readonly Found[]>): Promise<readonly Found[]> {
  try {
    return await read();
  } catch (error) {
    if (!isAboutContent(error)) throw error;
    return [{ found: 'unreadable', ...place, reason: error.message }];
  }
}

/** Bad content is evidence that proves nothing; anything else (no access, no network) ends the step. */
function isAboutContent(error: unknown): error is Error {
  if (error instanceof SluiceError) return error.code === 'unproved';
  if (!(error instanceof OciError)) return false;
  return ['not-found', 'digest-mismatch', 'size-mismatch', 'too-large', 'bad-manifest'].includes(error.code);
}

function placeOf(repository: Repository, layout: 'referrer' | 'tag', manifest: Digest): EvidencePlace {
  return { layout, where: `${repository.name}@${manifest}`, manifest };
}

function boundCount(list: readonly unknown[], where: string, what: string): void {
  if (list.length <= evidenceLimits.maxItems) return;
  throw new SluiceError(
    'unproved',
    `${where} should have at most ${evidenceLimits.maxItems} ${what}, but has ${list.length}; remove what is not needed.`,
  );
}

async function readBlob(search: Search, layer: Descriptor): Promise<Uint8Array> {
  const { maxBlobBytes, maxTotalBytes } = evidenceLimits;
  if (layer.size > maxBlobBytes) {
    const sentence = `A piece of evidence should be at most ${maxBlobBytes} bytes, but ${layer.digest} has ${layer.size}.`;
    throw new SluiceError('unproved', sentence);
  }
  if (layer.size > search.bytesLeft) {
    throw new SluiceError(
      'unproved',
      `All evidence of an image should be at most ${maxTotalBytes} bytes; the rest is not read.`,
    );
  }
  search.bytesLeft -= layer.size;
  return search.repository.getBlob(layer, maxBlobBytes);
}
