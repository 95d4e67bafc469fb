// SPDX-License-Identifier: Apache-2.0

import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectCi } from '../ci/detect.ts';
import type { StepContext } from '../context.ts';
import { imageStatement, statementV01 } from '../statement/statement.ts';
import { gitlabBuildType } from './build-types.ts';
import { provenanceFromCi } from './from-ci.ts';
import { checkSlsaV1, checkSlsaV1Predicate } from './slsa-v1.ts';
import { checkSlsaV02 } from './slsa-v02.ts';

const warnings: string[] = [];

function context(env: Record<string, string>): StepContext {
  const log = { info() {}, warn: (message: string) => void warnings.push(message), debug() {} };
  return { now: () => new Date('2026-03-01T12:00:00.789Z'), env, log };
}

const github = {
  GITHUB_ACTIONS: 'true',
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_SHA: 'a'.repeat(40),
  GITHUB_RUN_ID: '77',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/build.yml@refs/heads/main',
  GITHUB_REPOSITORY_ID: '10',
  GITHUB_REPOSITORY_OWNER_ID: '20',
  RUNNER_ENVIRONMENT: 'github-hosted',
  ImageOS: 'ubuntu24',
  ImageVersion: '20260201.1',
};

const gitlab = {
  GITLAB_CI: 'true',
  CI_SERVER_URL: 'https://gitlab.com',
  CI_SERVER_VERSION: '18.6.0',
  CI_PROJECT_PATH: 'acme/shop',
  CI_PROJECT_ID: '10',
  CI_PROJECT_NAMESPACE_ID: '20',
  CI_COMMIT_SHA: 'b'.repeat(40),
  CI_COMMIT_REF_NAME: 'main',
  CI_PIPELINE_SOURCE: 'push',
  CI_PIPELINE_URL: 'https://gitlab.com/acme/shop/-/pipelines/5',
  CI_JOB_ID: '99',
  CI_JOB_NAME: 'secure',
  CI_JOB_STARTED_AT: '2026-03-01T11:59:00Z',
  CI_RUNNER_VERSION: '18.6.1',
};

function provenance(env: Record<string, string>, options: Parameters<typeof provenanceFromCi>[2] = {}) {
  const ctx = context(env);
  return provenanceFromCi(ctx, detectCi(ctx), options);
}

describe('provenance of a GitHub run', () => {
  it('is what GitHub defines for a workflow', () => {
    expect(provenance(github)).toEqual({
      buildDefinition: {
        buildType: 'https://actions.github.io/buildtypes/workflow/v1',
        externalParameters: {
          workflow: {
            ref: 'refs/heads/main',
            repository: 'https://github.com/acme/shop',
            path: '.github/workflows/build.yml',
          },
        },
        internalParameters: {
          github: {
            event_name: 'push',
            repository_id: '10',
            repository_owner_id: '20',
            runner_environment: 'github-hosted',
          },
        },
        resolvedDependencies: [
          { uri: 'git+https://github.com/acme/shop@refs/heads/main', digest: { gitCommit: 'a'.repeat(40) } },
          { uri: 'git+https://github.com/acme/shop', digest: { gitCommit: 'a'.repeat(40) } },
        ],
      },
      runDetails: {
        builder: {
          id: 'https://github.com/acme/shop/.github/workflows/build.yml@refs/heads/main',
          version: { 'github-runner-image': 'ubuntu24/20260201.1' },
        },
        metadata: {
          invocationId: 'https://github.com/acme/shop/actions/runs/77/attempts/2',
          finishedOn: '2026-03-01T12:00:00Z',
        },
      },
    });
  });

  it('says when the event is one that GitHub did not define it for', () => {
    provenance({ ...github, GITHUB_EVENT_NAME: 'pull_request_target' });
    expect(warnings.join()).toMatch(/this run's event is pull_request_target/);
  });
});

describe('provenance of a GitLab job', () => {
  it('is of our build type, valid, and names job, source and times', () => {
    const predicate = provenance(gitlab, { startedOn: new Date('2026-03-01T11:58:00Z') });
    expect(predicate.buildDefinition.buildType).toBe(gitlabBuildType);
    expect(predicate.runDetails).toEqual({
      builder: {
        id: 'https://gitlab.com/acme/shop//.gitlab-ci.yml@refs/heads/main',
        version: { gitlab: '18.6.0', 'gitlab-runner': '18.6.1' },
      },
      metadata: {
        invocationId: 'https://gitlab.com/acme/shop/-/jobs/99',
        startedOn: '2026-03-01T11:58:00Z',
        finishedOn: '2026-03-01T12:00:00Z',
      },
      byproducts: [{ name: 'pipeline', uri: 'https://gitlab.com/acme/shop/-/pipelines/5' }],
    });
    expect(
      checkSlsaV1(imageStatement(`sha256:${'ab'.repeat(32)}`, 'https://slsa.dev/provenance/v1', predicate, 'r/app')),
    ).toEqual([]);
  });

  it('is documented at the address it names, with an example that is valid', async () => {
    const page = await readFile(new URL(`../../../../${gitlabBuildType.split('/main/')[1]}`, import.meta.url), 'utf8');
    expect(page).toContain(gitlabBuildType);
    const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
    expect(checkSlsaV1Predicate(example)).toEqual([]);
    expect(example.buildDefinition.buildType).toBe(gitlabBuildType);
  });
});

it('provenance never carries a variable that nobody declared', () => {
  const secrets = fc.dictionary(fc.stringMatching(/^[A-Z_]{12,20}$/), fc.uuid(), { minKeys: 1 });
  fc.assert(
    fc.property(secrets, fc.constantFrom(github, gitlab), (variables, base) => {
      const written = JSON.stringify(provenance({ ...variables, ...base }));
      for (const [name, value] of Object.entries(variables)) {
        expect(written).not.toContain(name);
        expect(written).not.toContain(value);
      }
    }),
  );
});

it('provenance carries declared inputs and dependencies', () => {
  const base = { uri: 'pkg:oci/alpine', digest: { sha256: 'c'.repeat(64) } };
  const { buildDefinition } = provenance(gitlab, { inputs: { target: 'release' }, resolvedDependencies: [base] });
  expect(buildDefinition.externalParameters).toMatchObject({ inputs: { target: 'release' } });
  expect(buildDefinition.resolvedDependencies?.slice(2)).toEqual([base]);
});

it('inputs are refused on GitHub, whose build type has no place for them', () => {
  expect(() => provenance(github, { inputs: { target: 'release' } })).toThrow(/records no inputs/);
});

it('a laptop testifies to no build', () => {
  expect(() => provenance({})).toThrow(/this machine is none/);
});

it('facts that make no valid provenance are refused', () => {
  expect(() => provenance({ ...github, GITHUB_SHA: 'HEAD' })).toThrow(/gitCommit: expected lower-case hexadecimal/);
});

const validV1 = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'app', digest: { sha512: 'abcdef' } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {
    buildDefinition: { buildType: 'x', externalParameters: {} },
    runDetails: { builder: { id: 'uri:val' } },
  },
};

describe('the SLSA v1 check', () => {
  it('accepts the smallest statement, in the v0.1 form of Tekton Chains too', () => {
    expect(checkSlsaV1(validV1)).toEqual([]);
    expect(checkSlsaV1({ ...validV1, _type: statementV01 })).toEqual([]);
  });

  const predicate = validV1.predicate;
  const definition = predicate.buildDefinition;
  it.each([
    ['no subject', { subject: [] }, 'subject: expected at least 1 items, found 0'],
    ['a subject without name', { subject: [{ digest: {} }] }, 'subject[0].name: expected, but missing'],
    [
      'an unknown algorithm',
      { subject: [{ name: 'a', digest: { foo: 'ab' } }] },
      /^subject\[0\]\.digest\.foo: expected one of sha256/,
    ],
    [
      'upper-case digits',
      { subject: [{ name: 'a', digest: { sha256: 'AB' } }] },
      /digest\.sha256: expected lower-case/,
    ],
    [
      'another predicate type',
      { predicateType: 'x' },
      /^predicateType: expected https:\/\/slsa.dev\/provenance\/v1, found "x"/,
    ],
    [
      'no external parameters',
      { predicate: { ...predicate, buildDefinition: { buildType: 'x' } } },
      'predicate.buildDefinition.externalParameters: expected, but missing',
    ],
    [
      'an empty build type',
      { predicate: { ...predicate, buildDefinition: { ...definition, buildType: '' } } },
      /buildType: expected text/,
    ],
    [
      'a builder id that is a number',
      { predicate: { ...predicate, runDetails: { builder: { id: '42' } } } },
      /builder\.id: expected an absolute URI, found "42"/,
    ],
    [
      'a local time',
      {
        predicate: {
          ...predicate,
          runDetails: { builder: { id: 'a:b' }, metadata: { startedOn: '2026-03-01T12:00:00+01:00' } },
        },
      },
      /startedOn: expected a time/,
    ],
    ['a predicate that is text', { predicate: 'x' }, 'predicate: expected an object, found "x"'],
  ])('refuses %s and says where', (_name, change, problem) => {
    const problems = checkSlsaV1({ ...validV1, ...change });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toEqual(typeof problem === 'string' ? problem : expect.stringMatching(problem));
  });
});

describe('the SLSA v0.2 check', () => {
  const valid = {
    _type: statementV01,
    subject: [{ name: 'app', digest: { sha256: 'ab' } }],
    predicateType: 'https://slsa.dev/provenance/v0.2',
    predicate: { builder: { id: 'https://tekton.dev/chains/v2' }, buildType: 'tekton.dev/v1/PipelineRun' },
  };

  it('accepts the smallest statement and refuses a v1 statement type, gitCommit and a missing builder', () => {
    expect(checkSlsaV02(valid)).toEqual([]);
    expect(checkSlsaV02({ ...valid, _type: validV1._type })).toHaveLength(1);
    expect(checkSlsaV02({ ...valid, predicate: { buildType: 'x' } })).toEqual([
      'predicate.builder: expected, but missing',
    ]);
    const materials = [{ uri: 'git+x', digest: { gitCommit: 'ab' } }];
    expect(checkSlsaV02({ ...valid, predicate: { ...valid.predicate, materials } })[0]).toMatch(
      /gitCommit: expected one of/,
    );
  });
});
