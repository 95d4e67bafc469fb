// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest } from '../descriptor.ts';
import { isDigest } from '../digest.ts';
import { OciError } from '../error.ts';
import type { Manifest } from '../manifest.ts';
import type { Repository } from '../repository.ts';
import { actsFor } from './open.ts';

/** Blobs up to this size are kept, and as many bytes of them together: evidence and configs, never layers. */
const keptBlobBytes = 4 * 1024 * 1024;
const keptBytes = 32 * 1024 * 1024;

const views = new WeakSet<Repository>();

/**
 * A view of a repository for one step that reads the same things for several reasons: nothing is requested twice, and a
 * tag names for the whole step what it named first. For reading only: what is written through it is not read back from
 * the registry, so a target that is to be checked must be opened by itself. `read` are manifests that were read before.
 * A view of a view is the view itself.
 */
export function rememberReads(repository: Repository, read: readonly Manifest[] = []): Repository {
  if (views.has(repository)) return repository;
  const manifests = new Map(read.map((manifest) => [manifest.descriptor.digest as string, Promise.resolve(manifest)]));
  const descriptors = new Map<string, Promise<Descriptor>>();
  const lists = new Map<string, Promise<readonly Descriptor[]>>();
  const blobs = new Map<Digest, Promise<Uint8Array>>();
  let room = keptBytes;

  const getManifest = (name: string): Promise<Manifest> =>
    once(manifests, name, async () => {
      // What a tag was resolved to is read by that digest, so that a tag moved meanwhile changes nothing.
      const resolved = isDigest(name) ? undefined : await descriptors.get(name);
      const manifest = resolved ? await getManifest(resolved.digest) : await repository.getManifest(name);
      manifests.set(manifest.descriptor.digest, Promise.resolve(manifest));
      return manifest;
    });
  const resolve = (name: string) =>
    once(descriptors, name, async () => {
      const manifest = await manifests.get(name);
      return manifest ? manifest.descriptor : repository.resolve(name);
    });
  const getBlob: Repository['getBlob'] = (descriptor, limit) => {
    const { digest, size } = descriptor;
    const known = blobs.get(digest);
    if (known && size <= (limit ?? size)) return known.then((bytes) => checked(bytes, descriptor));
    if (size > keptBlobBytes || size > room) return repository.getBlob(descriptor, limit);
    room -= size;
    return once(blobs, digest, () => repository.getBlob(descriptor, limit));
  };
  const view: Repository = {
    ...repository,
    getManifest,
    resolve,
    getBlob,
    blobSize: async (digest) => (await blobs.get(digest))?.length ?? repository.blobSize(digest),
    openBlob: async (descriptor) =>
      blobs.has(descriptor.digest) ? chunksOf(await getBlob(descriptor)) : repository.openBlob(descriptor),
    referrers: (digest, artifactType) =>
      once(lists, `${digest} ${artifactType ?? ''}`, () => repository.referrers(digest, artifactType)),
  };
  views.add(view);
  actsFor(view, repository);
  return view;
}

/** That there is nothing is an answer, too; anything else that failed may be asked again. */
function once<Answer>(answers: Map<string, Promise<Answer>>, key: string, ask: () => Promise<Answer>): Promise<Answer> {
  const known = answers.get(key);
  if (known) return known;
  const asked = ask();
  answers.set(key, asked);
  asked.catch((error: unknown) => {
    if (!(error instanceof OciError) || error.code !== 'not-found') answers.delete(key);
  });
  return asked;
}

function checked(bytes: Uint8Array, { digest, size }: Pick<Descriptor, 'digest' | 'size'>): Uint8Array {
  if (bytes.length === size) return bytes;
  throw new OciError('size-mismatch', `Expected ${digest} to have ${size} bytes, found ${bytes.length}.`);
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
