// SPDX-License-Identifier: Apache-2.0
import {
  type Descriptor,
  digestOf,
  emptyJsonBytes,
  emptyJsonDescriptor,
  type ImageManifest,
  type Repository,
} from '@sluice/oci';
import type { Stage } from './stage.ts';

/** Attaches one image's signed provenance to another, with the subject rewritten: the signature no longer fits. */
export async function changedProvenance(stage: Stage, from: string, to: string): Promise<void> {
  await attachCopy(stage, from, to, (bundle, subject) => {
    const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString());
    statement.subject[0].digest.sha256 = subject.digest.slice('sha256:'.length);
    bundle.dsseEnvelope.payload = Buffer.from(JSON.stringify(statement)).toString('base64');
  });
}

/** Attaches one image's signed provenance to another as it is: it speaks of the first. */
export async function foreignProvenance(stage: Stage, from: string, to: string): Promise<void> {
  await attachCopy(stage, from, to, () => undefined);
}

interface Bundle {
  readonly dsseEnvelope: { payload: string };
}

async function attachCopy(
  stage: Stage,
  from: string,
  to: string,
  change: (bundle: Bundle, subject: Descriptor) => void,
): Promise<void> {
  const repository = stage.repository(from);
  const subject = await repository.resolve(tagOf(to));
  const { manifest, bundle } = await provenanceOf(repository, tagOf(from));
  change(bundle, subject);
  const bytes = Buffer.from(JSON.stringify(bundle));
  const layer = {
    ...manifest.layers[0],
    mediaType: manifest.layers[0]?.mediaType ?? '',
    digest: digestOf(bytes),
    size: bytes.length,
  };
  const forged: ImageManifest = { ...manifest, layers: [layer], subject };
  await repository.putBlob(emptyJsonDescriptor, emptyJsonBytes);
  await repository.putBlob(layer, bytes);
  await repository.putManifest(Buffer.from(JSON.stringify(forged)), manifest.mediaType ?? '');
}

async function provenanceOf(repository: Repository, tag: string): Promise<{ manifest: ImageManifest; bundle: Bundle }> {
  const { digest } = await repository.resolve(tag);
  for (const referrer of await repository.referrers(digest)) {
    const manifest = await repository.getManifest(referrer.digest);
    const layer = manifest.kind === 'image' ? manifest.content.layers[0] : undefined;
    if (manifest.kind !== 'image' || layer === undefined) continue;
    // The demo's own bundles: a DSSE envelope with a statement in it.
    const bundle = JSON.parse(Buffer.from(await repository.getBlob(layer)).toString()) as Bundle;
    const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString());
    if (statement.predicateType === 'https://slsa.dev/provenance/v1') return { manifest: manifest.content, bundle };
  }
  throw new Error('The image that was secured first was expected to have provenance, but has none.');
}

function tagOf(reference: string): string {
  return reference.slice(reference.lastIndexOf(':') + 1);
}
