// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CertificateDetails } from './certificate.ts';
import {
  anchoredPattern,
  checkIdentityPatterns,
  checkIdentityPolicy,
  extensionOid,
  type IdentityPolicy,
  matchIdentity,
} from './identity.ts';

const issuer = 'https://gitlab.com';
const subject = 'https://gitlab.com/acme/app//.gitlab-ci.yml@refs/heads/main';

function certificate(change: { issuer?: string; subjects?: string[]; extensions?: [string, string][] } = {}) {
  const { subjects = [subject], extensions = [] } = change;
  const identity = { issuer: change.issuer ?? issuer, subjects };
  // Only these members are compared.
  return { identity, extensions: new Map(extensions) } as unknown as CertificateDetails;
}

async function verdict(policy: IdentityPolicy, found = certificate()): Promise<string> {
  const match = await matchIdentity(found, policy);
  return match.kind === 'matched' ? 'matched' : match.reason;
}

describe('an exact identity', () => {
  test('matches itself', async () => {
    expect(await verdict({ issuer, subject })).toBe('matched');
  });

  test.each([
    ['a prefix of the subject', { issuer, subject: 'https://gitlab.com/acme/app' }],
    ['a pattern given as a value', { issuer, subject: 'https://gitlab.com/.*' }],
    ['another case', { issuer, subject: subject.toUpperCase() }],
    ['another issuer', { issuer: 'https://gitlab.example.com', subject }],
    ['an issuer with a slash more', { issuer: `${issuer}/`, subject }],
  ])('does not match %s', async (_name, policy) => {
    expect(await verdict(policy)).toMatch(/should be ".*", but it has "/);
  });

  test('never matches a text that is not the same', () => {
    return fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), async (wanted, found) => {
        const match = await matchIdentity(certificate({ subjects: [found] }), { issuer, subject: wanted });
        expect(match.kind).toBe(wanted === found ? 'matched' : 'refused');
      }),
    );
  });
});

describe('a pattern', () => {
  test('must match the whole value', async () => {
    expect(await verdict({ issuer, subjectRegExp: 'https://gitlab\\.com/acme/.*' })).toBe('matched');
    expect(await verdict({ issuer, subjectRegExp: 'https://gitlab\\.com/acme' })).toMatch(
      /a match of the whole value by/,
    );
    expect(await verdict({ issuer, subjectRegExp: '^https://gitlab\\.com' })).not.toBe('matched');
  });

  test('cannot escape its anchors by an alternative', async () => {
    expect(await verdict({ issuer, subjectRegExp: 'nothing|https://gitlab' })).not.toBe('matched');
    await expect(anchoredPattern('a)|(b')).rejects.toThrow(/is not a regular expression in RE2's syntax/);
  });

  test('finds the alternative that fits the whole value', async () => {
    const matches = await anchoredPattern('main|main-.*|release');
    expect(['main', 'main-1', 'release'].every(matches)).toBe(true);
    expect(['mai', 'main1', 'releases', 'a release', ''].some(matches)).toBe(false);
  });

  test('does not see a second line as its end, even in multi-line mode', async () => {
    expect((await anchoredPattern('good'))('good\nevil')).toBe(false);
    expect((await anchoredPattern('(?m)^good$'))('good\nevil')).toBe(false);
  });

  test('takes the flags that Go takes', async () => {
    expect((await anchoredPattern('(?i)HTTPS://X'))('https://x')).toBe(true);
    expect((await anchoredPattern('HTTPS://X'))('https://x')).toBe(false);
  });

  test('refuses what RE2 does not have', async () => {
    for (const pattern of ['(?=a)a', '(a)\\1', '(?<!x)a', '(']) {
      await expect(checkIdentityPatterns({ subjectRegExp: pattern })).rejects.toMatchObject({ code: 'configuration' });
    }
  });

  // Each of these takes longer than the age of the universe in an engine that goes back.
  test.each(['(a+)+', '(a|a)*b', '(a|aa)+$', '(.*a){20}b', '(a*)*c', '([a-z]+)*!x'])(
    'that is ambiguous (%s) answers at once, whatever the certificate says',
    async (subjectRegExp) => {
      const evil = certificate({ subjects: [`${'a'.repeat(4000)}!`] });
      expect(await verdict({ issuer, subjectRegExp }, evil)).not.toBe('matched');
    },
  );

  test('and an exact value must both hold', async () => {
    expect(await verdict({ issuer, subject, subjectRegExp: 'other.*' })).not.toBe('matched');
  });

  test('is not led on by a value of any length', async () => {
    const long = certificate({ subjects: [`${'a'.repeat(5000)}!`] });
    expect(await verdict({ issuer, subjectRegExp: '(a+)+' }, long)).not.toBe('matched');
  });
});

describe('extensions', () => {
  const held = certificate({ extensions: [['1.3.6.1.4.1.57264.1.12', 'https://gitlab.com/acme/app']] });

  test.each(['Source Repository URI', 'sourceRepositoryUri', 'Fulcio Source Repository URI', '1.3.6.1.4.1.57264.1.12'])(
    'are named %s',
    async (name) => {
      const extensions = { [name]: 'https://gitlab.com/acme/app' };
      expect(await verdict({ issuer, subject, extensions }, held)).toBe('matched');
    },
  );

  test('that the certificate lacks refuse', async () => {
    expect(await verdict({ issuer, subject, extensions: { 'Build Trigger': 'push' } }, held)).toBe(
      'The certificate\'s Build Trigger should be "push", but it has none.',
    );
  });

  test('of unknown names are a mistake of the caller', () => {
    expect(() => extensionOid('Source Repo')).toThrow(/is not a certificate extension/);
  });
});

describe('a policy', () => {
  test.each<[string, IdentityPolicy, RegExp]>([
    ['without an issuer', { subject }, /needs the issuer/],
    ['without a subject', { issuer }, /needs the subject/],
    ['with empty values', { issuer: '', subject: '' }, /needs the issuer/],
  ])('%s is refused', (_name, policy, reason) => {
    expect(() => checkIdentityPolicy(policy)).toThrow(reason);
  });

  test('that names nobody matches nobody', async () => {
    expect(await verdict({})).not.toBe('matched');
    expect(await verdict({ issuer, subject }, certificate({ subjects: [] }))).not.toBe('matched');
  });
});
