// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CertificateDetails } from './certificate.ts';
import { anchoredPattern, checkIdentityPolicy, extensionOid, type IdentityPolicy, matchIdentity } from './identity.ts';

const issuer = 'https://gitlab.com';
const subject = 'https://gitlab.com/acme/app//.gitlab-ci.yml@refs/heads/main';

function certificate(change: { issuer?: string; subjects?: string[]; extensions?: [string, string][] } = {}) {
  const { subjects = [subject], extensions = [] } = change;
  const identity = { issuer: change.issuer ?? issuer, subjects };
  // Only these members are compared.
  return { identity, extensions: new Map(extensions) } as unknown as CertificateDetails;
}

function verdict(policy: IdentityPolicy, found = certificate()): string {
  const match = matchIdentity(found, policy);
  return match.kind === 'matched' ? 'matched' : match.reason;
}

describe('an exact identity', () => {
  test('matches itself', () => {
    expect(verdict({ issuer, subject })).toBe('matched');
  });

  test.each([
    ['a prefix of the subject', { issuer, subject: 'https://gitlab.com/acme/app' }],
    ['a pattern given as a value', { issuer, subject: 'https://gitlab.com/.*' }],
    ['another case', { issuer, subject: subject.toUpperCase() }],
    ['another issuer', { issuer: 'https://gitlab.example.com', subject }],
    ['an issuer with a slash more', { issuer: `${issuer}/`, subject }],
  ])('does not match %s', (_name, policy) => {
    expect(verdict(policy)).toMatch(/should be ".*", but it has "/);
  });

  test('never matches a text that is not the same', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (wanted, found) => {
        const match = matchIdentity(certificate({ subjects: [found] }), { issuer, subject: wanted });
        expect(match.kind).toBe(wanted === found ? 'matched' : 'refused');
      }),
    );
  });
});

describe('a pattern', () => {
  test('must match the whole value', () => {
    expect(verdict({ issuer, subjectRegExp: 'https://gitlab\\.com/acme/.*' })).toBe('matched');
    expect(verdict({ issuer, subjectRegExp: 'https://gitlab\\.com/acme' })).toMatch(/a match of the whole value by/);
    expect(verdict({ issuer, subjectRegExp: '^https://gitlab\\.com' })).not.toBe('matched');
  });

  test('cannot escape its anchors by an alternative', () => {
    expect(verdict({ issuer, subjectRegExp: 'nothing|https://gitlab' })).not.toBe('matched');
    expect(() => anchoredPattern('a)|(b')).toThrow(/is not a regular expression/);
  });

  test('does not see a second line as its end', () => {
    expect(anchoredPattern('good').test('good\nevil')).toBe(false);
  });

  test('ignores case where it begins as Go writes that', () => {
    expect(anchoredPattern('(?i)HTTPS://X').test('https://x')).toBe(true);
    expect(anchoredPattern('HTTPS://X').test('https://x')).toBe(false);
  });

  test('and an exact value must both hold', () => {
    expect(verdict({ issuer, subject, subjectRegExp: 'other.*' })).not.toBe('matched');
  });

  test('is not led on by a value of any length', () => {
    const long = certificate({ subjects: [`${'a'.repeat(5000)}!`] });
    expect(verdict({ issuer, subjectRegExp: '(a+)+' }, long)).not.toBe('matched');
  });
});

describe('extensions', () => {
  const held = certificate({ extensions: [['1.3.6.1.4.1.57264.1.12', 'https://gitlab.com/acme/app']] });

  test.each(['Source Repository URI', 'sourceRepositoryUri', 'Fulcio Source Repository URI', '1.3.6.1.4.1.57264.1.12'])(
    'are named %s',
    (name) => {
      const extensions = { [name]: 'https://gitlab.com/acme/app' };
      expect(verdict({ issuer, subject, extensions }, held)).toBe('matched');
    },
  );

  test('that the certificate lacks refuse', () => {
    expect(verdict({ issuer, subject, extensions: { 'Build Trigger': 'push' } }, held)).toBe(
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
    ['with a broken pattern', { issuer, subjectRegExp: '(' }, /is not a regular expression/],
  ])('%s is refused', (_name, policy, reason) => {
    expect(() => checkIdentityPolicy(policy)).toThrow(reason);
  });

  test('that names nobody matches nobody', () => {
    expect(verdict({})).not.toBe('matched');
    expect(verdict({ issuer, subject }, certificate({ subjects: [] }))).not.toBe('matched');
  });
});
