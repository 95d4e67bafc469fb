// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectedSigner, loadPolicy, parsePolicy } from './policy-file.ts';

const identity = {
  issuer: 'https://gitlab.com',
  subject: 'https://gitlab.com/acme/app//.gitlab-ci.yml@refs/heads/main',
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('a policy is read', () => {
  test('from a YAML file, from a JSON file, and from the command line in either form', async () => {
    const yaml = `identity:\n  issuer: ${identity.issuer}\n  subject: ${identity.subject}\n`;
    const json = JSON.stringify({ identity });
    for (const reference of [await file('p.yaml', yaml), await file('p.json', json), yaml, json]) {
      expect(await loadPolicy(reference)).toEqual({ identity });
    }
  });

  test('from the spec of a whole resource', async () => {
    const text =
      'apiVersion: appstudio.redhat.com/v1alpha1\nkind: EnterpriseContractPolicy\nspec: {publicKey: cosign.pub}';
    expect(await parsePolicy(text, 'p.yaml')).toEqual({ publicKey: 'cosign.pub' });
  });

  test('with the patterns of an identity in every spelling', async () => {
    for (const spelling of ['RegExp', 'Regexp', 'RegEx']) {
      const text = `identity: {issuer${spelling}: a, subject${spelling}: b}`;
      expect(await parsePolicy(text, 'p.yaml')).toEqual({ identity: { issuerRegExp: 'a', subjectRegExp: 'b' } });
    }
  });

  test('with rule data as it stands, every digit of it', async () => {
    const { sources } = await parsePolicy('sources: [{ruleData: {limit: 12345678901234567890, on: [yes]}}]', 'p.yaml');
    expect(JSON.stringify(sources?.[0]?.ruleData)).toBe('{"limit":12345678901234567890,"true":[true]}');
  });

  test('from elsewhere only by whoever can fetch it', async () => {
    expect(await loadPolicy('https://example.test/p.yaml', async () => 'publicKey: x')).toEqual({ publicKey: 'x' });
    await expect(loadPolicy('github.com/acme/policy//default')).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('a policy is refused, with line and key', () => {
  test.each([
    [
      'a misspelt key',
      'identity:\n  issuer: a\n  subjet: b\n',
      'p.yaml:3: identity has the unknown key "subjet"; known are',
    ],
    [
      'an unknown key in JSON',
      '{\n  "sources": [],\n  "exclude": []\n}',
      'p.yaml:3: the policy has the unknown key "exclude"',
    ],
    [
      'a misspelt key in a source',
      'sources:\n  - policy: [x]\n    confg: {}\n',
      'p.yaml:3: sources[0] has the unknown key "confg"',
    ],
    ['a value of another type', 'sources:\n  - policy: x\n', 'p.yaml:2: sources[0].policy should be a list.'],
    [
      'a criterion without a value',
      'sources:\n  - volatileConfig:\n      exclude:\n        - reference: x\n',
      'p.yaml:4: sources[0].volatileConfig.exclude[0] should have the key "value".',
    ],
    ['a resource without a spec', 'apiVersion: v1\nkind: x\n', 'the resource should have a spec that is an object.'],
    ['a spec outside a resource', 'spec: {}\n', 'p.yaml:1: the policy has the unknown key "spec"'],
    ['one pattern in two spellings', 'identity: {subjectRegExp: a, subjectRegexp: b}', 'unknown key "subjectRegexp"'],
    [
      'an extension that is no text',
      'identity: {extensions: {Build Trigger: [push]}}',
      'Build Trigger should be a string.',
    ],
    ['a list', '- a: 1\n', 'a policy should be an object'],
  ])('for %s', async (_name, text, sentence) => {
    await expect(parsePolicy(text, 'p.yaml')).rejects.toMatchObject({
      code: 'configuration',
      message: expect.stringContaining(sentence),
    });
  });

  test('for what is not YAML, for an empty file, a missing one and the name of a resource', async () => {
    await expect(parsePolicy('sources: [', 'p.yaml')).rejects.toMatchObject({ code: 'configuration' });
    await expect(loadPolicy(await file('empty.yaml', ' \n'))).rejects.toThrow(/is empty/);
    await expect(loadPolicy(join(folder, 'absent.yaml'))).rejects.toMatchObject({ code: 'file' });
    await expect(loadPolicy('namespace/name')).rejects.toThrow(/policies in a Kubernetes cluster are not read/);
    await expect(loadPolicy('')).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('who must have signed', () => {
  const other = { issuer: 'https://issuer.test', subject: 'me' };

  test.each([
    ['the key of the policy', { publicKey: 'p.pub' }, {}, { kind: 'key', reference: 'p.pub' }],
    [
      'the key of the command line',
      { publicKey: 'p.pub' },
      { publicKey: 'c.pub' },
      { kind: 'key', reference: 'c.pub' },
    ],
    ['the identity of the policy', { identity }, {}, { kind: 'identity', policy: identity }],
    [
      'the identity of the command line over the key of the policy',
      { publicKey: 'p.pub' },
      { identity: other },
      { kind: 'identity', policy: other },
    ],
    ['the identity of the command line, whole', { identity }, { identity: other }, { kind: 'identity', policy: other }],
    [
      'the key of the command line over every identity',
      { identity },
      { publicKey: 'c.pub', identity: other },
      { kind: 'key', reference: 'c.pub' },
    ],
    [
      'the key of the policy over its identity',
      { publicKey: 'p.pub', identity },
      {},
      { kind: 'key', reference: 'p.pub' },
    ],
  ])('is %s', (_name, spec, options, expected) => {
    expect(expectedSigner(spec, options)).toEqual(expected);
  });

  test('is nobody when neither key nor a whole identity is given', () => {
    expect(() => expectedSigner({})).toThrow(/needs the issuer/);
    expect(() => expectedSigner({ identity }, { identity: { subject: 'me' } })).toThrow(/needs the issuer/);
    expect(() => expectedSigner({ publicKey: '' }, { publicKey: '' })).toThrow(/needs the issuer/);
  });
});
