// SPDX-License-Identifier: Apache-2.0
import { IMAGE_INDEX } from '../media-types.ts';
import { answer, answerJson, digestFrom, type Exchange } from './exchange.ts';
import { RegistryFault } from './fault.ts';
import { repositoryExists } from './manifests.ts';

/** end-8a and 8b: the tags of a repository, sorted, in pages. */
export async function listTags(exchange: Exchange, repository: string): Promise<void> {
  const tags = (await exchange.storage.listLinks(repository, 'tags')).toSorted(byCode);
  if (tags.length === 0 && !(await repositoryExists(exchange, repository))) {
    throw new RegistryFault(404, 'NAME_UNKNOWN', `there is no repository ${repository}`);
  }
  const page = pageOf(exchange, tags);
  const link = linkTo(`/v2/${repository}/tags/list`, page);
  answerJson(exchange, link, { name: repository, tags: page.items });
}

/** The catalogue of repositories: not in the specification, but what distribution's registry has. */
export async function listRepositories(exchange: Exchange): Promise<void> {
  const page = pageOf(exchange, (await exchange.storage.repositories()).toSorted(byCode));
  answerJson(exchange, linkTo('/v2/_catalog', page), { repositories: page.items });
}

/** end-12a and 12b: the manifests that name a digest as their subject. */
export async function listReferrers(exchange: Exchange, repository: string, digestText: string): Promise<void> {
  const { storage, settings, query } = exchange;
  if (!settings.referrersApi) throw new RegistryFault(404, 'UNSUPPORTED', 'this registry has no referrers API');
  const subject = digestFrom(digestText);
  const names = (await storage.listLinks(repository, `referrers-${subject}`)).toSorted(byCode);
  const entries = await Promise.all(names.map((name) => storage.getLink(repository, `referrers-${subject}`, name)));
  const artifactType = query.get('artifactType');
  const wanted = names.flatMap((name, at) => {
    const text = entries[at];
    const entry: unknown = text === undefined ? undefined : JSON.parse(text);
    return entry !== undefined && hasArtifactType(entry, artifactType) ? [{ name, entry }] : [];
  });
  const page = pageOf(
    exchange,
    wanted.map(({ name }) => name),
  );
  const shown = new Set(page.items);
  const manifests = wanted.filter(({ name }) => shown.has(name)).map(({ entry }) => entry);
  const filter = artifactType === null ? '' : `artifactType=${encodeURIComponent(artifactType)}`;
  const headers = {
    'Content-Type': IMAGE_INDEX,
    ...(artifactType === null ? {} : { 'OCI-Filters-Applied': 'artifactType' }),
    ...linkTo(`/v2/${repository}/referrers/${subject}`, page, filter),
  };
  answer(exchange, 200, headers, JSON.stringify({ schemaVersion: 2, mediaType: IMAGE_INDEX, manifests }));
}

interface Page {
  readonly items: readonly string[];
  readonly size: number;
  readonly hasMore: boolean;
}

/** What `n` and `last` select from sorted names. */
function pageOf(exchange: Exchange, sorted: readonly string[]): Page {
  const { query, settings } = exchange;
  const asked = query.get('n');
  const size = asked === null ? settings.pageSize : Number(asked);
  if (!Number.isSafeInteger(size) || size < 0) throw new RegistryFault(400, 'UNSUPPORTED', 'n is a number of entries');
  const last = query.get('last');
  const rest = last === null ? sorted : sorted.filter((name) => byCode(name, last) > 0);
  const items = rest.slice(0, size);
  return { items, size, hasMore: size > 0 && rest.length > items.length };
}

function linkTo(path: string, page: Page, parameters = ''): { readonly Link?: string } {
  const last = page.items.at(-1);
  if (!page.hasMore || last === undefined) return {};
  const query = [parameters, `n=${page.size}`, `last=${encodeURIComponent(last)}`].filter((part) => part !== '');
  return { Link: `<${path}?${query.join('&')}>; rel="next"` };
}

function hasArtifactType(entry: unknown, wanted: string | null): boolean {
  if (wanted === null) return true;
  return typeof entry === 'object' && entry !== null && 'artifactType' in entry && entry.artifactType === wanted;
}

function byCode(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
