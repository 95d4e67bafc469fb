// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Descriptor, Layout, Repository, Session, SessionOptions } from '@sluice/oci';
import type { FlagSpecs, Invocation } from '../command.ts';
import { UsageError } from '../usage-error.ts';

/** How registries are reached: the same flags on every command that takes an image. */
export const registryFlags = {
  'registry-cacert': {
    type: 'string',
    value: 'FILE',
    help: 'Trust the certificates in this PEM file too, for every connection',
  },
  'allow-http-registry': { type: 'boolean', help: 'Speak plain HTTP to the registry of the image' },
  'allow-insecure-registry': { type: 'boolean', hidden: true, help: 'The same as --allow-http-registry' },
} as const satisfies FlagSpecs;

/** For commands that read only: the image may be an OCI layout on disk. */
export const localImageFlag = {
  'local-image': { type: 'boolean', help: 'IMAGE is an OCI image layout: a folder, or FOLDER@sha256:…' },
} as const satisfies FlagSpecs;

type RegistryInvocation = Invocation<typeof registryFlags & Partial<typeof localImageFlag>>;

/** One image, its tag resolved once: from here on only the digest is used. */
export interface OpenImage {
  readonly repository: Repository;
  readonly descriptor: Descriptor;
  /** `repository@sha256:…`. */
  readonly name: string;
}

/** The connections, credentials and tokens of one command. */
export async function openSession(
  invocation: RegistryInvocation,
  images: readonly string[] = [],
  onRequest?: SessionOptions['onRequest'],
): Promise<Session> {
  const { createSession, defaultCredentials, parseReference } = await import('@sluice/oci');
  const { flags, io, reporter, retry } = invocation;
  const plain = flags['allow-http-registry'] || flags['allow-insecure-registry'];
  const caCertificates = await trustAuthorities(invocation);
  return createSession({
    credentials: defaultCredentials(io.env),
    proxyEnv: io.env,
    log: reporter.log,
    signal: io.signal,
    now: io.now,
    plainHttp: plain ? images.map((image) => parseReference(image).registry) : [],
    ...(caCertificates === undefined ? {} : { caCertificates }),
    ...(onRequest === undefined ? {} : { onRequest }),
    ...(retry === undefined ? {} : { limits: { attempts: retry.attempts }, pauses: retry }),
  });
}

/** A company's authority signs the certificates of its registry and of its Sigstore alike: one flag trusts it for both. */
export async function trustAuthorities({ flags }: Pick<RegistryInvocation, 'flags'>): Promise<string | undefined> {
  const file = flags['registry-cacert'];
  if (!file) return undefined;
  const pem = await readText(file);
  const { trustCertificates } = await import('@sluice/core');
  trustCertificates(pem);
  return pem;
}

/** Opens the repository that an image lies in and resolves its tag. */
export async function openImage(invocation: RegistryInvocation, text: string, session?: Session): Promise<OpenImage> {
  if (invocation.flags['local-image']) return openLocalImage(text);
  const { openRepository, parseReference } = await import('@sluice/oci');
  const reference = parseReference(text);
  const repository = openRepository(session ?? (await openSession(invocation, [text])), reference);
  const descriptor = await repository.resolve(reference.digest ?? reference.tag ?? 'latest');
  return { repository, descriptor, name: `${repository.name}@${descriptor.digest}` };
}

async function openLocalImage(text: string): Promise<OpenImage> {
  const { isDigest, openLayout } = await import('@sluice/oci');
  const at = text.lastIndexOf('@');
  const folder = at > 0 && isDigest(text.slice(at + 1)) ? text.slice(0, at) : text;
  const repository = openLayout(folder);
  const descriptor = await repository.resolve(
    folder === text ? await onlyImage(repository, folder) : text.slice(at + 1),
  );
  return { repository, descriptor, name: `${folder}@${descriptor.digest}` };
}

/** The one image that a layout lists; evidence for other entries does not count. */
async function onlyImage(layout: Layout, folder: string): Promise<string> {
  if (!existsSync(join(folder, 'index.json'))) {
    throw new UsageError(`An OCI image layout was expected in ${folder}, but it has no index.json; name its folder.`);
  }
  const images = (await layout.images()).map(({ digest }) => digest);
  const [digest] = images;
  if (digest !== undefined && images.length === 1) return digest;
  throw new UsageError(
    `The layout ${folder} was expected to list one image, but lists ${images.length === 0 ? 'none' : images.join(', ')}; add @sha256:… to choose.`,
  );
}

async function readText(file: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(file, 'utf8');
}
