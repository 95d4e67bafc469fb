// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest } from '../descriptor.ts';
import { algorithmOf, digestOf, isDigest } from '../digest.ts';
import { OciError } from '../error.ts';
import { discardBody } from '../http/read.ts';
import type { WireResponse } from '../http/wire.ts';
import { parseManifest, referrerEntry } from '../parse-manifest.ts';
import { isTag } from '../reference.ts';
import type { BlobContent } from './chunks.ts';
import { hasBlob } from './pull.ts';
import { addToReferrersTag } from './referrers-tag.ts';
import { locationOf, pullScope, pushScope, type RegistryTarget, send, write } from './target.ts';
import { uploadBlob } from './upload.ts';

export async function putBlob(
  target: RegistryTarget,
  blob: Pick<Descriptor, 'digest' | 'size'>,
  content: BlobContent,
): Promise<void> {
  // Two uploads of one blob at a time would be one too many.
  await target.session.exclusively(`${target.name} ${blob.digest}`, async () => {
    // After a mount that the registry turned into an upload, the blob is known not to be there.
    if (!target.begun.has(blob.digest) && (await hasBlob(target, blob.digest))) return;
    await uploadBlob(target, blob, content);
    target.held.add(blob.digest);
  });
}

/** Asks for a blob of another repository of the same registry; what the registry refuses is an upload instead. */
export async function mountBlob(target: RegistryTarget, digest: Digest, from: RegistryTarget): Promise<boolean> {
  if (from.registry !== target.registry) return false;
  if (from.repository === target.repository) return hasBlob(target, digest);
  const query = new URLSearchParams({ mount: digest, from: from.repository });
  const request = {
    method: 'POST',
    target: `blobs/uploads/?${query}`,
    headers: { 'Content-Length': '0' },
    accept: [201, 202],
  };
  let response: WireResponse;
  try {
    response = await send(target, request, [pushScope(target), pullScope(from)]);
  } catch (error) {
    // Whether we may mount from there is the registry's to say; that we may push is found out by pushing.
    if (error instanceof OciError && error.status !== undefined && error.status < 500 && error.status !== 429)
      return false;
    throw error;
  }
  await discardBody(response);
  if (response.status === 201) {
    target.held.add(digest);
    return true;
  }
  target.begun.set(digest, locationOf(response));
  return false;
}

export async function putManifest(
  target: RegistryTarget,
  bytes: Uint8Array,
  mediaType: string,
  tag?: string,
): Promise<Descriptor> {
  const manifest = parseManifest(bytes, mediaType);
  const { descriptor } = manifest;
  if (tag !== undefined && !isTag(tag)) {
    throw new OciError(
      'bad-reference',
      `Expected a tag to store a manifest under, found ${JSON.stringify(tag.slice(0, 200))}.`,
    );
  }
  const response = await sendManifest(target, bytes, descriptor.mediaType, tag ?? descriptor.digest);
  const { subject } = manifest.content;
  if (subject !== undefined && response.headers['oci-subject'] === undefined) {
    await addToReferrersTag(target, subject.digest, referrerEntry(manifest));
  }
  return descriptor;
}

async function sendManifest(
  target: RegistryTarget,
  bytes: Uint8Array,
  mediaType: string,
  reference: string,
): Promise<WireResponse> {
  const response = await write(target, {
    method: 'PUT',
    target: `manifests/${reference}`,
    headers: { 'Content-Type': mediaType },
    body: bytes,
    accept: [200, 201, 202],
  });
  await discardBody(response);
  checkStored(target, bytes, reference, String(response.headers['docker-content-digest'] ?? ''));
  return response;
}

/** A registry that stored something else than it was given would break every signature over it. */
function checkStored(target: RegistryTarget, bytes: Uint8Array, reference: string, claimed: string): void {
  if (!isDigest(claimed)) return;
  const digest = digestOf(bytes, algorithmOf(claimed));
  if (digest === claimed) return;
  throw new OciError(
    'digest-mismatch',
    `Expected ${target.name} to store manifest ${reference} as ${digest}, but it says ${claimed}.`,
  );
}
