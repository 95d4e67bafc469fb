// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../policy/exact-json.ts';
import { type Cluster, checkToken } from './cluster.ts';

/** A named entry of a configuration, and the folder that its relative paths start from. */
interface Entry {
  readonly value: JsonObject;
  readonly file: string;
}

/**
 * The cluster of the current context of `KUBECONFIG` (a list of files, of which the first to name something counts) or
 * of `~/.kube/config`; undefined where no context is current. What would change who asks or who answers, and is not
 * read (exec plugins, impersonation, unverified TLS), is refused by name.
 */
export async function readKubeconfig(env: StepContext['env']): Promise<Cluster | undefined> {
  return clusterOf(await readFiles(env));
}

/** The same of one file, which must be there and say which context is current (client-go's `ExplicitPath`). */
export async function readOneKubeconfig(name: string): Promise<Cluster> {
  const path = resolve(name);
  const file = await readOne(path);
  if (file === undefined) {
    throw new SluiceError(
      'file',
      `A Kubernetes configuration was expected at ${path}, but there is none; name one with --kubeconfig.`,
    );
  }
  const cluster = await clusterOf([file]);
  if (cluster === undefined) throw wrong(path, 'it names no current context');
  return cluster;
}

async function clusterOf(files: readonly Entry[]): Promise<Cluster | undefined> {
  const current = files.map(({ value }) => value['current-context']).find((name) => name !== undefined && name !== '');
  if (current === undefined) return undefined;
  const context = entry(files, 'contexts', 'context', current);
  const cluster = entry(files, 'clusters', 'cluster', context.value['cluster']);
  const user = context.value['user'] ? entry(files, 'users', 'user', context.value['user']) : undefined;
  refuseUnread(cluster, clusterKeys);
  const server = text(cluster, 'server');
  if (server === undefined) throw wrong(cluster.file, 'the cluster of the current context names no server');
  const ca = await pem(cluster, 'certificate-authority');
  const servername = text(cluster, 'tls-server-name');
  const { token, ...tls } = user === undefined ? {} : await credentials(user);
  return {
    server: server.replace(/\/+$/, ''),
    namespace: namespaceOf(context),
    ...(token === undefined ? {} : { token }),
    tls: { ...tls, ...(ca === undefined ? {} : { ca }), ...(servername === undefined ? {} : { servername }) },
  };
}

/** The keys that count; anything else that says something is refused (`Cluster` and `AuthInfo` of client-go's api/v1). */
const clusterKeys = [
  'server',
  'certificate-authority',
  'certificate-authority-data',
  'tls-server-name',
  'disable-compression',
  'extensions',
];
const userKeys = [
  'token',
  'tokenFile',
  'client-certificate',
  'client-certificate-data',
  'client-key',
  'client-key-data',
  'extensions',
];

async function credentials(user: Entry) {
  refuseUnread(user, userKeys);
  const cert = await pem(user, 'client-certificate');
  const key = await pem(user, 'client-key');
  if ((cert === undefined) !== (key === undefined)) {
    throw wrong(user.file, 'the user of the current context has only one of client certificate and key');
  }
  const tokenFile = text(user, 'tokenFile');
  const token = tokenFile === undefined ? text(user, 'token') : await beside(user, tokenFile);
  return {
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(token === undefined ? {} : { token: checkToken(token, tokenFile ?? user.file) }),
  };
}

function refuseUnread({ value, file }: Entry, known: readonly string[]): void {
  const unread = Object.entries(value).find(
    ([key, member]) => !known.includes(key) && member !== null && member !== false && member !== '',
  );
  if (unread === undefined) return;
  throw wrong(file, `the current context uses "${unread[0]}", which is not supported here`);
}

async function readFiles(env: StepContext['env']): Promise<readonly Entry[]> {
  const home = env.HOME ?? env.USERPROFILE;
  const standard = home ? [join(home, '.kube', 'config')] : [];
  const names = env.KUBECONFIG ? env.KUBECONFIG.split(delimiter).filter((name) => name !== '') : standard;
  const files = await Promise.all(names.map((name) => readOne(resolve(name))));
  return files.filter((file): file is Entry => file !== undefined);
}

async function readOne(file: string): Promise<Entry | undefined> {
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    // A file of the list that is not there is passed over, as kubectl does.
    if (cause instanceof Error && Reflect.get(cause, 'code') === 'ENOENT') return undefined;
    throw new SluiceError('file', `The Kubernetes configuration ${file} cannot be read; check who may read it.`, {
      cause,
    });
  });
  if (content === undefined) return undefined;
  const { parseYaml11 } = await import('../policy/yaml11.ts');
  const value = parse(() => parseYaml11(content, file), file);
  if (value === null) return undefined;
  if (!isJsonObject(value)) throw wrong(file, 'it is no object');
  return { value, file };
}

/** A complaint of the YAML parser may quote the file, and so a token: it is dropped. */
function parse(read: () => Json, file: string): Json {
  try {
    return read();
  } catch {
    throw wrong(file, 'it is not YAML');
  }
}

function entry(files: readonly Entry[], list: string, member: string, name: Json | undefined): Entry {
  for (const { value, file } of files) {
    const items = value[list];
    const found = isJsonArray(items) ? items.filter(isJsonObject).find((item) => item['name'] === name) : undefined;
    const inner = found?.[member];
    if (isJsonObject(inner)) return { value: inner, file };
  }
  const places = files.map(({ file }) => file).join(', ');
  throw wrong(places, `the current context needs ${typeof name === 'string' ? `"${name}"` : 'a name'} in ${list}`);
}

function text({ value, file }: Entry, key: string): string | undefined {
  const member = value[key];
  if (member === undefined || member === null || member === '') return undefined;
  if (typeof member !== 'string') throw wrong(file, `"${key}" of the current context is no text`);
  return member;
}

function namespaceOf(context: Entry): string {
  const namespace = text(context, 'namespace') ?? 'default';
  if (/^[a-z0-9-]+$/.test(namespace)) return namespace;
  throw wrong(context.file, `"${namespace}" of the current context is no namespace`);
}

/** A PEM document that is given as base64 (`…-data`, which counts first) or as a file. */
async function pem(from: Entry, key: string): Promise<string | undefined> {
  const data = text(from, `${key}-data`);
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  const name = text(from, key);
  return name === undefined ? undefined : beside(from, name);
}

function beside({ file }: Entry, name: string): Promise<string> {
  const path = resolve(dirname(file), name);
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new SluiceError(
      'file',
      `The file ${path}, which the Kubernetes configuration ${file} names, cannot be read.`,
      {
        cause,
      },
    );
  });
}

function wrong(file: string, what: string): SluiceError {
  return new SluiceError(
    'configuration',
    `The Kubernetes configuration ${file} cannot be used: ${what}; give a context with a token or a client certificate.`,
  );
}
