// SPDX-License-Identifier: Apache-2.0
import type { IdentityPolicy, Trust } from '@sluice/core';
import type { FlagSpecs, Invocation } from '../command.ts';
import { UsageError } from '../usage-error.ts';
import { stepContext } from './context.ts';
import { splitNameValue } from './name-value.ts';

/** Who must have signed, spelled as cosign spells it. */
export const identityFlags = {
  key: { type: 'string', value: 'FILE', help: 'Verify with this public key (PEM) instead of an identity' },
  'certificate-identity': {
    type: 'string',
    value: 'SUBJECT',
    help: 'Who signed: the subject of the certificate, exactly',
  },
  'certificate-identity-regexp': {
    type: 'string',
    value: 'PATTERN',
    help: 'The same as a pattern that matches the whole subject',
  },
  'certificate-oidc-issuer': {
    type: 'string',
    value: 'URL',
    help: 'Who vouches for the signer: the OIDC issuer, exactly',
  },
  'certificate-oidc-issuer-regexp': {
    type: 'string',
    value: 'PATTERN',
    help: 'The same as a pattern that matches the whole issuer',
  },
  'certificate-extension': {
    type: 'strings',
    value: 'NAME=VALUE',
    help: 'Demand a Fulcio extension, for example "Source Repository Ref=refs/heads/main"; repeatable',
  },
} as const satisfies FlagSpecs;

export const trustFlags = {
  'trusted-root': {
    type: 'string',
    value: 'FILE',
    help: "Sigstore's trusted_root.json, for a private Sigstore or offline [SLUICE_TRUSTED_ROOT, else TUF]",
  },
  'insecure-ignore-tlog': { type: 'boolean', help: 'Ask for no transparency log entry; for keys without a log' },
  'insecure-ignore-sct': { type: 'boolean', help: 'Take a certificate without a signed certificate timestamp' },
} as const satisfies FlagSpecs;

export const verificationFlags = { ...identityFlags, ...trustFlags } as const;

type IdentityInvocation = Invocation<typeof identityFlags>;

/** The identity that the flags name; empty where they name none. */
export function identityPolicy({ flags }: Pick<IdentityInvocation, 'flags'>): IdentityPolicy {
  const extensions = flags['certificate-extension'].map((text) => splitNameValue('certificate-extension', text));
  return {
    ...(flags['certificate-identity'] ? { subject: flags['certificate-identity'] } : {}),
    ...(flags['certificate-identity-regexp'] ? { subjectRegExp: flags['certificate-identity-regexp'] } : {}),
    ...(flags['certificate-oidc-issuer'] ? { issuer: flags['certificate-oidc-issuer'] } : {}),
    ...(flags['certificate-oidc-issuer-regexp'] ? { issuerRegExp: flags['certificate-oidc-issuer-regexp'] } : {}),
    ...(extensions.length > 0 ? { extensions: Object.fromEntries(extensions) } : {}),
  };
}

/** What the flags trust: keys or an identity, and the roots these need. */
export async function openTrust(invocation: Invocation<typeof verificationFlags>): Promise<Trust> {
  const { flags } = invocation;
  const ctx = stepContext(invocation);
  const core = await import('@sluice/core');
  const ignoreLog = flags['insecure-ignore-tlog'];
  const policy = identityPolicy(invocation);
  const byIdentity = Object.keys(policy).length > 0;
  if (flags.key && byIdentity) {
    throw new UsageError('Either --key or a certificate identity was expected, but found both; leave one out.');
  }
  const signer: Trust['signer'] = flags.key
    ? { kind: 'keys', keys: [await core.loadVerificationKey(ctx, flags.key)] }
    : { kind: 'identity', policy: core.checkIdentityPolicy(policy) };
  if (signer.kind === 'identity') await core.checkIdentityPatterns(signer.policy);
  const needsRoot = signer.kind === 'identity' || !ignoreLog;
  return {
    signer,
    ignoreLog,
    ignoreSct: flags['insecure-ignore-sct'],
    ...(needsRoot
      ? {
          root: await core.loadTrustedRoot(
            ctx,
            core.trustSourceFrom(ctx.env, flags['trusted-root'] ?? ctx.env.SLUICE_TRUSTED_ROOT),
          ),
        }
      : {}),
  };
}
