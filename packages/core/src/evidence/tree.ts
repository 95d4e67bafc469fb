// SPDX-License-Identifier: Apache-2.0
import { cosignTag, type Digest, OciError, type Repository } from '@sluice/oci';
import { discoverEvidence } from './discover.ts';
import type { Evidence, EvidenceItem } from './evidence.ts';

/** An image, or an image of an index, with what is attached to it. Nothing in it is verified. */
export interface EvidenceTree {
  /** `repository@digest`. */
  readonly ref: string;
  readonly digest: Digest;
  /** `linux/arm64`, for an image of an index. */
  readonly platform?: string;
  readonly attached: readonly TreePiece[];
  readonly children: readonly EvidenceTree[];
}

/** One attached piece, by what it says of itself. */
export interface TreePiece {
  readonly kind: 'signature' | 'attestation' | 'sbom' | 'other' | 'unreadable';
  /** The predicate type of an attestation, the artifact type of another referrer, the reason of what is unreadable. */
  readonly type: string;
  readonly places: readonly { readonly layout: 'referrer' | 'tag'; readonly manifest: Digest; readonly tag?: string }[];
  /** Whether it carries a certificate or was signed with a key, where it is signed at all. */
  readonly signedWith?: 'certificate' | 'key';
  readonly logIndexes: readonly string[];
}

/** Reads the tree of a digest: its evidence, and that of each image of an index. */
export async function readEvidenceTree(
  repository: Repository,
  digest: Digest,
  platform?: string,
): Promise<EvidenceTree> {
  const [manifest, evidence, sbom] = await Promise.all([
    repository.getManifest(digest),
    discoverEvidence(repository, digest),
    readSbomTag(repository, digest),
  ]);
  const children = manifest.kind === 'index' ? manifest.content.manifests : [];
  return {
    ref: `${repository.name}@${digest}`,
    digest,
    ...(platform === undefined ? {} : { platform }),
    attached: [...piecesOf(evidence), ...sbom],
    children: await Promise.all(
      children.map((child) => readEvidenceTree(repository, child.digest, platformName(child.platform))),
    ),
  };
}

function piecesOf({ items, others, unreadable }: Evidence): TreePiece[] {
  return [
    ...items.map(pieceOf),
    ...others.map(({ artifactType, layout, manifest }): TreePiece => {
      return { kind: 'other', type: artifactType, places: [{ layout, manifest }], logIndexes: [] };
    }),
    ...unreadable.map(({ reason, layout, manifest }): TreePiece => {
      return { kind: 'unreadable', type: reason, places: [{ layout, manifest }], logIndexes: [] };
    }),
  ];
}

function pieceOf({ kind, places, material }: EvidenceItem): TreePiece {
  return {
    kind,
    type: kind === 'signature' ? 'signature' : claimedPredicateType(material.content.payload),
    places: places.map(({ layout, manifest, tag }) => ({ layout, manifest, ...(tag === undefined ? {} : { tag }) })),
    signedWith: material.certificate === undefined ? 'key' : 'certificate',
    logIndexes: material.logEntries.map(({ logIndex }) => logIndex),
  };
}

function claimedPredicateType(payload: Uint8Array | undefined): string {
  try {
    const statement: unknown = JSON.parse(Buffer.from(payload ?? []).toString('utf8'));
    if (typeof statement !== 'object' || statement === null || !('predicateType' in statement)) return 'unknown';
    return String(statement.predicateType);
  } catch {
    return 'unknown';
  }
}

async function readSbomTag(repository: Repository, digest: Digest): Promise<readonly TreePiece[]> {
  const tag = cosignTag(digest, 'sbom');
  try {
    const manifest = await repository.getManifest(tag);
    const type = manifest.kind === 'image' ? (manifest.content.layers[0]?.mediaType ?? 'unknown') : 'unknown';
    const places = [{ layout: 'tag' as const, manifest: manifest.descriptor.digest, tag }];
    return [{ kind: 'sbom', type, places, logIndexes: [] }];
  } catch (error) {
    if (error instanceof OciError && error.code === 'not-found') return [];
    throw error;
  }
}

function platformName(
  platform: { os: string; architecture: string; variant?: string } | undefined,
): string | undefined {
  if (platform === undefined) return undefined;
  return [platform.os, platform.architecture, platform.variant].filter((part) => part !== undefined).join('/');
}

/** The tree as text for people, one piece a line. */
export function renderTree(tree: EvidenceTree, depth = 0): string {
  const head = depth === 0 ? tree.ref : `${tree.digest}${tree.platform === undefined ? '' : ` ${tree.platform}`}`;
  const pieces = tree.attached.map(pieceLine);
  const none = pieces.length === 0 ? ['(nothing attached)'] : [];
  const rows = [...pieces, ...none, ...tree.children.map((child) => renderTree(child, depth + 1))];
  return [head, ...rows.map((row, i) => branch(row, i === rows.length - 1))].join('\n');
}

function branch(text: string, last: boolean): string {
  const [first = '', ...rest] = text.split('\n');
  const below = rest.map((line) => `${last ? '   ' : '│  '}${line}`);
  return [`${last ? '└─' : '├─'} ${first}`, ...below].join('\n');
}

function pieceLine({ kind, type, places, signedWith, logIndexes }: TreePiece): string {
  const where = places.map(({ layout, manifest, tag }) => `${layout} ${tag ?? manifest}`).join(', ');
  const by = signedWith === undefined ? '' : `by ${signedWith}`;
  const log = logIndexes.length === 0 ? '' : `log ${logIndexes.join(', ')}`;
  const what = kind === type ? kind : `${kind} ${type}`;
  return [what, by, log, where].filter((part) => part !== '').join('  ');
}
