// SPDX-License-Identifier: Apache-2.0
import type { Reference } from '../reference.ts';
import type { Repository } from '../repository.ts';
import type { Session } from '../session.ts';
import { blobSize, getBlob, getManifest, hasBlob, openBlob, resolve } from './pull.ts';
import { mountBlob, putBlob, putManifest } from './push.ts';
import { referrers } from './referrers.ts';
import { tags } from './tags.ts';
import { createTarget, type RegistryTarget } from './target.ts';

/** What is behind a repository that this file opened: a mount needs the source's registry, not only its name. */
const targets = new WeakMap<Repository, RegistryTarget>();

/** A repository of a registry. Nothing is requested until something is asked of it. */
export function openRepository(session: Session, reference: Pick<Reference, 'registry' | 'repository'>): Repository {
  const target = createTarget(session, reference);
  const repository: Repository = {
    name: target.name,
    resolve: (tagOrDigest) => resolve(target, tagOrDigest),
    getManifest: (tagOrDigest) => getManifest(target, tagOrDigest),
    getBlob: (descriptor, limit = session.limits.blobBytes) => getBlob(target, descriptor, limit),
    openBlob: (descriptor) => openBlob(target, descriptor),
    hasBlob: (digest) => hasBlob(target, digest),
    blobSize: (digest) => blobSize(target, digest),
    putBlob: (descriptor, content) => putBlob(target, descriptor, content),
    mountBlob: async (digest, from) => {
      const source = targets.get(from);
      return source !== undefined && mountBlob(target, digest, source);
    },
    putManifest: (bytes, mediaType, tag) => putManifest(target, bytes, mediaType, tag),
    referrers: (digest, artifactType) => referrers(target, digest, artifactType),
    tags: () => tags(target),
  };
  targets.set(repository, target);
  return repository;
}

/** Lets a view of a repository stand for it as the source of a mount. */
export function actsFor(view: Repository, repository: Repository): void {
  const target = targets.get(repository);
  if (target) targets.set(view, target);
}
