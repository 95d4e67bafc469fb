// SPDX-License-Identifier: Apache-2.0
// GitHub's workflows run by `act` without Docker, against the embedded services. Three things differ from GitHub, and
// nothing else: `uses: sluice-ci/sluice/…@v1` is this checkout, Docker's actions are stand-ins that push a folder with
// `sluice image append`, and the registry and the issuer of the embedded stack take the place of the public ones.

import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { githubVariables, type LocalStack, startLocal, type TrustFiles, writeTrustFiles } from '@sluice/local';
import { createSession, type Digest, openRepository, parseReference } from '@sluice/oci';
import { type GitHubServer, startGitHub } from '../actions/test/github-server.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

export interface ActScene {
  readonly stack: LocalStack;
  readonly github: GitHubServer;
  /** `trusted_root.json` and `signing_config.json` of the stack. */
  readonly trust: TrustFiles;
  /** The work tree of the repository that runs the workflow. */
  readonly folder: string;
  /** `127.0.0.1:PORT/acme/shop` */
  readonly imageName: string;
  write(path: string, text: string): Promise<void>;
  /** Copies a folder of `examples/`, with the names of the public services replaced by those of the stack. */
  copyExample(name: string, replacements?: Readonly<Record<string, string>>): Promise<void>;
  /** Replaces the names of the public services in every YAML file by those of the stack. */
  replacePublicNames(more?: Readonly<Record<string, string>>): Promise<void>;
  act(options?: ActOptions): Promise<ActRun>;
  digestOf(reference: string): Promise<Digest | undefined>;
}

export interface ActOptions {
  readonly event?: string;
  /** The event's payload. */
  readonly payload?: object;
  /** The workflow that signs, as the token names it; the repository's own release.yml when absent. */
  readonly signer?: string;
  /** False: the job has no `id-token: write`. */
  readonly identity?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** The full git ref of the run; a tag is made. `refs/heads/main` when absent. */
  readonly ref?: string;
  readonly arguments?: readonly string[];
}

export interface ActRun {
  readonly success: boolean;
  /** Every line of the log. */
  readonly log: string;
  /** The summaries of the steps. */
  readonly summary: string;
}

export async function withActScene(
  actBinary: string,
  body: (scene: ActScene) => Promise<void>,
  serverUrl = 'https://github.com',
): Promise<void> {
  const base = await mkdtemp(join(tmpdir(), 'sluice-act-'));
  const [stack, github] = await Promise.all([startLocal({ githubUrl: serverUrl }), startGitHub()]);
  try {
    const scene = await createScene(actBinary, base, serverUrl, stack, github);
    await body(scene);
    if (github.violations.length > 0)
      throw new Error(`requests that GitHub would refuse: ${github.violations.join('; ')}`);
  } finally {
    await Promise.all([stack.close(), github.close(), rm(base, { recursive: true, force: true })]);
  }
}

async function createScene(
  actBinary: string,
  base: string,
  serverUrl: string,
  stack: LocalStack,
  github: GitHubServer,
): Promise<ActScene> {
  const folder = join(base, 'shop');
  await mkdir(folder, { recursive: true });
  const [kit, standIns, trust] = await Promise.all([
    copyKit(base, stack.registry.host),
    writeStandIns(base, serverUrl),
    writeTrustFiles(stack, join(base, 'trust')),
  ]);
  const host = stack.registry.host;
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  const replacePublicNames = async (more: Readonly<Record<string, string>> = {}) => {
    const all = { 'ghcr.io': host, 'https://token.actions.githubusercontent.com': stack.oidc.github.url, ...more };
    for (const file of globSync('{**/*,.github/**/*}.{yml,yaml}', { cwd: folder })) {
      const text = await readFile(join(folder, file), 'utf8');
      const replaced = Object.entries(all).reduce((so, [from, to]) => so.replaceAll(from, to), text);
      await writeFile(join(folder, file), replaced);
    }
  };
  return {
    stack,
    github,
    trust,
    folder,
    imageName: `${host}/acme/shop`,
    write,
    replacePublicNames,
    async copyExample(name, replacements = {}) {
      await cp(join(root, 'examples', name), folder, { recursive: true });
      await replacePublicNames(replacements);
    },
    async act(options = {}) {
      const event = options.event ?? 'push';
      const ref = options.ref ?? 'refs/heads/main';
      const commit = await commitAll(folder, serverUrl, ref);
      const variables = githubVariables({
        GITHUB_SERVER_URL: serverUrl,
        GITHUB_SHA: commit,
        GITHUB_EVENT_NAME: event,
        GITHUB_REF: ref,
      });
      const claims = options.signer === undefined ? {} : { job_workflow_ref: options.signer };
      const token = stack.oidc.githubTokenRequest(variables, claims);
      const env = {
        ...pick(variables, [
          'GITHUB_WORKFLOW_REF',
          'GITHUB_RUN_ID',
          'GITHUB_REPOSITORY_ID',
          'GITHUB_REPOSITORY_OWNER_ID',
          'GITHUB_ACTOR_ID',
        ]),
        GITHUB_API_URL: github.url,
        SLUICE_SIGNING_CONFIG: trust.signingConfig,
        SLUICE_TRUSTED_ROOT: trust.trustedRoot,
        SLUICE_OIDC_ISSUER: stack.oidc.github.url,
        STAND_IN_MAIN: join(root, 'packages/cli/src/main.ts'),
        ...(options.identity === false ? {} : token),
        ...options.env,
      };
      const payload = join(base, 'event.json');
      await writeFile(payload, JSON.stringify({ ref, ...options.payload }));
      const words = [
        event,
        '-P',
        'ubuntu-latest=-self-hosted',
        '--json',
        ...(serverUrl === 'https://github.com' ? [] : ['--github-instance', new URL(serverUrl).host]),
        ...['--eventpath', payload, '-s', 'GITHUB_TOKEN=job-token'],
        ...Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
        ...['--cache-server-addr', '127.0.0.1', '--artifact-server-addr', '127.0.0.1'],
        ...['--action-cache-path', join(base, 'cache')],
        ...['--local-repository', `${serverUrl}/sluice-ci/sluice@v1=${kit}`],
        ...standIns.flatMap((mapping) => ['--local-repository', mapping]),
        ...(options.arguments ?? []),
      ];
      return startAct(actBinary, words, folder, base);
    },
    async digestOf(reference) {
      const session = createSession();
      try {
        const { tag = 'latest', ...where } = parseReference(reference);
        return (await openRepository(session, where).resolve(tag)).digest;
      } catch {
        return undefined;
      } finally {
        session.close();
      }
    },
  };
}

/** What the tag v1 of this repository offers to workflows: definitions and bundles. */
async function copyKit(base: string, registry: string): Promise<string> {
  const kit = join(base, 'kit');
  await mkdir(join(kit, '.github/workflows'), { recursive: true });
  for (const file of globSync('.github/workflows/*.yml', { cwd: root })) {
    await writeFile(join(kit, file), (await readFile(join(root, file), 'utf8')).replaceAll('ghcr.io', registry));
  }
  await cp(join(root, 'actions'), join(kit, 'actions'), {
    recursive: true,
    filter: (source) => !/node_modules|reports|\.ts$/.test(source),
  });
  return kit;
}

const buildStandIn = `name: stand-in
description: Pushes the folder as an image, as docker/build-push-action would push what it builds
inputs:
  tags: { required: true }
  push: { default: "false" }
  context: { default: "." }
  file: {}
  platforms: {}
  provenance: {}
outputs:
  digest: { value: "\${{ steps.push.outputs.digest }}" }
runs:
  using: composite
  steps:
    - id: push
      shell: bash
      env: { TAGS: "\${{ inputs.tags }}", CONTEXT: "\${{ inputs.context }}" }
      run: |
        cd "$CONTEXT" && mkdir -p "$RUNNER_TEMP/content" && cp -r ./*.* "$RUNNER_TEMP/content/"
        while read -r tag; do
          digest=$(node "$STAND_IN_MAIN" image append --json "$RUNNER_TEMP/content" "$tag" | sed 's/.*"digest":"\\([^"]*\\)".*/\\1/')
        done <<< "$TAGS"
        echo "digest=$digest" >> "$GITHUB_OUTPUT"
`;
const nothing = `name: stand-in
description: Does nothing; the embedded registry asks for no log-in, and there is no Docker
inputs: { registry: {}, username: {}, password: {} }
runs: { using: composite, steps: [{ run: "true", shell: bash }] }
`;

async function writeStandIns(base: string, serverUrl: string): Promise<readonly string[]> {
  const pins = await pinsOf(['docker/build-push-action', 'docker/login-action', 'docker/setup-buildx-action']);
  return Promise.all(
    [...pins].map(async ([name, commit]) => {
      const folder = join(base, name);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'action.yml'), name.endsWith('build-push-action') ? buildStandIn : nothing);
      return `${serverUrl}/${name}@${commit}=${folder}`;
    }),
  );
}

/** The commits that our workflows pin. */
async function pinsOf(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(root, '.github/workflows/build-and-secure.yml'), 'utf8');
  return new Map(
    names.map((name) => {
      const commit = new RegExp(`${name}@([0-9a-f]{40})`).exec(text)?.[1];
      if (commit === undefined) throw new Error(`${name} was expected with a commit in build-and-secure.yml`);
      return [name, commit];
    }),
  );
}

async function commitAll(folder: string, serverUrl: string, ref: string): Promise<string> {
  const git = async (...words: string[]) => (await run('git', ['-C', folder, ...words])).stdout.trim();
  await git('init', '-q', '-b', 'main');
  await git('remote', 'add', 'origin', `${serverUrl}/acme/shop.git`).catch(() => undefined);
  await git('add', '-A');
  const author = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];
  await git(...author, 'commit', '-q', '--allow-empty', '-m', 'A commit');
  if (ref.startsWith('refs/tags/')) await git('tag', '-f', ref.slice('refs/tags/'.length));
  return git('rev-parse', 'HEAD');
}

async function startAct(binary: string, words: readonly string[], cwd: string, home: string): Promise<ActRun> {
  const env = {
    PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`,
    HOME: home,
    XDG_CACHE_HOME: join(home, 'xdg'),
  };
  const ended = await run(binary, words, { cwd, env, maxBuffer: 64 * 1024 * 1024 }).then(
    ({ stdout, stderr }) => ({ success: true, stdout, stderr }),
    (error: { stdout: string; stderr: string }) => ({ success: false, stdout: error.stdout, stderr: error.stderr }),
  );
  const lines = `${ended.stdout}\n${ended.stderr}`.split('\n').flatMap(parseLine);
  return {
    success: ended.success,
    log: lines.map(({ msg }) => msg).join('\n'),
    summary: lines.flatMap(({ command, content }) => (command === 'summary' ? [content ?? ''] : [])).join('\n'),
  };
}

interface LogLine {
  readonly msg: string;
  readonly command?: string;
  readonly content?: string;
}

function parseLine(line: string): readonly LogLine[] {
  if (!line.startsWith('{')) return line === '' ? [] : [{ msg: line }];
  try {
    // act writes these members as text where they are there at all.
    const { msg = '', command, content } = JSON.parse(line) as Partial<LogLine>;
    return [{ msg, ...(command === undefined ? {} : { command }), ...(content === undefined ? {} : { content }) }];
  } catch {
    return [{ msg: line }];
  }
}

function pick(from: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
}
