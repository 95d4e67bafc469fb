// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';

/** Where a source lies, read from the go-getter style text of a policy. */
export type SourceUrl =
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'oci'; readonly reference: string }
  | GitUrl;

export interface GitUrl {
  readonly kind: 'git';
  /** What git is given: `https://…`, `ssh://…` or `file:///…`. */
  readonly repository: string;
  /** Branch, tag or commit; the default branch when absent. */
  readonly ref?: string;
  /** Relative, with `/`; empty for the whole repository. */
  readonly subfolder: string;
}

const forges = ['github.com', 'gitlab.com', 'bitbucket.org'];

/**
 * Reads the text of a source. `exists` says whether a text that looks like nothing else is a path here.
 * Throws `SluiceError` (`configuration`) for what is none of the forms, insecure, or an attempt at git's options.
 */
export function parseSourceUrl(text: string, exists: (path: string) => boolean): SourceUrl {
  if (text === '') throw refused(text, 'nothing');
  if (text.startsWith('sluice://')) return { kind: 'builtin', name: text.slice('sluice://'.length) };
  const lower = text.toLowerCase();
  if (/^[a-z0-9]*::http:/.test(lower)) throw insecure(text);
  if (/^oci(:\/\/|::)/.test(text)) return { kind: 'oci', reference: afterScheme(text.slice('oci'.length)) };
  if (/^https?::/.test(lower))
    return parseWeb(`https://${text.slice(text.indexOf('::') + 2).replace(/^https:\/\//, '')}`);
  if (/^https?:/.test(lower)) return parseWeb(text);
  if (/^(git@|git:\/\/|git::|ssh:\/\/)/.test(text)) return parseGit(text);
  const folder = /^file(?::\/\/|::)(.*)$/s.exec(text)?.[1];
  if (folder !== undefined) return { kind: 'folder', path: folder };
  if (/^(\/|\.\.?(\/|$))/.test(text)) return { kind: 'folder', path: text };
  if (text.includes('::')) throw refused(text, 'an unknown scheme');
  if (hostIn(text, forges) || pathOf(text).endsWith('.git')) return parseGit(text);
  if (exists(text)) return { kind: 'folder', path: text };
  if (isKnownRegistry(text)) return { kind: 'oci', reference: text };
  throw refused(text, 'none of them');
}

/** The same source with the revision that was read, as ec writes it into reports. */
export function pinnedUrl(text: string, source: SourceUrl, revision: string | undefined): string {
  switch (source.kind) {
    case 'folder':
      return `file::${source.path}`;
    case 'git': {
      const plain = text
        .replace(/^git::/, '')
        .replace(/^git:\/\//, '')
        .replace(/^https:\/\//, '');
      const scp = plain.startsWith('git@') ? plain.slice('git@'.length).replace(':', '/') : plain;
      return `git::${scp.split('?ref=', 1)[0]}?ref=${revision}`;
    }
    case 'oci':
      return `oci::${source.reference.split('@', 1)[0]}@${revision}`;
    default:
      return text;
  }
}

function parseWeb(text: string): SourceUrl {
  const url = URL.parse(text);
  if (url === null) throw refused(text, 'a URL that cannot be read');
  if (hostIn(text.replace(/^https?:\/\//, ''), forges) || url.pathname.endsWith('.git')) return parseGit(text);
  if (url.protocol !== 'https:' && !isLoopback(url.hostname)) throw insecure(text);
  if (url.username !== '' || url.password !== '') throw refused(withoutSecret(text), 'a password in the address');
  return { kind: 'http', url: text };
}

function parseGit(text: string): GitUrl {
  const { rest, scheme } = gitScheme(text);
  const [address = '', query = ''] = splitOnce(rest, '?');
  const { ref, subfolder: fromQuery } = gitQuery(text, query);
  const { path, subfolder: fromPath } = gitPath(address);
  const subfolder = cleanSubfolder(text, fromQuery || fromPath);
  const repository = repositoryUrl(text, scheme, path);
  return { kind: 'git', repository, ...(ref === '' ? {} : { ref: checkedRef(text, ref) }), subfolder };
}

type GitScheme = 'https' | 'ssh' | 'file';

function gitScheme(text: string): { rest: string; scheme: GitScheme } {
  // git@host:path is read over https, as ec reads it: no key is needed for a public policy.
  if (text.startsWith('git@')) return { rest: text.slice('git@'.length).replace(':', '/'), scheme: 'https' };
  const bare = text.replace(/^git::/, '').replace(/^git:\/\//, '');
  if (/^http:\/\//i.test(bare)) throw insecure(text);
  if (bare.startsWith('ssh://')) return { rest: bare.slice('ssh://'.length), scheme: 'ssh' };
  if (bare.startsWith('https://')) return { rest: bare.slice('https://'.length), scheme: 'https' };
  const file = bare.replace(/^file(:\/\/|::)/, '');
  if (file !== bare || /^(\/|\.\.?\/)/.test(bare)) return { rest: file, scheme: 'file' };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(bare)) throw refused(text, 'a protocol that git is not allowed to use');
  return { rest: bare, scheme: 'https' };
}

function gitQuery(text: string, query: string): { ref: string; subfolder: string } {
  const given = new URLSearchParams(query);
  for (const name of given.keys()) {
    // depth changes how much is cloned, never what is read.
    if (name !== 'ref' && name !== 'depth') throw refused(text, `the unknown parameter "${name}"`);
  }
  const [ref = '', subfolder = ''] = splitOnce(given.get('ref') ?? '', '//');
  return { ref, subfolder };
}

function gitPath(address: string): { path: string; subfolder: string } {
  const at = address.indexOf('//', 1);
  if (at < 0) return { path: address, subfolder: '' };
  return { path: address.slice(0, at), subfolder: address.slice(at + 2) };
}

function repositoryUrl(text: string, scheme: GitScheme, path: string): string {
  if (path === '' || path.startsWith('-')) throw refused(text, 'a repository that looks like an option');
  if (scheme === 'file') return path;
  const url = URL.parse(`${scheme}://${path}`);
  if (url === null || url.hostname === '' || url.hostname.startsWith('-')) throw refused(text, 'no host');
  if (url.password !== '') throw refused(withoutSecret(text), 'a password in the address');
  const withSuffix = url.pathname.endsWith('.git') ? url.pathname : `${url.pathname.replace(/\/$/, '')}.git`;
  return `${scheme}://${url.username === '' ? '' : `${url.username}@`}${url.host}${withSuffix}`;
}

/** A name that git cannot take for an option or a range: gitrevisions' and refname's special characters are out. */
function checkedRef(text: string, ref: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_./+@-]*$/.test(ref) && !/\.\.|\/\/|@\{|\.lock$|\/$/.test(ref)) return ref;
  throw refused(text, `the ref "${ref}", which is not the name of a branch, tag or commit`);
}

function cleanSubfolder(text: string, subfolder: string): string {
  const parts = subfolder.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || parts.some((part) => part.includes('\0'))) {
    throw refused(text, 'a folder outside of the repository');
  }
  return parts.join('/');
}

function hostIn(text: string, hosts: readonly string[]): boolean {
  const host = (text.split(/[/:?]/, 1)[0] ?? '').toLowerCase();
  return hosts.some((known) => host === known || host.endsWith(`.${known}`));
}

function pathOf(text: string): string {
  return text.split('?', 1)[0] ?? '';
}

const registries =
  /^(?:(?:.*\.)?azurecr\.io|(?:.*\.)?gcr\.io|registry\.gitlab\.com|(?:.*\.)?pkg\.dev|[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com|quay\.io|ghcr\.io|127\.0\.0\.1|localhost)$/;

function isKnownRegistry(text: string): boolean {
  const host = (text.split('/', 1)[0] ?? '').replace(/:\d+$/, '').toLowerCase();
  return text.includes('/') && registries.test(host);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}

function afterScheme(text: string): string {
  return text.replace(/^(::|:\/\/)/, '').replace(/^[a-z]+:\/\//, '');
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function withoutSecret(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//');
}

function insecure(text: string): SluiceError {
  return new SluiceError(
    'configuration',
    `Expected the policy source ${withoutSecret(text)} to be read over https, but found plain http; whoever is on the way could change the policy.`,
  );
}

function refused(text: string, found: string): SluiceError {
  return new SluiceError(
    'configuration',
    `Expected a policy source such as git::https://host/repo.git//folder?ref=main, oci::registry/repo:tag, https://host/file.rego, ./folder or sluice://ci, but found ${found} in "${withoutSecret(text)}".`,
  );
}
