// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { AttestationReport } from '../report/report.ts';
import { buildLevel } from './level.ts';

const workflow = 'https://github.com/acme/app/.github/workflows/build.yml@refs/heads/main';
const reusable = 'https://github.com/acme/flows/.github/workflows/build.yml@refs/tags/v1';
const github = {
  'Fulcio Build Signer URI': workflow,
  'Fulcio Build Config URI': workflow,
  'Fulcio Runner Environment': 'github-hosted',
};

describe('the build level that provenance supports', () => {
  test.each<[string, readonly AttestationReport[], number, RegExp]>([
    ['nothing without provenance', [], 0, /no SLSA provenance/],
    ['nothing from another attestation', [{ ...attestation(workflow, github), predicateType: 'x' }], 0, /no SLSA/],
    ['nothing where no builder is named', [attestation('', github)], 0, /does not name its builder/],
    ['1 with a key', [attestation('https://ci.example', undefined)], 1, /signed with a key/],
    [
      '1 with the certificate of a person',
      [attestation(workflow, { Subject: 'jo@acme.example' })],
      1,
      /names no build/,
    ],
    ['1 where another build signed', [attestation(reusable, github)], 1, /was given to/],
    [
      '1 on a self-hosted runner',
      [attestation(workflow, { ...github, 'Fulcio Runner Environment': 'self-hosted' })],
      1,
      /self-hosted/,
    ],
    ['2 where the job that builds signs', [attestation(workflow, github)], 2, /could sign what they like/],
    [
      '2 on GitLab',
      [attestation(workflow, { ...github, 'Fulcio Runner Environment': 'gitlab-hosted' })],
      2,
      /hosted runners of GitHub/,
    ],
    [
      '3 where a reusable workflow signs',
      [attestation(reusable, { ...github, 'Fulcio Build Signer URI': reusable })],
      3,
      /cannot reach/,
    ],
    ['the best of several', [attestation('https://ci.example', undefined), attestation(workflow, github)], 2, /./],
  ])('%s', (_name, attestations, level, reason) => {
    const found = buildLevel(attestations);
    expect(found.level).toBe(level);
    expect(found.steps.at(-1)?.reason).toMatch(reason);
  });

  test('gives a reason for each level up to the first that is missed', () => {
    const { steps } = buildLevel([attestation(workflow, github)]);
    expect(steps.map((step) => [step.level, step.reached])).toEqual([
      [1, true],
      [2, true],
      [3, false],
    ]);
  });
});

function attestation(builder: string, metadata: Record<string, string> | undefined): AttestationReport {
  const predicate = { buildDefinition: {}, runDetails: { builder: { id: builder } } };
  return {
    type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://slsa.dev/provenance/v1',
    signatures: [{ keyid: '', sig: '', ...(metadata === undefined ? {} : { metadata }) }],
    statement: JSON.stringify({ predicate }),
  };
}
