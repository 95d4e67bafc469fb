// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import type { Script } from './script.ts';
import type { Env, Stage } from './stage.ts';

/** Who must have signed, as one policy file says it. */
export interface Signer {
  readonly issuer: string;
  readonly subject: string;
}

/** One CI's pipeline: where it pushes, what its jobs have in their environment, and its policies. */
export interface Pipeline {
  readonly name: 'gitlab' | 'github';
  /** `registry/repository`. */
  readonly image: string;
  readonly job: (variables?: Env) => Env;
  readonly signer: Signer;
  /** Who must have signed, and the rules that the provenance is held to. */
  readonly policy: string;
}

export async function pipelines(stage: Stage): Promise<readonly [gitlab: Pipeline, github: Pipeline]> {
  const { oidc, registry } = stage.stack;
  const gitlab = {
    issuer: oidc.gitlab.url,
    subject: 'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main',
  };
  const github = {
    issuer: oidc.github.url,
    subject: 'https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main',
  };
  return [
    {
      name: 'gitlab',
      image: `${registry.host}/gitlab/acme/shop`,
      job: stage.gitlabJob,
      signer: gitlab,
      policy: await stage.write('policy-gitlab.yaml', policyText(gitlab, rules('gitlab'))),
    },
    {
      name: 'github',
      image: `${registry.host}/github/acme/shop`,
      job: stage.githubJob,
      signer: github,
      policy: await stage.write('policy-github.yaml', policyText(github, rules('github'))),
    },
  ];
}

export function policyText({ issuer, subject }: Signer, more = ''): string {
  return `identity:\n  issuer: ${issuer}\n  subject: ${subject}\n${more}`;
}

/** The rules that sluice brings along for one CI. */
export function rules(ci: Pipeline['name']): string {
  return `sources:\n  - policy: [sluice://ci]\n    config:\n      include: ['@${ci}']\n`;
}

/** build → secure → validate → promote, each a job of its own: nothing but the image's reference passes between them. */
export async function runPipeline(script: Script, stage: Stage, pipeline: Pipeline): Promise<void> {
  const { name, image, job, policy } = pipeline;
  const built = `${image}:build-1`;
  script.say(`  build     ${await stage.build(built, `${name}-1`)}`);
  await script.pass(`${name}: secure`, ['secure', built], job());
  const report = `${stage.folder}/report-${name}`;
  const outputs = ['--output', `yaml=${report}.yaml`, '--output', `markdown=${report}.md`];
  const validate = [...validation(built, policy), '--show-successes', ...outputs, '--dotenv', verdictFile(stage, name)];
  await script.pass(`${name}: validate`, validate, job());
  const promote = promotionBySummary(built, pipeline, await policyDigest(stage, pipeline));
  await script.pass(`${name}: promote to latest`, promote, job());
}

/** The command line that validates an image and, where it passes, signs that it did. */
export function validation(image: string, policy: string): readonly string[] {
  return ['validate', 'image', '--image', image, '--policy', policy, '--vsa-attach'];
}

/** The command line that promotes what the pipeline itself has validated by the policy with this digest. */
export function promotionBySummary(image: string, { signer }: Pipeline, policyDigest: string): readonly string[] {
  const verifier = ['--certificate-identity', signer.subject, '--certificate-oidc-issuer', signer.issuer];
  return [
    'promote',
    '--require-vsa',
    '--vsa-policy-digest',
    policyDigest,
    ...verifier,
    '--to',
    'latest',
    '--force',
    image,
  ];
}

/** What the policy says, as one digest. Whoever may promote fixes it when the policy is reviewed; here it is read once. */
export async function policyDigest(stage: Stage, { name }: Pipeline): Promise<string> {
  return parseEnv(await readFile(verdictFile(stage, name), 'utf8'))['SLUICE_POLICY_DIGEST'] ?? '';
}

function verdictFile({ folder }: Stage, name: Pipeline['name']): string {
  return `${folder}/verdict-${name}.env`;
}
