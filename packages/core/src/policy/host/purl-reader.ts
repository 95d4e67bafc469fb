// SPDX-License-Identifier: Apache-2.0
import { compareText } from '../exact-json.ts';
import { type ByteText, lowered, percentDecoded, toBytes, toText } from './byte-text.ts';
import { cut, cutLast, readPurlUrl } from './purl-url.ts';

/** A package URL (https://github.com/package-url/purl-spec); what is not there is empty. */
export interface Purl {
  readonly type: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  /** Sorted by key; no key twice, no value empty. */
  readonly qualifiers: readonly Qualifier[];
  readonly subpath: string;
}

export interface Qualifier {
  readonly key: string;
  readonly value: string;
}

/**
 * Reads a package URL as `FromString` of github.com/package-url/packageurl-go v0.1.3, which ec asks; undefined is what that
 * refuses. It departs from the specification here and there, and so does this: a policy has to come to ec's verdict.
 */
export function readPurl(text: string): Purl | undefined {
  const url = readPurlUrl(toBytes(text));
  if (!url?.path.includes('/')) return undefined;
  const [rawType, rest] = cut(url.path, '/');
  const type = lowered(rawType);
  const qualifiers = readQualifiers(url.query);
  const coordinates = readCoordinates(rest);
  if (!/^[a-z.+-][0-9a-z.+-]*$/.test(type) || !qualifiers || !coordinates || climbs(url.fragment)) return undefined;
  const purl = adjusted({ type, ...coordinates, qualifiers, subpath: withoutOuterSlashes(url.fragment) });
  return obeysItsType(purl) ? inText(purl) : undefined;
}

type Coordinates = Pick<Purl, 'namespace' | 'name' | 'version'>;

/** `namespace/name@version`. They are split first and decoded then, so that a name may hold `%2F` or `%40`. */
function readCoordinates(path: ByteText): Coordinates | undefined {
  const slash = path.lastIndexOf('/');
  const [rawName, rawVersion] = cutLast(path.slice(slash + 1), '@');
  const namespace = percentDecoded(path.slice(0, Math.max(slash, 0)));
  const name = percentDecoded(rawName);
  const version = percentDecoded(rawVersion);
  if (namespace === undefined || version === undefined || name === undefined || name === '') return undefined;
  return { namespace: withoutOuterSlashes(namespace), name, version };
}

/** Every key has to be valid, also of a qualifier that is left out since its value is empty. */
function readQualifiers(query: ByteText): readonly Qualifier[] | undefined {
  if (query.includes(';')) return undefined;
  const qualifiers = new Map<string, string>();
  for (const part of query.split('&')) {
    if (part === '') continue;
    const [rawKey, rawValue] = cut(part.replaceAll('+', ' '), '=');
    const key = percentDecoded(rawKey);
    const value = percentDecoded(rawValue);
    if (key === undefined || value === undefined || !/^[A-Za-z._-][0-9A-Za-z._-]*$/.test(key)) return undefined;
    if (value === '') continue;
    const name = key.toLowerCase();
    if (qualifiers.has(name)) return undefined;
    qualifiers.set(name, value);
  }
  return [...qualifiers].map(([key, value]) => ({ key, value })).sort((a, b) => compareText(a.key, b.key));
}

/** The first segment of a subpath may be `.` or `..`, no other one. */
function climbs(subpath: ByteText): boolean {
  return subpath.split('/').some((segment, at) => at > 0 && (segment === '.' || segment === '..'));
}

function withoutOuterSlashes(text: ByteText): ByteText {
  let start = 0;
  let end = text.length;
  while (text[start] === '/') start++;
  while (end > start && text[end - 1] === '/') end--;
  return text.slice(start, end);
}

const lowerNamespace = new Set(words('alpm apk bitbucket composer deb github golang npm qpkg rpm'));
const lowerName = new Set(words('alpm apk bitbucket bitnami composer deb github golang npm pypi'));

function words(text: string): readonly string[] {
  return text.split(' ');
}

/** What is written in lower case depends on the type. */
function adjusted(purl: Purl): Purl {
  const { type, namespace, version } = purl;
  return {
    ...purl,
    namespace: lowerNamespace.has(type) ? lowered(namespace) : namespace,
    name: adjustedName(purl),
    version: type === 'huggingface' ? lowered(version) : version,
  };
}

function adjustedName(purl: Purl): ByteText {
  const name = purl.type === 'pypi' ? purl.name.replaceAll('_', '-') : purl.name;
  return lowerName.has(purl.type) || isOfDatabricks(purl) ? lowered(name) : name;
}

/** MLflow's names ignore case in Databricks but not in Azure ML, which wins where the address names both. */
function isOfDatabricks({ type, qualifiers }: Purl): boolean {
  const repository = qualifierOf(qualifiers, 'repository_url') ?? '';
  return type === 'mlflow' && repository.includes('databricks') && !repository.includes('azureml');
}

function obeysItsType({ type, namespace, version, qualifiers }: Purl): boolean {
  switch (type) {
    case 'conan':
      return (namespace !== '') === (qualifierOf(qualifiers, 'channel') !== undefined);
    case 'swift':
      return namespace !== '' && version !== '';
    case 'cran':
      return version !== '';
    default:
      return true;
  }
}

function qualifierOf(qualifiers: readonly Qualifier[], key: string): string | undefined {
  return qualifiers.find((qualifier) => qualifier.key === key)?.value;
}

function inText({ type, namespace, name, version, qualifiers, subpath }: Purl): Purl {
  return {
    type,
    namespace: toText(namespace),
    name: toText(name),
    version: toText(version),
    qualifiers: qualifiers.map(({ key, value }) => ({ key, value: toText(value) })),
    subpath: toText(subpath),
  };
}
