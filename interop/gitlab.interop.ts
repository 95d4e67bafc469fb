// SPDX-License-Identifier: Apache-2.0
import { deepEqual, equal, match, notEqual } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readdirSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitlabVariables, type LocalStack, startLocal, writeTrustFiles } from '@sluice/local';
import { parse } from 'yaml';
import { run } from '../bench/measure.ts';
import type { Check } from './check.ts';
import type { Tools } from './tools.ts';

const ROOT = join(import.meta.dirname, '..');
const CLI = join(ROOT, 'packages/cli/src/main.ts');
const RUNNER = join(ROOT, 'node_modules/.bin/gitlab-ci-local');
const VERSION = '1.0.0';

/** A project on a loopback forge: an example copied whole, the components at a tag, and the embedded services. */
interface Project {
  readonly stack: LocalStack;
  readonly image: string;
  readonly folder: string;
  /** The commit that the pipeline runs for. */
  readonly commit: string;
  sluice(...argv: string[]): Promise<string>;
  /** Runs jobs (all without names) as the runner would; gives exit status and log. */
  pipeline(jobs?: readonly string[], changes?: Readonly<Record<string, string>>): Promise<Run>;
}

interface Run {
  readonly status: number | null;
  readonly log: string;
}

async function withProject(example: string, story: (project: Project) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-gitlab-'));
  const stack = await startLocal({ tokenLifetimeSeconds: 3600 });
  try {
    await story(await prepare(folder, stack, example));
  } finally {
    await stack.close();
    await rm(folder, { recursive: true });
  }
}

async function prepare(folder: string, stack: LocalStack, example: string): Promise<Project> {
  const [kit, project, bin] = [join(folder, 'kit'), join(folder, 'shop'), join(folder, 'bin')];
  await cp(join(ROOT, 'gitlab-components'), kit, { recursive: true });
  git(kit, 'init', '-q', '-b', 'main');
  commit(kit);
  git(kit, 'tag', VERSION);
  git(folder, 'clone', '-q', '--bare', 'kit', 'kit.git');

  await cp(join(ROOT, 'examples', example), project, { recursive: true });
  const trust = await writeTrustFiles(stack, join(project, 'sigstore'));
  await adapt(project, stack);
  git(project, 'init', '-q', '-b', 'main');
  git(project, 'remote', 'add', 'origin', 'https://gitlab.com/acme/shop.git');
  commit(project);
  await mkdir(bin);
  await writeFile(join(bin, 'sluice'), `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
  await chmod(join(bin, 'sluice'), 0o755);

  // Not the blocking kind of call: the services that these programs ask live in this process.
  const runner = async (argv: readonly string[]): Promise<Run> => {
    const fixed = ['--force-shell-executor', '--shell-isolation', '--no-artifacts-to-source', '--home', folder];
    const env = {
      ...redirectedGit(join(folder, 'kit.git')),
      PATH: `${bin}:${join(ROOT, 'node_modules/.bin')}:${process.env['PATH']}`,
      HOME: folder,
    };
    const { status, stdout, stderr } = await run([RUNNER, ...fixed, ...argv], env, project);
    return { status, log: stdout + stderr };
  };
  // The runner fetches the components of one project side by side into one folder, and trips over itself; what it has it keeps.
  for (let left = 8; left > 0 && (await runner(['--list'])).status !== 0; left--);

  const image = `${stack.registry.host}/acme/shop`;
  const job = { CI_COMMIT_SHA: git(project, 'rev-parse', 'HEAD'), CI_JOB_ID: '77', CI_PIPELINE_ID: '7' };
  return {
    stack,
    image,
    folder: project,
    commit: job.CI_COMMIT_SHA,
    sluice: async (...argv) => {
      const { status, stdout, stderr } = await run([process.execPath, CLI, ...argv], {});
      equal(status, 0, stderr);
      return stdout.trim();
    },
    pipeline: (jobs = [], changes = {}) => {
      const variables = { ...job, ...changes };
      const given = {
        ...gitlabVariables(variables),
        CI_REGISTRY: stack.registry.host,
        CI_REGISTRY_IMAGE: image,
        CI_COMMIT_REF_PROTECTED: 'true',
        SIGSTORE_ID_TOKEN: stack.oidc.mintGitLabToken({}, variables),
        SLUICE_OIDC_ISSUER: stack.oidc.gitlab.url,
        SLUICE_TRUSTED_ROOT: trust.trustedRoot,
        SLUICE_SIGNING_CONFIG: trust.signingConfig,
      };
      const flags = Object.entries(given).flatMap(([name, value]) => ['--variable', `${name}=${value}`]);
      return runner([...flags, ...jobs]);
    },
  };
}

/** What a copier changes too: the policy's issuer, and the version that was released. */
async function adapt(project: string, stack: LocalStack): Promise<void> {
  const policy = join(project, 'policy.yaml');
  const text = await readFile(policy, 'utf8');
  await writeFile(
    policy,
    text.replace(/issuer: .*/, `issuer: ${stack.oidc.gitlab.url}`).replaceAll('gitlab.example.com', 'gitlab.com'),
  );
  const pipeline = join(project, '.gitlab-ci.yml');
  await writeFile(
    pipeline,
    (await readFile(pipeline, 'utf8')).replaceAll(/(sluice-ci\/sluice\/[a-z]+)@1$/gm, `$1@${VERSION}`),
  );
}

/** Sends git's requests for the component project to the folder, as a mirror would. */
function redirectedGit(kit: string): Record<string, string> {
  return {
    GIT_CONFIG_COUNT: '3',
    GIT_CONFIG_KEY_0: `url.file://${kit}.insteadOf`,
    GIT_CONFIG_VALUE_0: 'https://gitlab.com:443/sluice-ci/sluice.git',
    GIT_CONFIG_KEY_1: `url.file://${kit}.insteadOf`,
    GIT_CONFIG_VALUE_1: 'https://gitlab.com/sluice-ci/sluice.git',
    GIT_CONFIG_KEY_2: 'protocol.file.allow',
    GIT_CONFIG_VALUE_2: 'always',
  };
}

function git(folder: string, ...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync('git', argv, { cwd: folder, encoding: 'utf8' });
  equal(status, 0, `git ${argv.join(' ')}: ${stderr}`);
  return stdout.trim();
}

function commit(folder: string): void {
  git(folder, 'add', '-A');
  git(folder, '-c', 'user.name=ada', '-c', 'user.email=ada@acme.example', 'commit', '-q', '-m', 'Begin');
}

async function minimal(): Promise<void> {
  await withProject('gitlab-minimal', async ({ image, commit: sha, sluice, pipeline }) => {
    const jobs = ['secure', 'validate', 'promote'];
    const built = `${image}:${sha.slice(0, 8)}`;
    // The runner here has no Docker: the image that docker-build would push is pushed before.
    await sluice('image', 'append', '--quiet', join(ROOT, 'examples/hello/site'), built);
    const { status, log } = await pipeline(jobs);
    equal(status, 0, log);
    equal(await sluice('image', 'digest', `${image}:latest`), await sluice('image', 'digest', built));

    const branch = await pipeline(jobs, { CI_COMMIT_REF_NAME: 'feature', CI_COMMIT_BRANCH: 'feature' });
    equal(branch.status, 0, `the image is signed by main already: ${branch.log}`);
    await sluice('image', 'append', '--quiet', '--label', 'of=feature', join(ROOT, 'examples/hello/site'), built);
    const refused = await pipeline(jobs, { CI_COMMIT_REF_NAME: 'feature', CI_COMMIT_BRANCH: 'feature' });
    notEqual(refused.status, 0, refused.log);
    match(refused.log, /refs\/heads\/feature/);
    notEqual(await sluice('image', 'digest', `${image}:latest`), await sluice('image', 'digest', built));
  });
}

/** Without a tag nothing is released; with one, what the pipeline packed becomes `stable`. */
async function release(): Promise<void> {
  await withProject('gitlab-release', async ({ image, commit: sha, sluice, pipeline }) => {
    const branch = await pipeline();
    equal(branch.status, 0, branch.log);
    match(await sluice('tree', `${image}:${sha.slice(0, 8)}`), /https:\/\/example\.com\/checks\/v1/);
    const tagged = await pipeline([], { CI_COMMIT_TAG: 'v1.0.0', CI_COMMIT_REF_NAME: 'v1.0.0' });
    equal(tagged.status, 0, tagged.log);
    equal(
      await sluice('image', 'digest', `${image}:stable`),
      await sluice('image', 'digest', `${image}:${sha.slice(0, 8)}`),
    );
  });
}

async function selfManaged(): Promise<void> {
  await withProject('gitlab-self-managed', async ({ image, commit: sha, sluice, pipeline }) => {
    const { status, log } = await pipeline();
    equal(status, 0, log);
    equal(
      await sluice('image', 'digest', `${image}:latest`),
      await sluice('image', 'digest', `${image}:${sha.slice(0, 8)}`),
    );
  });
}

/** Words of a shell, of YAML and of GitLab's own expansion in an input stay words. */
async function hostileInputs(): Promise<void> {
  for (const text of ['$(touch owned)', '`touch owned`', '"; touch owned; "', 'a b', 'x\\ny']) {
    await withProject('gitlab-minimal', async ({ folder, pipeline }) => {
      const file = join(folder, '.gitlab-ci.yml');
      const pipelineText = await readFile(file, 'utf8');
      await writeFile(file, pipelineText.replace(/image: "[^"]*"/, `image: ${JSON.stringify(text)}`));
      const { status } = await pipeline(['secure']);
      notEqual(status, 0, text);
      const found = readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('owned'));
      deepEqual(found, [], text);
    });
  }
}

/** The components that the examples do not use: doctor, and verify before something is built on the image. */
async function doctorAndVerify(): Promise<void> {
  await withProject('gitlab-minimal', async ({ folder, image, commit: sha, sluice, pipeline }) => {
    const built = `${image}:${sha.slice(0, 8)}`;
    await sluice('image', 'append', '--quiet', join(ROOT, 'examples/hello/site'), built);
    const identity = 'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main';
    const component = (name: string, inputs: object) => ({
      component: `$CI_SERVER_FQDN/sluice-ci/sluice/${name}@${VERSION}`,
      inputs: { image: built, ...inputs },
    });
    const include = [
      component('doctor', { stage: 'test' }),
      component('secure', { stage: 'test' }),
      component('verify', {
        stage: 'deploy',
        certificate_identity: identity,
        certificate_oidc_issuer: '$SLUICE_OIDC_ISSUER',
      }),
    ];
    await writeFile(join(folder, '.gitlab-ci.yml'), JSON.stringify({ include }));
    const { status, log } = await pipeline();
    equal(status, 0, log);
    match(log, /PASS {2}doctor/);
    match(log, /PASS {2}verify/);
  });
}

/** The README's snippet, copied as it is, beside a policy: the image is there already, as after a build job. */
async function readmeSnippet(): Promise<void> {
  await withProject('gitlab-minimal', async ({ folder, image, commit: sha, sluice, pipeline }) => {
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
    const snippet = /## Use it on GitLab\n+```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    await writeFile(
      join(folder, '.gitlab-ci.yml'),
      snippet.replaceAll(/(sluice-ci\/sluice\/[a-z]+)@1$/gm, `$1@${VERSION}`),
    );
    const built = `${image}:${sha.slice(0, 8)}`;
    await sluice('image', 'append', '--quiet', join(ROOT, 'examples/hello/site'), built);
    const { status, log } = await pipeline();
    equal(status, 0, log);
    equal(await sluice('image', 'digest', `${image}:latest`), await sluice('image', 'digest', built));
  });
}

/** GitLab's own schema: each pipeline as it is, each template's jobs with its inputs filled in. */
async function schema(tools: Tools): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-schema-'));
  try {
    const pipelines = globSync(['examples/gitlab-*/.gitlab-ci.yml', 'gitlab-components/.gitlab-ci.yml'], { cwd: ROOT });
    const templates = globSync('gitlab-components/templates/*.yml', { cwd: ROOT });
    equal(templates.length, 7);
    const files = pipelines.map((file) => join(ROOT, file));
    for (const template of templates) {
      const [header, jobs] = (await readFile(join(ROOT, template), 'utf8')).split('\n---\n');
      const { inputs } = parse(header ?? '').spec;
      const filled = (jobs ?? '').replaceAll(
        /\$\[\[ inputs\.(\w+) \]\]/g,
        (_, name) => inputs[name].default ?? 'given',
      );
      const file = join(folder, template.replaceAll('/', '-'));
      await writeFile(file, filled);
      files.push(file);
    }
    const { status, stdout } = await run(
      [tools['check-jsonschema'] ?? '', '--builtin-schema', 'vendor.gitlab-ci', ...files],
      {},
    );
    equal(status, 0, stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const checks: readonly Check[] = [
  { name: "GitLab's schema takes every pipeline and template", needs: ['check-jsonschema'], run: schema },
  { name: "the README's snippet works as it is", needs: ['git', 'rsync'], run: readmeSnippet },
  { name: 'doctor, secure and verify pass in one pipeline', needs: ['git', 'rsync'], run: doctorAndVerify },
  { name: 'gitlab-minimal, copied whole, promotes, and refuses another branch', needs: ['git', 'rsync'], run: minimal },
  { name: 'gitlab-release, copied whole, releases on a tag only', needs: ['git', 'rsync'], run: release },
  { name: 'gitlab-self-managed, copied whole, promotes', needs: ['git', 'rsync'], run: selfManaged },
  { name: 'what is no image in an input stays text', needs: ['git', 'rsync'], run: hostileInputs },
];
