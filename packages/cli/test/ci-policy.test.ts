// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { capturedIo } from '../src/captured-io.ts';
import { pipelines, policyText, rules } from '../src/demo/flows.ts';
import { type Env, type Stage, setStage } from '../src/demo/stage.ts';
import { sluice } from './sluice.ts';

const EXAMPLE = join(import.meta.dirname, '../../../examples/policy-ruledata');

describe('the example of rule data', () => {
  test('passes as it stands', async () => {
    const run = await sluice([
      'validate',
      'input',
      join(EXAMPLE, 'input.json'),
      '--policy',
      join(EXAMPLE, 'policy.yaml'),
    ]);
    expect(run).toMatchObject({ exit: 0, err: '' });
  });

  test('is refused once the line is edited as the README says', async () => {
    const readme = await readFile(join(EXAMPLE, 'README.md'), 'utf8');
    const edited = /^ {2}- (oci:\S+)$/m.exec(readme)?.[1] ?? '';
    const policy = (await readFile(join(EXAMPLE, 'policy.yaml'), 'utf8')).replace(/oci:\S+(?= #)/, edited);
    const run = await sluice(['validate', 'input', join(EXAMPLE, 'input.json'), '--policy', policy]);
    expect(run.exit).toBe(1);
    expect(run.out).toContain('ci_dependencies.data_sets');
    expect(run.out).toContain(`Expected the data set "${edited}" among the resolved dependencies`);
  });
});

describe('sluice://ci', () => {
  let folder: string;
  let stage: Stage;
  let policies: Readonly<Record<'github' | 'gitlab', string>>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-ci-policy-'));
    stage = await setStage(capturedIo({}), folder);
    const [gitlab, github] = await pipelines(stage);
    policies = { gitlab: gitlab.policy, github: github.policy };
  });

  afterAll(async () => {
    await stage.close();
    await rm(folder, { recursive: true });
  });

  async function secured(ci: 'github' | 'gitlab', tag: string, variables: Env = {}, flags: readonly string[] = []) {
    const image = `${stage.stack.registry.host}/${ci}/app:${tag}`;
    await stage.build(image, `${ci}-${tag}`);
    const job = ci === 'github' ? stage.githubJob(variables) : stage.gitlabJob(variables);
    expect(await stage.sluice(['secure', ...flags, image], job)).toMatchObject({ exit: 0 });
    return image;
  }

  async function verdict(image: string, policy: string) {
    const { exit, out, err } = await stage.sluice(
      ['validate', 'image', '--image', image, '--policy', policy, '--output', 'json', '--show-successes', '--info'],
      stage.gitlabJob(),
    );
    const [component] = exit > 1 ? [] : JSON.parse(out).components;
    const codes = (list: readonly { metadata: { code: string } }[] = []) => list.map(({ metadata }) => metadata.code);
    return {
      exit,
      err,
      violations: codes(component?.violations),
      warnings: component?.warnings ?? [],
      successes: codes(component?.successes),
    };
  }

  const signer = (ci: 'github' | 'gitlab') => ({
    issuer: stage.stack.oidc[ci].url,
    subject:
      ci === 'gitlab'
        ? 'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main'
        : 'https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main',
  });

  test.each(['github', 'gitlab'] as const)('passes what sluice secured on %s', async (ci) => {
    const found = await verdict(await secured(ci, 'good'), policies[ci]);
    expect(found).toMatchObject({ exit: 0, violations: [], warnings: [] });
    expect(found.successes).toEqual(
      expect.arrayContaining([`${ci}_build.parameters`, 'ci_certificate.invocation', 'ci_ref.protected']),
    );
  });

  test('passes it without criteria too, whichever CI it is', async () => {
    const policy = policyText(signer('github'), 'sources:\n  - policy: [sluice://ci]\n');
    expect(await verdict(await secured('github', 'any'), policy)).toMatchObject({ exit: 0, violations: [] });
  });

  test('refuses a build of one CI where the other is asked for', async () => {
    const policy = policyText(signer('gitlab'), rules('github'));
    const found = await verdict(await secured('gitlab', 'other'), policy);
    expect(found).toMatchObject({ exit: 1, violations: ['github_build.expected'] });
  });

  test.each([
    [
      'an event that a stranger can cause',
      'github',
      { GITHUB_EVENT_NAME: 'pull_request_target' },
      'github_build.event',
    ],
    ['a ref that is not protected', 'gitlab', { CI_COMMIT_REF_PROTECTED: 'false' }, 'gitlab_build.ref_protected'],
    ['a runner of its own', 'github', { RUNNER_ENVIRONMENT: 'self-hosted' }, 'ci_runner.hosted'],
  ] as const)('refuses %s', async (_what, ci, variables, code) => {
    const image = await secured(ci, code.replace('.', '-'), variables);
    expect(await verdict(image, policies[ci])).toMatchObject({ exit: 1, violations: [code] });
  });

  test('refuses provenance of another run beside the right one, though the same job signed both', async () => {
    const image = await secured('gitlab', 'forged');
    const own = await stage.sluice(['provenance'], stage.gitlabJob());
    const lie = own.out
      .replaceAll('/-/jobs/6571842093', '/-/jobs/1')
      .replaceAll(/"[0-9a-f]{40}"/g, `"${'c'.repeat(40)}"`);
    const file = await stage.write('lie.json', lie);
    const job = stage.gitlabJob();
    expect(await stage.sluice(['attest', '--predicate', file, '--type', 'slsaprovenance1', image], job)).toMatchObject({
      exit: 0,
    });
    const found = await verdict(image, policies.gitlab);
    expect(found).toMatchObject({ exit: 1, violations: ['ci_certificate.digest', 'ci_certificate.invocation'] });
  });

  test('lists an exception with its end, its reason and its owner, and refuses one without them', async () => {
    const image = await secured('github', 'excepted', { RUNNER_ENVIRONMENT: 'self-hosted' });
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const exception = `value: ci_runner.hosted, reference: SEC-12, effectiveUntil: "${until}"`;
    const account = 'SEC-12: {owner: team@acme.example, reason: the GPU}';
    const policy = (excluded: string, accounts: string) =>
      policyText(
        signer('github'),
        `${rules('github')}    volatileConfig: {exclude: [{${excluded}}]}\n    ruleData: {ci_exceptions: {${accounts}}}\n`,
      );
    const accounted = await verdict(image, policy(exception, account));
    expect(accounted).toMatchObject({ exit: 0, violations: [] });
    expect(accounted.warnings.map(({ msg }: { msg: string }) => msg)).toEqual([
      `ci_runner.hosted is excepted until ${until}: the GPU (team@acme.example, SEC-12)`,
    ]);
    expect(await verdict(image, policy(exception, ''))).toMatchObject({
      exit: 1,
      violations: ['ci_exceptions.accounted', 'ci_exceptions.accounted'],
    });
  });

  test('demands an SBOM and a data set when asked for, and takes them when they are there', async () => {
    const policy = policyText(
      signer('gitlab'),
      `${rules('gitlab')}    ruleData: {ci_require_sbom: true, ci_data_sets: ['oci://registry.example.com/acme/data']}\n`,
    );
    const bare = await secured('gitlab', 'bare');
    expect(await verdict(bare, policy)).toMatchObject({
      exit: 1,
      violations: ['ci_dependencies.data_sets', 'ci_sbom.present'],
    });
    const whole = await secured('gitlab', 'whole', {}, [
      '--dependency',
      `oci://registry.example.com/acme/data@sha256:${'ab'.repeat(32)}`,
    ]);
    const sbom = await stage.write('sbom.json', '{"bomFormat":"CycloneDX","components":[{"name":"musl"}]}');
    await stage.sluice(['attest', '--predicate', sbom, '--type', 'cyclonedx', whole], stage.gitlabJob());
    expect(await verdict(whole, policy)).toMatchObject({ exit: 0, violations: [] });
  });

  test('refuses rule data that is misspelt', async () => {
    const policy = policyText(
      signer('gitlab'),
      `${rules('gitlab')}    ruleData: {ci_protected_ref: [refs/heads/main]}\n`,
    );
    expect(await verdict(await secured('gitlab', 'misspelt'), policy)).toMatchObject({
      exit: 1,
      violations: ['ci_rule_data.valid'],
    });
  });

  test('names a source that is built in by its own name only', async () => {
    const policy = policyText(signer('gitlab'), 'sources:\n  - policy: [sluice://ghost]\n');
    const found = await verdict(`${stage.stack.registry.host}/gitlab/app:good`, policy);
    expect(found.exit).toBe(2);
    expect(found.err).toContain('sluice://ghost');
  });
});
