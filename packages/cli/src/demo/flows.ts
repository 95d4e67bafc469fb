// SPDX-License-Identifier: Apache-2.0
import type { Script } from './script.ts';
import type { Env, Stage } from './stage.ts';

/** Who must have signed, as one policy file says it. */
export interface Signer {
  readonly issuer: string;
  readonly subject: string;
}

/** One CI's pipeline: where it pushes, what its jobs have in their environment, and its policy. */
export interface Pipeline {
  readonly name: 'gitlab' | 'github';
  /** `registry/repository`. */
  readonly image: string;
  readonly job: (variables?: Env) => Env;
  readonly signer: Signer;
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
      policy: await stage.write('policy-gitlab.yaml', policyText(gitlab)),
    },
    {
      name: 'github',
      image: `${registry.host}/github/acme/shop`,
      job: stage.githubJob,
      signer: github,
      policy: await stage.write('policy-github.yaml', policyText(github)),
    },
  ];
}

export function policyText({ issuer, subject }: Signer, more = ''): string {
  return `identity:\n  issuer: ${issuer}\n  subject: ${subject}\n${more}`;
}

/** build → secure → validate → promote, each a job of its own: nothing but the image's reference passes between them. */
export async function runPipeline(script: Script, stage: Stage, pipeline: Pipeline): Promise<void> {
  const { name, image, job, policy } = pipeline;
  const built = `${image}:build-1`;
  script.say(`  build     ${await stage.build(built, `${name}-1`)}`);
  await script.pass(`${name}: secure`, ['secure', built], job());
  const report = `${stage.folder}/report-${name}`;
  const outputs = ['--output', `yaml=${report}.yaml`, '--output', `markdown=${report}.md`];
  await script.pass(
    `${name}: validate`,
    ['validate', 'image', '--image', built, '--policy', policy, '--show-successes', ...outputs],
    job(),
  );
  await script.pass(
    `${name}: promote to latest`,
    ['promote', '--policy', policy, '--to', 'latest', '--force', built],
    job(),
  );
}
