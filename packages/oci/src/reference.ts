// SPDX-License-Identifier: Apache-2.0
import type { Digest } from './descriptor.ts';
import { parseDigest } from './digest.ts';
import { OciError } from './error.ts';

/** Where an image lives. `registry` is a host with its port; `docker.io` stands for Docker Hub. */
export interface Reference {
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

// The grammar of the distribution project (github.com/distribution/reference, regexp.go). Alternatives that could
// match the same text twice are avoided, so that matching stays linear.
const DOMAIN =
  /^(?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const MAX_REPOSITORY = 255;
const MAX_TEXT = 1024;
const DEFAULT_REGISTRY = 'docker.io';

/**
 * Reads an image reference: `[registry/]repository[:tag][@digest]`, with Docker's defaults for the registry
 * (`alpine` is `docker.io/library/alpine`). No tag is invented where there is none.
 * Throws an `OciError` of code `bad-reference`.
 *
 * @example parseReference('ghcr.io/acme/app:v1@sha256:…').repository // 'acme/app'
 */
export function parseReference(text: string): Reference {
  if (text.length > MAX_TEXT) throw bad(text, `at most ${MAX_TEXT} characters`);
  const [named, digest] = splitDigest(text);
  const [name, tag] = splitTag(text, named);
  const { registry, repository } = splitRegistry(name);
  if (registry !== undefined && !isRegistry(registry)) throw bad(text, 'a registry host with an optional port');
  const path = registry === undefined && !repository.includes('/') ? `library/${repository}` : repository;
  if (!isRepository(path)) throw bad(text, 'a repository of lower-case letters, digits and single separators');
  if (registry === undefined && /^[0-9a-f]{64}$/.test(repository)) throw bad(text, 'a name, not a bare identifier');
  return {
    ...homeOf(registry, path),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The canonical text of a reference, with its registry. */
export function formatReference(reference: Reference): string {
  const { registry, repository, tag, digest } = reference;
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Whether text is a repository name (distribution specification, "Pulling manifests"). */
export function isRepository(text: string): boolean {
  return text.length <= MAX_REPOSITORY && text.split('/').every((component) => PATH_COMPONENT.test(component));
}

export function isRegistry(text: string): boolean {
  if (!DOMAIN.test(text)) return false;
  const port = /:([0-9]+)$/.exec(text.replace(/^\[.*\]/, ''))?.[1];
  return port === undefined || Number(port) <= 65_535;
}

function splitDigest(text: string): [string, Digest | undefined] {
  const at = text.indexOf('@');
  if (at < 0) return [text, undefined];
  try {
    return [text.slice(0, at), parseDigest(text.slice(at + 1))];
  } catch (cause) {
    throw bad(text, 'a sha256 or sha512 digest after "@"', cause);
  }
}

function splitTag(text: string, named: string): [string, string | undefined] {
  const colon = named.lastIndexOf(':');
  // A colon before the last slash belongs to a port or an IPv6 address.
  if (colon < 0 || colon < named.lastIndexOf('/')) return [named, undefined];
  const tag = named.slice(colon + 1);
  if (!isTag(tag)) throw bad(text, 'a tag of at most 128 letters, digits, "_", "." and "-"');
  return [named.slice(0, colon), tag];
}

/** The first component is a registry when it cannot be a path: it has a dot, a colon or a capital, or is `localhost`. */
function splitRegistry(name: string): { readonly registry: string | undefined; readonly repository: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = slash > 0 && (/[.:A-Z]/.test(first) || first === 'localhost');
  return isHost ? { registry: first, repository: name.slice(slash + 1) } : { registry: undefined, repository: name };
}

function homeOf(
  registry: string | undefined,
  path: string,
): { readonly registry: string; readonly repository: string } {
  if (registry !== undefined && registry !== DEFAULT_REGISTRY && registry !== 'index.docker.io') {
    return { registry, repository: path };
  }
  return { registry: DEFAULT_REGISTRY, repository: path.includes('/') ? path : `library/${path}` };
}

function bad(text: string, expected: string, cause?: unknown): OciError {
  return new OciError(
    'bad-reference',
    `Expected ${expected} in an image reference such as registry.example/team/app:v1, found ${JSON.stringify(text.slice(0, 200))}.`,
    { cause },
  );
}
