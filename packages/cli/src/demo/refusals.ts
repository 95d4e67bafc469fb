// SPDX-License-Identifier: Apache-2.0

import { type Pipeline, policyDigest, policyText, promotionBySummary, rules, validation } from './flows.ts';
import { changedProvenance, foreignProvenance } from './forgeries.ts';
import type { Script } from './script.ts';
import type { Env, Stage } from './stage.ts';

/** Every way in which the gate must stay closed. Each ends with the tag `latest` where it was. */
export async function runRefusals(script: Script, stage: Stage, gitlab: Pipeline, github: Pipeline): Promise<void> {
  await signers(script, stage, gitlab, github);
  await provenance(script, stage, gitlab);
  await judgement(script, stage, gitlab, github);
  await movedTag(script, stage, gitlab);
  await wrongInputs(script, stage, gitlab);
}

const promotion = (image: string, { policy }: Pick<Pipeline, 'policy'>): readonly string[] => [
  'promote',
  '--policy',
  policy,
  '--to',
  'latest',
  '--force',
  image,
];

/** Builds an image and has a job with these variables secure it. */
async function secured(stage: Stage, { image, job }: Pipeline, tag: string, variables: Env = {}): Promise<string> {
  await stage.build(`${image}:${tag}`, tag);
  await mustPass(stage, ['secure', `${image}:${tag}`], job(variables));
  return `${image}:${tag}`;
}

async function signers(script: Script, stage: Stage, gitlab: Pipeline, github: Pipeline): Promise<void> {
  const unsigned = `${gitlab.image}:unsigned`;
  await stage.build(unsigned, 'unsigned');
  await script.refuse('an image that nobody signed', promotion(unsigned, gitlab), gitlab.job(), 1, /signature/);

  const attested = `${gitlab.image}:attested`;
  await stage.build(attested, 'attested');
  const predicate = await stage.write('predicate.json', '{"checked": true}');
  await mustPass(
    stage,
    ['attest', '--predicate', predicate, '--type', 'https://example.com/check/v1', attested],
    gitlab.job(),
  );
  await script.refuse('attested, but never signed', promotion(attested, gitlab), gitlab.job(), 1, /signature/);

  const project = await secured(stage, gitlab, 'other-project', { CI_PROJECT_PATH: 'mallory/shop' });
  await script.refuse('signed by another project', promotion(project, gitlab), gitlab.job(), 1, /mallory\/shop/);

  const branch = await secured(stage, gitlab, 'other-branch', { CI_COMMIT_REF_NAME: 'feature' });
  await script.refuse('signed on another branch', promotion(branch, gitlab), gitlab.job(), 1, /refs\/heads\/feature/);

  const workflow = await secured(stage, github, 'other-workflow', {
    GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/nightly.yml@refs/heads/main',
  });
  await script.refuse('signed by another workflow', promotion(workflow, github), github.job(), 1, /nightly\.yml/);

  await script.refuse(
    'signed on the other CI',
    promotion(`${github.image}:build-1`, gitlab),
    gitlab.job(),
    1,
    /issuer/,
  );
}

async function provenance(script: Script, stage: Stage, gitlab: Pipeline): Promise<void> {
  const commit = await secured(stage, gitlab, 'other-commit', { CI_COMMIT_SHA: 'c'.repeat(40) });
  const extensions = `  extensions:\n    Source Repository Digest: ${gitlab.job().CI_COMMIT_SHA}\n`;
  const policy = await stage.write('policy-commit.yaml', policyText(gitlab.signer, `${extensions}${rules('gitlab')}`));
  await script.refuse('built from another commit', promotion(commit, { policy }), gitlab.job(), 1, /cccccccc/);

  const missing = `${gitlab.image}:no-provenance`;
  await stage.build(missing, 'no-provenance');
  await mustPass(stage, ['sign', missing], gitlab.job());
  await script.refuse('signed, but without provenance', promotion(missing, gitlab), gitlab.job(), 1, /attestation/i);

  const original = `${gitlab.image}:build-1`;
  const altered = `${gitlab.image}:altered`;
  await stage.build(altered, 'altered');
  await mustPass(stage, ['sign', altered], gitlab.job());
  await changedProvenance(stage, original, altered);
  await script.refuse('provenance altered after signing', promotion(altered, gitlab), gitlab.job(), 1, /attestation/i);

  const borrowed = `${gitlab.image}:borrowed`;
  await stage.build(borrowed, 'borrowed');
  await mustPass(stage, ['sign', borrowed], gitlab.job());
  await foreignProvenance(stage, original, borrowed);
  await script.refuse('provenance of another image', promotion(borrowed, gitlab), gitlab.job(), 1, /attestation/i);
}

const day = 24 * 3_600_000;

/** What the rules refuse, and what a signed verdict has to say before it is believed. */
async function judgement(script: Script, stage: Stage, gitlab: Pipeline, github: Pipeline): Promise<void> {
  const runner = await secured(stage, github, 'own-runner', { RUNNER_ENVIRONMENT: 'self-hosted' });
  await script.refuse('built on a self-hosted runner', promotion(runner, github), github.job(), 1, /ci_runner\.hosted/);

  const digest = await policyDigest(stage, gitlab);
  const weaker = await stage.write('policy-weaker.yaml', policyText(gitlab.signer));
  const lenient = await secured(stage, gitlab, 'other-policy');
  await mustPass(stage, validation(lenient, weaker), gitlab.job());
  const another = promotionBySummary(lenient, gitlab, digest);
  await script.refuse('a verdict by another policy', another, gitlab.job(), 1, /it is about the policy/);

  const old = promotionBySummary(`${gitlab.image}:build-1`, gitlab, digest);
  await script.refuse('a verdict of eight days ago', old, gitlab.job(), 1, /8 days ago/, 8 * day);
}

async function movedTag(script: Script, stage: Stage, gitlab: Pipeline): Promise<void> {
  const tag = await secured(stage, gitlab, 'candidate');
  const validation = [
    'validate',
    'image',
    '--image',
    tag,
    '--policy',
    gitlab.policy,
    '--output',
    `json=${stage.folder}/candidate.json`,
  ];
  await mustPass(stage, validation, gitlab.job());
  await stage.build(tag, 'moved');
  await script.refuse('a tag moved after it was validated', promotion(tag, gitlab), gitlab.job(), 1, /signature/);
}

async function wrongInputs(script: Script, stage: Stage, gitlab: Pipeline): Promise<void> {
  const built = `${gitlab.image}:build-1`;
  const misspelt = await stage.write(
    'policy-misspelt.yaml',
    policyText(gitlab.signer, rules('gitlab')).replace('subject:', 'subjet:'),
  );
  await script.refuse(
    'a policy with a misspelt key',
    promotion(built, { policy: misspelt }),
    gitlab.job(),
    2,
    /subjet/,
  );

  const forged = { ...gitlab.job(), CI_COMMIT_SHA: 'f'.repeat(40) };
  await script.refuse('a variable forged by an earlier step', ['secure', built], forged, 2, /ffffffff/);

  const moving = ['promote', '--policy', gitlab.policy, '--to', 'latest', `${gitlab.image}:candidate-2`];
  await secured(stage, gitlab, 'candidate-2');
  await script.refuse('a tag that exists, without --force', moving, gitlab.job(), 1, /--force/);
}

/** What prepares a scene must work, or the scene means nothing. */
async function mustPass(stage: Stage, argv: readonly string[], env: Env): Promise<void> {
  const { exit, err, line } = await stage.sluice(argv, env);
  if (exit !== 0) throw new Error(`"${line}" was expected to pass, but ended with ${exit}: ${err}`);
}
