// SPDX-License-Identifier: Apache-2.0
import type { EarlierSummaries } from '@sluice/core';
import type { FlagSpecs, Invocation } from '../command.ts';
import { isNoTime } from '../duration.ts';
import { UsageError } from '../usage-error.ts';
import { stepContext } from './context.ts';
import type { policyFlags } from './policy.ts';
import { parseAge } from './summary.ts';

/** Which images are not validated again, spelled as ec spells it. */
export const earlierSummaryFlags = {
  'vsa-public-key': {
    type: 'string',
    value: 'FILE',
    help: 'Do not validate an image again whose attached summary is signed by this key, passed, about this policy and recent',
  },
  'vsa-expiration': {
    type: 'string',
    value: 'DURATION',
    default: '168h',
    help: 'How old that summary may be, such as 24h or 7d; with 0 every image is validated',
  },
} as const satisfies FlagSpecs;

type EarlierInvocation = Invocation<
  typeof earlierSummaryFlags & Pick<typeof policyFlags, 'effective-time' | 'trusted-root'>
>;

/** Refuses before any work what would leave unclear whether images are validated. */
export function checkEarlierFlags({ flags, given }: EarlierInvocation): void {
  const age = flags['vsa-expiration'];
  if (isNoTime(age)) return;
  parseAge('vsa-expiration', age);
  if (!flags['vsa-public-key']) {
    if (given.has('vsa-expiration'))
      throw new UsageError(
        '--vsa-public-key was expected beside --vsa-expiration, to say whose summaries are believed; or say --vsa-expiration 0.',
      );
    return;
  }
  if (flags['effective-time'] !== 'now')
    throw new UsageError(
      'Either --vsa-public-key or --effective-time was expected, but found both: an earlier summary does not say what passes at another time; leave one out.',
    );
}

/** Whose earlier summaries are believed; undefined where every image is validated. */
export async function earlierSummaries(invocation: EarlierInvocation): Promise<EarlierSummaries | undefined> {
  const { flags } = invocation;
  const key = flags['vsa-public-key'];
  if (!key || isNoTime(flags['vsa-expiration'])) return undefined;
  const core = await import('@sluice/core');
  const ctx = stepContext(invocation);
  const trust = core.trustSourceFrom(ctx.env, flags['trusted-root'] ?? ctx.env.SLUICE_TRUSTED_ROOT);
  return {
    // A key vouches by itself, as in ec.
    trust: await core.trustFor(ctx, { policy: {}, publicKey: key, ignoreLog: true, trust }),
    maxAgeMs: parseAge('vsa-expiration', flags['vsa-expiration']),
  };
}
