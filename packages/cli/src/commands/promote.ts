// SPDX-License-Identifier: Apache-2.0
import type { PromoteResult, PromotionGate } from '@sluice/core';
import type { Session } from '@sluice/oci';
import { defineCommand, type Invocation } from '../command.ts';
import { stepContext } from '../options/context.ts';
import { dotenvFlag, writeDotenv } from '../options/dotenv.ts';
import { policyFlags, validationOptions } from '../options/policy.ts';
import { localImageFlag, openSession, registryFlags } from '../options/registry.ts';
import { requireSummaryFlags, summaryDemands, summaryTrust } from '../options/summary.ts';
import { sayVerdict } from '../options/verdict.ts';
import { UsageError } from '../usage-error.ts';

const flags = {
  to: {
    type: 'strings',
    value: 'TAG|IMAGE:TAG',
    help: 'Where to: a tag of the same repository, or a reference; repeatable',
  },
  force: { type: 'boolean', short: 'f', help: 'Move a tag that exists, such as latest' },
  'dry-run': { type: 'boolean', help: 'Print the plan and change nothing' },
  ...requireSummaryFlags,
  unvalidated: { type: 'boolean', help: 'Promote without a policy' },
  'source-url': {
    type: 'string',
    value: 'URL',
    help: 'The git repository that the image must come from, for policies that ask',
  },
  'source-revision': { type: 'string', value: 'COMMIT', help: 'The commit that the image must come from' },
  ...policyFlags,
  ...registryFlags,
  ...dotenvFlag,
  'local-image': { ...localImageFlag['local-image'], hidden: true },
  json: { type: 'boolean', help: 'Print plan and outcome as JSON' },
} as const;

export const promote = defineCommand({
  summary: 'Copy exactly the digest that passes, with its evidence, and move the tag last',
  arguments: 'IMAGE',
  arity: [1, 1],
  description: `Resolves the image once, validates that digest against the policy, copies it with signatures, attestations and
referrers to every target, reads the targets back, and only then sets the tags. Safe to run again after an interruption.`,
  examples: [
    'sluice promote --policy policy.yaml --to latest --force "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA"',
    'sluice promote --policy policy.yaml --to registry.example.com/prod/app:1.4.0 --dry-run ghcr.io/acme/app@sha256:9f2c…41',
    'sluice promote --require-vsa --vsa-policy-digest sha256:4be1…07 --certificate-identity https://gitlab.com/acme/gate//.gitlab-ci.yml@refs/heads/main --certificate-oidc-issuer https://gitlab.com --to latest ghcr.io/acme/app@sha256:9f2c…41',
  ],
  flags,
  async run(invocation) {
    const { flags: given, args, io, reporter } = invocation;
    const [source = ''] = args;
    if (given['local-image']) {
      throw new UsageError(
        'A promotion reads the image and its evidence from a registry, but --local-image names a layout on disk; push it to a registry, and promote it from there.',
      );
    }
    if (given.to.length === 0)
      throw new UsageError('--to was expected, but is missing; name a tag or a reference to promote to.');
    const core = await import('@sluice/core');
    const { openRepository } = await import('@sluice/oci');
    const ctx = stepContext(invocation);
    const session = await openSession(invocation, [source, ...given.to.filter((target) => target.includes('/'))]);
    const gate = await promotionGate(invocation, session);
    reporter.progress('validating and planning');
    const result = await core.promote(ctx, {
      source,
      targets: given.to,
      open: (reference) => openRepository(session, reference),
      gate,
      force: given.force,
      dryRun: given['dry-run'],
      onProgress: (target, step) => reporter.progress(`${target}  ${step.outcome} ${step.kind} ${step.digest}`),
    });
    reporter.done();
    if (result.report && !reporter.quiet) sayVerdict(io, result.report);
    io.stdout.write(
      given.json ? `${JSON.stringify(forMachines(result))}\n` : `${describe(result, core.describePlan).join('\n')}\n`,
    );
    await writeDotenv(given.dotenv, {
      SLUICE_IMAGE: `${result.plan.source}@${result.plan.digest}`,
      SLUICE_VERDICT: result.kind,
    });
    return result.kind === 'refused' ? 1 : 0;
  },
});

async function promotionGate(invocation: Invocation<typeof flags>, session: Session): Promise<PromotionGate> {
  const { flags: given } = invocation;
  if (given['require-vsa']) return summaryGate(invocation);
  refuseIdleSummaryFlags(invocation);
  if (given.unvalidated) {
    if (given.policy !== undefined) {
      throw new UsageError('Either --policy or --unvalidated was expected, but found both; leave one out.');
    }
    return { kind: 'unvalidated' };
  }
  if (given.policy === undefined) {
    throw new UsageError(
      'A policy was expected, but none is given; name it with --policy, or say --require-vsa or --unvalidated.',
    );
  }
  const url = given['source-url'];
  const revision = given['source-revision'];
  if (revision !== undefined && url === undefined) {
    throw new UsageError('--source-url was expected beside --source-revision, but is missing.');
  }
  const source = url === undefined ? {} : { git: { url, ...(revision === undefined ? {} : { revision }) } };
  return {
    kind: 'policy',
    options: await validationOptions(invocation, stepContext(invocation), session),
    component: { source },
  };
}

/** A summary stands for a policy, so that a policy beside it would only seem to be asked. */
async function summaryGate(invocation: Invocation<typeof flags>): Promise<PromotionGate> {
  const { flags: given } = invocation;
  if (given.policy !== undefined || given.unvalidated) {
    const other = given.policy === undefined ? '--unvalidated' : '--policy';
    throw new UsageError(`Either --require-vsa or ${other} was expected, but found both; leave one out.`);
  }
  const demands = summaryDemands(invocation);
  return { kind: 'summary', demands, trust: await summaryTrust(invocation) };
}

function refuseIdleSummaryFlags({ given }: Invocation<typeof flags>): void {
  const idle = Object.keys(requireSummaryFlags).find((name) => given.has(name));
  if (idle !== undefined) throw new UsageError(`--${idle} is about summaries; it was expected beside --require-vsa.`);
}

function describe(
  result: PromoteResult,
  describePlan: (plan: PromoteResult['plan']) => readonly string[],
): readonly string[] {
  const { digest, targets } = result.plan;
  switch (result.kind) {
    case 'planned':
      return describePlan(result.plan);
    case 'refused':
      return [
        'Nothing was promoted.',
        ...targets.map(
          ({ reference, current }) => `${reference} ${current ? `still is ${current}` : 'still does not exist'}.`,
        ),
      ];
    case 'promoted':
      return result.targets.map(({ reference, action }) =>
        action === 'keep' ? `${reference}  is  ${digest} already` : `${reference}  ←  ${digest}`,
      );
  }
}

function forMachines(result: PromoteResult): object {
  const { digest, targets, source } = result.plan;
  return {
    outcome: result.kind,
    source,
    digest,
    targets: (result.kind === 'promoted' ? result.targets : targets).map(({ reference, action, current }) => ({
      reference,
      action,
      before: current,
    })),
  };
}
