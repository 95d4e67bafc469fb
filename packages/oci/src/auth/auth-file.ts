// SPDX-License-Identifier: Apache-2.0
import { OciError } from '../error.ts';
import type { Credential } from './credentials.ts';

/** What a Docker or Podman file of credentials says about registries. Keys are hosts, or hosts with a path (Podman). */
export interface AuthFile {
  readonly path: string;
  readonly auths: ReadonlyMap<string, Credential | undefined>;
  readonly credHelpers: ReadonlyMap<string, string>;
  readonly credsStore: string | undefined;
}

/** Docker Hub's names, all for the same credentials; the first is the key that `docker login` writes. */
const DOCKER_HUB: ReadonlySet<string> = new Set(['index.docker.io', 'docker.io', 'registry-1.docker.io']);

/**
 * Reads `config.json` of Docker (github.com/docker/cli, cli/config/configfile) or Podman's `auth.json`
 * (containers-auth.json(5)). A file that does not parse is an error: falling back to nobody would hide it.
 */
export function parseAuthFile(path: string, text: string): AuthFile {
  const file = objectIn(path, 'the file', parseJson(path, text));
  const { auths = {}, credHelpers = {}, credsStore } = file;
  if (credsStore !== undefined && typeof credsStore !== 'string') throw bad(path, 'credsStore to be text');
  const helpers = Object.entries(objectIn(path, 'credHelpers', credHelpers)).map(([host, name]): [string, string] => {
    if (typeof name !== 'string') throw bad(path, `credHelpers of ${host} to be text`);
    return [keyOf(host), name];
  });
  const entries = Object.entries(objectIn(path, 'auths', auths)).map(
    ([host, entry]): [string, Credential | undefined] => [keyOf(host), credentialIn(path, host, entry)],
  );
  return {
    path,
    auths: new Map(entries),
    credHelpers: new Map(helpers),
    credsStore: credsStore === '' ? undefined : credsStore,
  };
}

/** The key for a registry's host: exactly the host and port, for Docker Hub one of its names. */
export function keyOf(host: string): string {
  const bare = host
    .replace(/^https?:\/\//i, '')
    .replace(/\/v[12]\/?$/, '')
    .replace(/\/+$/, '');
  const name = bare.toLowerCase();
  return DOCKER_HUB.has(name) ? 'docker.io' : bare.includes('/') ? bare : name;
}

/** The keys that may hold the credential for a repository, the narrowest first: `host/a/b`, `host/a`, `host`. */
export function keysFor(host: string, repository: string | undefined): readonly string[] {
  const parts = repository === undefined ? [] : repository.split('/');
  const paths = parts.map((_, at) => `${keyOf(host)}/${parts.slice(0, parts.length - at).join('/')}`);
  return [...paths, keyOf(host)];
}

function credentialIn(path: string, host: string, value: unknown): Credential | undefined {
  const entry = objectIn(path, `auths of ${host}`, value);
  const text = (name: string): string => {
    const found = entry[name] ?? '';
    if (typeof found !== 'string') throw bad(path, `${name} of ${host} to be text`);
    return found;
  };
  const [registryToken, identityToken, auth] = [text('registrytoken'), text('identitytoken'), text('auth')];
  if (registryToken !== '') return { token: registryToken, use: 'bearer' };
  if (identityToken !== '') return { token: identityToken };
  if (auth !== '') return decodeAuth(path, host, auth);
  const [username, password] = [text('username'), text('password')];
  // `docker login` with a store leaves an empty entry, which says only that the store has one.
  return username === '' && password === '' ? undefined : { username, password };
}

function decodeAuth(path: string, host: string, auth: string): Credential {
  const decoded = Buffer.from(auth, 'base64').toString();
  const colon = decoded.indexOf(':');
  if (colon < 0) throw bad(path, `auth of ${host} to be a user name and password in base64`);
  // Docker pads some passwords with zero bytes.
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, '') };
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, and the text holds passwords.
    throw bad(path, 'JSON');
  }
}

function objectIn(path: string, where: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(path, `${where} to be an object`);
  return Object.assign(Object.create(null), value);
}

function bad(path: string, expected: string): OciError {
  return new OciError(
    'bad-credentials',
    `Expected ${expected} in ${path}, found something else; mend or remove the file.`,
  );
}
