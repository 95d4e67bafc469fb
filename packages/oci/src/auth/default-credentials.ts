// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { OciError } from '../error.ts';
import { type AuthFile, keyOf, keysFor, parseAuthFile } from './auth-file.ts';
import { askHelper, type RunProgram, runProgram } from './credential-helper.ts';
import type { Credential, Credentials } from './credentials.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** What of the machine the look-up uses; the real machine unless told. */
export interface CredentialSources {
  readonly run?: RunProgram;
  /** The text of a file, or undefined where there is none. */
  readonly read?: (path: string) => Promise<string | undefined>;
  readonly home?: string;
}

/**
 * The credentials that other tools of this machine would use, first found first taken:
 *
 * 1. `REGISTRY_AUTH_FILE`, and `config.json` in `DOCKER_CONFIG`, where these are set;
 * 2. Podman's `auth.json` in `XDG_RUNTIME_DIR/containers` and `~/.config/containers`;
 * 3. `~/.docker/config.json`, unless `DOCKER_CONFIG` is set;
 * 4. GitLab's `CI_REGISTRY`, `CI_DEPENDENCY_PROXY_SERVER` with their users and passwords;
 * 5. `GITHUB_TOKEN` for ghcr.io.
 *
 * Hosts are compared exactly. In each file `credHelpers` come before `auths`, and `auths` before `credsStore`.
 */
export function defaultCredentials(env: Env, sources: CredentialSources = {}): Credentials {
  const { run = runProgram, read = readIfThere, home = homedir() } = sources;
  let files: Promise<readonly AuthFile[]> | undefined;
  return {
    async forHost(host, repository) {
      files ??= readFiles(filesOf(env, home), read);
      for (const file of await files) {
        const credential = await lookUp(file, host, repository, run);
        if (credential !== undefined) return credential;
      }
      return fromEnvironment(env, host);
    },
  };
}

function filesOf(env: Env, home: string): readonly string[] {
  const { REGISTRY_AUTH_FILE: podman, DOCKER_CONFIG: docker, XDG_RUNTIME_DIR: runtime, XDG_CONFIG_HOME: config } = env;
  const named = [podman, docker && join(docker, 'config.json')];
  const usual = [
    runtime && join(runtime, 'containers', 'auth.json'),
    join(config || join(home, '.config'), 'containers', 'auth.json'),
    docker ? undefined : join(home, '.docker', 'config.json'),
  ];
  return [...named, ...usual].filter((path): path is string => path !== undefined && path !== '');
}

async function readFiles(
  paths: readonly string[],
  read: (path: string) => Promise<string | undefined>,
): Promise<readonly AuthFile[]> {
  const texts = await Promise.all(paths.map(read));
  return paths.flatMap((path, at) => {
    const text = texts[at];
    // Podman creates the file before it writes to it.
    return text === undefined || text.trim() === '' ? [] : [parseAuthFile(path, text)];
  });
}

async function lookUp(
  file: AuthFile,
  host: string,
  repository: string | undefined,
  run: RunProgram,
): Promise<Credential | undefined> {
  const keys = keysFor(host, repository);
  const helper = keys.map((key) => file.credHelpers.get(key)).find((name) => name !== undefined);
  if (helper !== undefined) return askHelper(helper, keyOf(host), run);
  const credential = keys.map((key) => file.auths.get(key)).find((found) => found !== undefined);
  if (credential !== undefined || file.credsStore === undefined) return credential;
  return askHelper(file.credsStore, keyOf(host), run);
}

function fromEnvironment(env: Env, host: string): Credential | undefined {
  const gitlab = [
    [env['CI_REGISTRY'], env['CI_REGISTRY_USER'], env['CI_REGISTRY_PASSWORD']],
    [env['CI_REGISTRY'], env['CI_DEPLOY_USER'], env['CI_DEPLOY_PASSWORD']],
    [env['CI_DEPENDENCY_PROXY_SERVER'], env['CI_DEPENDENCY_PROXY_USER'], env['CI_DEPENDENCY_PROXY_PASSWORD']],
  ];
  for (const [registry, username, password] of gitlab) {
    if (registry && username && password && withoutDefaultPort(registry) === withoutDefaultPort(host)) {
      return { username, password };
    }
  }
  const { GITHUB_TOKEN: token, GITHUB_ACTOR: actor } = env;
  return token && host === 'ghcr.io' ? { username: actor || 'x-access-token', password: token } : undefined;
}

/** GitLab writes the dependency proxy with `:443`. */
function withoutDefaultPort(host: string): string {
  return keyOf(host).replace(/:443$/, '');
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new OciError('bad-credentials', `Expected to read credentials from ${path}, but the file cannot be read.`, {
      cause,
    });
  }
}
