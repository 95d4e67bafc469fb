// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest } from '../descriptor.ts';
import { OciError } from '../error.ts';
import { redactUrl } from '../http/address.ts';
import { discardBody, readBody } from '../http/read.ts';
import type { WireResponse } from '../http/wire.ts';
import { bareMediaType, IMAGE_INDEX } from '../media-types.ts';
import { parseManifest } from '../parse-manifest.ts';
import { readReferrersTag } from './referrers-tag.ts';
import { nextPage, type RegistryTarget, read } from './target.ts';

/** Answers of registries without the API: 404 by the specification, the others by some that came before it. */
const NO_API: readonly number[] = [400, 404, 405, 406, 501];

export async function referrers(
  target: RegistryTarget,
  subject: Digest,
  artifactType: string | undefined,
): Promise<readonly Descriptor[]> {
  const listed = (await fromApi(target, subject, artifactType)) ?? (await readReferrersTag(target, subject));
  const byDigest = new Map(listed.map((entry) => [entry.digest, entry]));
  if (byDigest.size > target.session.limits.referrers) throw tooMany(target, subject);
  const entries = [...byDigest.values()];
  return artifactType === undefined ? entries : entries.filter((entry) => entry.artifactType === artifactType);
}

/** Every page of the API's answer, or undefined where the registry has no API. */
async function fromApi(
  target: RegistryTarget,
  subject: Digest,
  artifactType: string | undefined,
): Promise<readonly Descriptor[] | undefined> {
  if (target.referrersApi === false) return undefined;
  const filter = artifactType === undefined ? '' : `?artifactType=${encodeURIComponent(artifactType)}`;
  const first = await requestPage(target, `referrers/${subject}${filter}`);
  target.referrersApi = hasApi(first);
  if (!target.referrersApi) {
    await discardBody(first);
    return undefined;
  }
  const entries: Descriptor[] = [];
  let next: URL | undefined;
  for (let response = first; ; response = await requestPage(target, next)) {
    if (response.status !== 200) throw brokenList(response);
    const page = await readPage(target, response);
    entries.push(...page);
    next = nextPage(response.headers, response.url);
    // A page without entries that has a next one would go on for ever.
    if (next === undefined || page.length === 0) return entries;
    if (entries.length > target.session.limits.referrers) throw tooMany(target, subject);
  }
}

function requestPage(target: RegistryTarget, page: string | URL): Promise<WireResponse> {
  return read(target, { method: 'GET', target: page, headers: { Accept: IMAGE_INDEX }, accept: [200, ...NO_API] });
}

/** A web page with status 200 is what a registry behind a catch-all answers that knows nothing of the API. */
function hasApi(response: WireResponse): boolean {
  const type = bareMediaType(response.headers['content-type']);
  return response.status === 200 && (type === IMAGE_INDEX || type === 'application/json');
}

async function readPage(target: RegistryTarget, response: WireResponse): Promise<readonly Descriptor[]> {
  const { limits } = target.session;
  const bytes = await readBody(response, { bytes: limits.manifestBytes, ms: limits.readMs });
  const page = parseManifest(bytes, IMAGE_INDEX);
  return page.kind === 'index' ? page.content.manifests : [];
}

function brokenList(response: WireResponse): OciError {
  return new OciError(
    'registry-error',
    `Expected the next page of referrers at ${redactUrl(response.url)}, found ${response.status}.`,
    { status: response.status },
  );
}

function tooMany(target: RegistryTarget, subject: Digest): OciError {
  const { referrers: most } = target.session.limits;
  return new OciError('too-many', `Expected at most ${most} referrers of ${subject} in ${target.name}, found more.`);
}
