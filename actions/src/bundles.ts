// SPDX-License-Identifier: Apache-2.0
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSession, defaultCredentials, openRepository, parseReference, type Repository } from '@sluice/oci';
import { optionalText, switchInput } from './inputs.ts';
import type { Job } from './job.ts';

const maxBundleBytes = 64 * 1024 * 1024;

/** One Sigstore bundle as it lies in the registry, and the file it was copied to. */
export interface StoredBundle {
  readonly path: string;
  readonly bundle: unknown;
}

/** Reads the bundles that a command attached (`repository@sha256:…` of their manifests) and keeps each in a file. */
export async function fetchBundles(
  job: Job,
  places: readonly string[],
  folder: string,
): Promise<readonly StoredBundle[]> {
  if (places.length === 0) return [];
  const session = createSession({
    credentials: defaultCredentials({ ...job.env, GITHUB_TOKEN: job.input('github-token') || job.env.GITHUB_TOKEN }),
    proxyEnv: job.env,
    signal: job.signal,
    now: job.now,
    ...(await registryTrust(job, places)),
  });
  try {
    const repositories = new Map<string, Repository>();
    return await Promise.all(
      [...new Set(places)].map(async (place, index) => {
        const reference = parseReference(place);
        const repository = repositories.get(reference.repository) ?? openRepository(session, reference);
        repositories.set(reference.repository, repository);
        const bytes = await bundleOf(repository, reference.digest ?? '');
        const path = join(folder, `bundle-${index + 1}.sigstore.json`);
        await writeFile(path, bytes);
        return { path, bundle: JSON.parse(new TextDecoder().decode(bytes)) as unknown };
      }),
    );
  } finally {
    session.close();
  }
}

async function registryTrust(job: Job, places: readonly string[]) {
  const caFile = optionalText(job, 'registry-cacert');
  const plain = switchInput(job, 'allow-http-registry') === true;
  return {
    plainHttp: plain ? places.map((place) => parseReference(place).registry) : [],
    ...(caFile === undefined ? {} : { caCertificates: await readFile(caFile, 'utf8') }),
  };
}

async function bundleOf(repository: Repository, digest: string): Promise<Uint8Array> {
  const { content } = await repository.getManifest(digest);
  const layer = 'layers' in content ? content.layers[0] : undefined;
  if (layer === undefined) throw new TypeError('a bundle lies in the first layer of its manifest');
  return repository.getBlob(layer, maxBundleBytes);
}
