// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The peers that check us, at pinned versions, from the Go module proxy. */
const MODULES: Readonly<Record<string, { readonly path: string; readonly version: string }>> = {
  cosign: { path: 'github.com/sigstore/cosign/v3/cmd/cosign', version: 'v3.1.3' },
  crane: { path: 'github.com/google/go-containerregistry/cmd/crane', version: 'v0.22.1' },
  registry: { path: 'github.com/google/go-containerregistry/cmd/registry', version: 'v0.22.1' },
  distribution: { path: 'github.com/distribution/distribution/v3/cmd/registry', version: 'v3.1.2' },
  opa: { path: 'github.com/open-policy-agent/opa', version: 'v1.22.0' },
  act: { path: 'github.com/nektos/act', version: 'v0.2.89' },
  actionlint: { path: 'github.com/rhysd/actionlint/cmd/actionlint', version: 'v1.7.12' },
};

/** The peers that come from PyPI, each in a virtual environment of its own. */
const PACKAGES: Readonly<Record<string, string>> = { zizmor: '1.32.0', 'check-jsonschema': '0.39.0' };

/** Programs of the machine, with the word that makes them say their version. */
const ON_PATH: Readonly<Record<string, string>> = { go: 'version', git: 'version', rsync: '--version' };

/** What is no program but a folder, by the variable that names it. */
const FOLDERS: Readonly<Record<string, string>> = { corpora: 'SLUICE_CORPORA' };

/** Program name → path of its binary; folder name → its path. */
export type Tools = Readonly<Record<string, string>>;

export interface ToolReport {
  readonly tools: Tools;
  /** Program name → why it is not here. */
  readonly missing: Readonly<Record<string, string>>;
}

/** Installs what is not in the cache yet; says on standard error what it builds, because that takes minutes. */
export function installTools(names: readonly string[], env: NodeJS.ProcessEnv): ToolReport {
  const cache =
    env['SLUICE_INTEROP_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sluice-interop');
  const tools: Record<string, string> = {};
  const missing: Record<string, string> = {};
  for (const name of names) {
    const reason = provide(name, cache, env, tools);
    if (reason) missing[name] = reason;
  }
  return { tools, missing };
}

function provide(
  name: string,
  cache: string,
  env: NodeJS.ProcessEnv,
  tools: Record<string, string>,
): string | undefined {
  const onPath = ON_PATH[name];
  if (onPath) {
    const found = spawnSync(name, [onPath], { encoding: 'utf8' });
    if (found.status !== 0) return `"${name} ${onPath}" does not run on this machine`;
    tools[name] = name;
    return undefined;
  }
  const variable = FOLDERS[name];
  if (variable) {
    const folder = env[variable];
    if (folder === undefined || !existsSync(folder)) return `${variable} names no folder`;
    tools[name] = folder;
    return undefined;
  }
  const version = PACKAGES[name];
  if (version) return providePython(name, version, cache, tools);
  const module = MODULES[name];
  if (!module) return 'no module of that name is listed in interop/tools.ts';
  const folder = join(cache, `${name}-${module.version}`);
  const binary = join(folder, module.path.split('/').at(-1) ?? name);
  if (!existsSync(binary)) {
    process.stderr.write(`building ${module.path}@${module.version}\n`);
    mkdirSync(folder, { recursive: true });
    const built = spawnSync('go', ['install', `${module.path}@${module.version}`], {
      env: { ...env, GOBIN: folder, GOTOOLCHAIN: 'local', GOFLAGS: '-p=2' },
      encoding: 'utf8',
    });
    if (built.error) return 'Go is not installed on this machine';
    if (built.status !== 0) return `go install failed: ${built.stderr.trim().split('\n').at(-1)}`;
  }
  tools[name] = binary;
  return undefined;
}

function providePython(
  name: string,
  version: string,
  cache: string,
  tools: Record<string, string>,
): string | undefined {
  const folder = join(cache, `${name}-${version}`);
  const binary = join(folder, 'bin', name);
  if (!existsSync(binary)) {
    process.stderr.write(`installing ${name} ${version} from PyPI\n`);
    const made = spawnSync('python3', ['-m', 'venv', folder], { encoding: 'utf8' });
    if (made.status !== 0) return '"python3 -m venv" does not run on this machine';
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `${name}==${version}`];
    const installed = spawnSync(join(folder, 'bin/python'), pip, { encoding: 'utf8' });
    if (installed.status !== 0) return `pip install failed: ${installed.stderr.trim().split('\n').at(-1)}`;
  }
  tools[name] = binary;
  return undefined;
}
