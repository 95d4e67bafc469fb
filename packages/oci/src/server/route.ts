// SPDX-License-Identifier: Apache-2.0
import { isRepository } from '../reference.ts';
import { RegistryFault } from './fault.ts';

/** An endpoint of the specification with its parameters; `end-…` are its own numbers. */
export type Route =
  | { readonly kind: 'base' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'token' }
  | { readonly kind: 'blob'; readonly repository: string; readonly digest: string }
  | { readonly kind: 'uploads'; readonly repository: string }
  | { readonly kind: 'upload'; readonly repository: string; readonly id: string }
  | { readonly kind: 'manifest'; readonly repository: string; readonly reference: string }
  | { readonly kind: 'tags'; readonly repository: string }
  | { readonly kind: 'referrers'; readonly repository: string; readonly digest: string };

/** The path below which the registry answers token requests; outside `/v2/`, where only the specification rules. */
export const TOKEN_PATH = '/token';

// A repository name may itself hold "blobs" or "manifests": the last fitting part of the path decides.
const BELOW_REPOSITORY =
  /^\/v2\/(.+)\/(?:(blobs\/uploads)\/?|blobs\/uploads\/([^/]+)|(tags\/list)|(blobs|manifests|referrers)\/([^/]+))$/;

/** The route of a path, or undefined for a path that no endpoint has. */
export function routeOf(path: string): Route | undefined {
  if (path === '/v2/' || path === '/v2') return { kind: 'base' };
  if (path === '/v2/_catalog') return { kind: 'catalog' };
  if (path === TOKEN_PATH) return { kind: 'token' };
  const match = BELOW_REPOSITORY.exec(path);
  if (match === null) return undefined;
  const [, repository = '', uploads, id, tags, endpoint, last = ''] = match;
  if (!isRepository(repository)) {
    throw new RegistryFault(
      400,
      'NAME_INVALID',
      'a repository name has lower-case letters, digits and single separators',
    );
  }
  if (uploads !== undefined) return { kind: 'uploads', repository };
  if (id !== undefined) return { kind: 'upload', repository, id };
  if (tags !== undefined) return { kind: 'tags', repository };
  if (endpoint === 'manifests') return { kind: 'manifest', repository, reference: decode(last) };
  return { kind: endpoint === 'blobs' ? 'blob' : 'referrers', repository, digest: decode(last) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
