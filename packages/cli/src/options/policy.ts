// SPDX-License-Identifier: Apache-2.0
import type { StepContext, ValidateOptions } from '@sluice/core';
import type { FlagSpecs, Invocation } from '../command.ts';
import { version } from '../version.ts';
import { identityFlags, identityPolicy, trustFlags } from './verification.ts';

const { key: _key, ...certificateFlags } = identityFlags;

/** What an image is validated against, spelled as ec spells it. */
export const policyFlags = {
  policy: {
    type: 'string',
    short: 'p',
    value: 'POLICY',
    help: 'A file, inline JSON or YAML, or a git or https address',
  },
  'public-key': {
    type: 'string',
    short: 'k',
    value: 'FILE',
    help: "Verify with this public key; goes before the policy's",
  },
  ...certificateFlags,
  'trusted-root': trustFlags['trusted-root'],
  'ignore-rekor': { type: 'boolean', help: 'Ask for no transparency log entry' },
  'skip-image-sig-check': {
    type: 'boolean',
    help: 'Leave out the check of the image signature; attestations are always checked',
  },
  'effective-time': {
    type: 'string',
    value: 'TIME',
    default: 'now',
    help: 'When rules and exceptions are judged: now, attestation, RFC 3339 or a date',
  },
  'allow-past-effective-time': { type: 'boolean', help: 'Take an effective time in the past' },
  workers: { type: 'integer', default: 5, help: 'How many images are looked at at once' },
} as const satisfies FlagSpecs;

type PolicyInvocation = Invocation<typeof policyFlags>;

/** The options of a validation, but for the images. */
export async function validationOptions(
  invocation: PolicyInvocation,
  ctx: StepContext,
): Promise<Omit<ValidateOptions, 'snapshot' | 'open'>> {
  const { flags } = invocation;
  const core = await import('@sluice/core');
  const policy = await core.loadPolicy(flags.policy ?? '{}');
  const identity = identityPolicy({ flags: { ...flags, key: undefined } });
  return {
    policy,
    ...(flags['public-key'] === undefined ? {} : { publicKey: flags['public-key'] }),
    ...(Object.keys(identity).length > 0 ? { identity } : {}),
    ignoreLog: flags['ignore-rekor'],
    skipSignatureCheck: flags['skip-image-sig-check'],
    trust: core.trustSourceFrom(ctx.env, flags['trusted-root'] ?? ctx.env.SLUICE_TRUSTED_ROOT),
    effectiveTime: core.parseEffectiveTime(flags['effective-time'], ctx.now(), flags['allow-past-effective-time']),
    workers: flags.workers,
    version,
  };
}
