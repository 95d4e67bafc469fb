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

/** Program name → path of its binary. */
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
  if (name === 'go' || name === 'git') {
    const found = spawnSync(name, ['version'], { encoding: 'utf8' });
    if (found.status !== 0) return `"${name} version" does not run on this machine`;
    tools[name] = name;
    return undefined;
  }
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
