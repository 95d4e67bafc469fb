// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import type { CertificateDetails } from './certificate.ts';

/**
 * Who may have signed. Exact values are compared as they are; patterns are fields of their own, in RE2's syntax (Go's,
 * so cosign's and ec's), and each must match the whole value: `.*` says "anything", and an unanchored `github.com/acme`
 * matches nothing longer.
 */
export interface IdentityPolicy {
  readonly issuer?: string;
  readonly issuerRegExp?: string;
  readonly subject?: string;
  readonly subjectRegExp?: string;
  /** Certificate extensions by name (`Source Repository URI`, `sourceRepositoryUri`) or OID, each compared exactly. */
  readonly extensions?: Readonly<Record<string, string>>;
}

export type IdentityMatch =
  | { readonly kind: 'matched' }
  | { readonly kind: 'refused'; readonly code: 'identity' | 'extension'; readonly reason: string };

/** Attributes of a certificate longer than this are refused unread. */
const maxValueLength = 4096;

/** Names of Fulcio's extensions below 1.3.6.1.4.1.57264.1 (sigstore/fulcio, docs/oid-info.md). */
export const fulcioExtensions: readonly (readonly [oid: string, name: string])[] = (
  [
    [1, 'Issuer'],
    [2, 'GitHub Workflow Trigger'],
    [3, 'GitHub Workflow SHA'],
    [4, 'GitHub Workflow Name'],
    [5, 'GitHub Workflow Repository'],
    [6, 'GitHub Workflow Ref'],
    [8, 'Issuer (V2)'],
    [9, 'Build Signer URI'],
    [10, 'Build Signer Digest'],
    [11, 'Runner Environment'],
    [12, 'Source Repository URI'],
    [13, 'Source Repository Digest'],
    [14, 'Source Repository Ref'],
    [15, 'Source Repository Identifier'],
    [16, 'Source Repository Owner URI'],
    [17, 'Source Repository Owner Identifier'],
    [18, 'Build Config URI'],
    [19, 'Build Config Digest'],
    [20, 'Build Trigger'],
    [21, 'Run Invocation URI'],
    [22, 'Source Repository Visibility At Signing'],
    [23, 'Deployment Environment'],
    [24, 'Token Subject'],
  ] as const
).map(([n, name]) => [`1.3.6.1.4.1.57264.1.${n}`, name]);

/**
 * The policy, checked: issuer and subject are both needed (exact or pattern), extensions are known. A `SluiceError` of
 * code `configuration` otherwise. `checkIdentityPatterns` looks at the patterns.
 */
export function checkIdentityPolicy(policy: IdentityPolicy): IdentityPolicy {
  if (!policy.issuer && !policy.issuerRegExp) throw missing('issuer', '--certificate-oidc-issuer');
  if (!policy.subject && !policy.subjectRegExp) throw missing('subject', '--certificate-identity');
  for (const name of Object.keys(policy.extensions ?? {})) extensionOid(name);
  return policy;
}

function missing(what: string, flag: string): SluiceError {
  return new SluiceError(
    'configuration',
    `A keyless verification needs the ${what} that may sign, but none is given; set identity.${what} in the policy or ${flag}.`,
  );
}

/** Refuses patterns that are no regular expressions, before anything is matched: `configuration`. */
export async function checkIdentityPatterns({ issuerRegExp, subjectRegExp }: IdentityPolicy): Promise<void> {
  await Promise.all([issuerRegExp, subjectRegExp].map((pattern) => pattern && anchoredPattern(pattern)));
}

/** Whether a certificate is one that the policy allows. Given both an exact value and a pattern, both must hold. */
export async function matchIdentity(certificate: CertificateDetails, policy: IdentityPolicy): Promise<IdentityMatch> {
  const { issuer, subjects } = certificate.identity;
  if (!(await oneHolds([issuer], policy.issuer, policy.issuerRegExp))) {
    return refused('identity', 'issuer', expectation(policy.issuer, policy.issuerRegExp), issuer);
  }
  if (!(await oneHolds(subjects, policy.subject, policy.subjectRegExp))) {
    return refused('identity', 'subject', expectation(policy.subject, policy.subjectRegExp), subjects.join(', '));
  }
  for (const [name, expected] of Object.entries(policy.extensions ?? {})) {
    const found = certificate.extensions.get(extensionOid(name));
    if (found !== expected) return refused('extension', name, `"${expected}"`, found);
  }
  return { kind: 'matched' };
}

async function oneHolds(
  values: readonly (string | undefined)[],
  exact: string | undefined,
  pattern: string | undefined,
): Promise<boolean> {
  if (!exact && !pattern) return false;
  const matches = pattern ? await anchoredPattern(pattern) : () => true;
  return values.some((value) => {
    if (value === undefined || value === '' || value.length > maxValueLength) return false;
    return (!exact || value === exact) && matches(value);
  });
}

/**
 * A test of whether a pattern matches a whole value. RE2 takes time linear in the value, which is the signer's: no
 * certificate can make a pattern hang.
 */
export async function anchoredPattern(pattern: string): Promise<(value: string) => boolean> {
  const { RE2JS } = await import('re2js');
  try {
    const compiled = RE2JS.compile(pattern);
    return (value) => compiled.matches(value);
  } catch (cause) {
    throw new SluiceError(
      'configuration',
      `The identity pattern "${pattern}" is not a regular expression in RE2's syntax; correct it.`,
      { cause },
    );
  }
}

function expectation(exact: string | undefined, pattern: string | undefined): string {
  return [exact && `"${exact}"`, pattern && `a match of the whole value by ${pattern}`].filter(Boolean).join(' and ');
}

function refused(
  code: 'identity' | 'extension',
  what: string,
  expected: string,
  found: string | undefined,
): IdentityMatch {
  const was = found === undefined || found === '' ? 'has none' : `has "${found}"`;
  return { kind: 'refused', code, reason: `The certificate's ${what} should be ${expected}, but it ${was}.` };
}

/** The OID of an extension given by OID, by Fulcio's name, or by that name in camel case; `configuration` if unknown. */
export function extensionOid(name: string): string {
  if (/^\d+(\.\d+)+$/.test(name)) return name;
  const wanted = plain(name);
  const known = fulcioExtensions.find(([, title]) => plain(title) === wanted);
  if (known) return known[0];
  throw new SluiceError(
    'configuration',
    `"${name}" is not a certificate extension; use an OID or one of ${fulcioExtensions.map(([, title]) => title).join(', ')}.`,
  );
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/^fulcio /, '')
    .replace(/[^a-z0-9]/g, '');
}
