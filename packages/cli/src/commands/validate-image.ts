// SPDX-License-Identifier: Apache-2.0
import type { ImageReport, Snapshot } from '@sluice/core';
import { defineCommand, type FlagSpecs, type Invocation } from '../command.ts';
import { stepContext } from '../options/context.ts';
import { dotenvFlag, writeDotenv } from '../options/dotenv.ts';
import { checkEarlierFlags, earlierSummaries, earlierSummaryFlags } from '../options/earlier-summary.ts';
import { type clusterFlag, policyFlags, readCluster, validationOptions } from '../options/policy.ts';
import { openSession, registryFlags } from '../options/registry.ts';
import { outputTargets, reportFlags, writeReport } from '../options/report.ts';
import { attachSummary, attachSummaryFlags, checkAttachFlags, writeSummaries } from '../options/summary.ts';
import { sayVerdict } from '../options/verdict.ts';
import { UsageError } from '../usage-error.ts';

const imageFlags = {
  image: { type: 'string', short: 'i', value: 'IMAGE', help: 'The image to validate' },
  images: {
    type: 'string',
    value: 'FILE|TEXT',
    help: 'Several, with their sources: components with containerImage and source.git',
  },
  snapshot: {
    type: 'string',
    value: 'TEXT',
    help: 'A snapshot as JSON or YAML text, or [NAMESPACE/]NAME in the Kubernetes cluster',
  },
  'file-path': { type: 'string', short: 'f', value: 'FILE', hidden: true, help: 'The older name of --images' },
  'json-input': { type: 'string', short: 'j', value: 'TEXT', hidden: true, help: 'The older name of --images' },
} as const satisfies FlagSpecs;

const flags = {
  ...imageFlags,
  ...policyFlags,
  'skip-att-sig-check': {
    type: 'boolean',
    hidden: true,
    help: 'Refused: nothing that is not verified reaches a policy',
  },
  output: {
    type: 'list',
    value: 'FORMAT[=FILE]',
    help: 'text (default), json, yaml, junit, markdown, sarif, …; repeatable',
  },
  'output-file': {
    type: 'string',
    short: 'o',
    value: 'FILE',
    hidden: true,
    help: 'The older form of --output json=FILE',
  },
  ...earlierSummaryFlags,
  ...attachSummaryFlags,
  ...reportFlags,
  ...registryFlags,
  ...dotenvFlag,
} as const satisfies FlagSpecs;

export const validateImage = defineCommand({
  summary: 'Validate images against a policy',
  arguments: '',
  arity: [0, 0],
  description: `Verifies signatures and attestations of each image, and judges what is proved by the policy. Takes the flags of
"ec validate image" with the same meaning. The report goes to standard output; with --output to a file, the verdict for
people goes to standard error. Exit code 1 means refused.`,
  examples: [
    'sluice validate image --image registry.example.com/acme/app:main --policy policy.yaml',
    'sluice validate image --images images.yaml --policy policy.yaml --output yaml --output junit=report.xml --show-successes',
    'sluice validate image --images images.yaml --policy policy.yaml --vsa-public-key gate.pub --vsa-expiration 24h',
    'sluice validate image --image registry.example.com/acme/app:main --policy github.com/acme/policies//release?ref=main --locked --vsa-attach',
  ],
  flags,
  timeout: () => '5m',
  async run(invocation) {
    const { io, reporter } = invocation;
    refuseUnverified(invocation);
    refuseNoPolicy(invocation);
    checkAttachFlags(invocation);
    checkEarlierFlags(invocation);
    const core = await import('@sluice/core');
    const { openRepository } = await import('@sluice/oci');
    const ctx = stepContext(invocation);
    const file = invocation.flags['output-file'];
    const outputs = [...invocation.flags.output, ...(file ? [`json=${file}`] : [])];
    const targets = await outputTargets(invocation, outputs, 'json', core.imageFormats);
    const snapshot = await snapshotOf(invocation);
    const session = await openSession(
      invocation,
      snapshot.components.map(({ containerImage }) => containerImage),
    );
    const input = targets.some(({ format }) => format === 'policy-input');
    const options = await validationOptions(invocation, ctx, session, { input });
    const earlier = await earlierSummaries(invocation);
    reporter.progress('validating');
    const report = await core.validate(ctx, {
      ...options,
      snapshot,
      keepInput: input,
      open: (ref) => openRepository(session, ref),
      ...(earlier === undefined ? {} : { earlier }),
    });
    await writeReport(invocation, report, targets);
    await writeSummaries(invocation, report);
    await attachSummary(invocation, report, ctx, session);
    await writeDotenv(invocation.flags.dotenv, {
      SLUICE_IMAGE: imageOf(report),
      SLUICE_VERDICT: report.success ? 'passed' : 'refused',
      SLUICE_POLICY_DIGEST: report.policyDigest,
    });
    if (!reporter.quiet && targets.every(({ path, format }) => path !== undefined || format !== 'text')) {
      sayVerdict(io, report);
    } else for (const note of report.notes) reporter.log.warn(note);
    return report.success || !invocation.flags.strict ? 0 : 1;
  },
});

/** The image that was asked for: of an index the index itself, not its platforms' images. */
function imageOf({ components }: ImageReport): string {
  const asked = components.find(({ name }) => !/-sha256:[0-9a-f]{64}-/.test(name)) ?? components[0];
  return asked?.containerImage ?? '';
}

async function snapshotOf(invocation: Invocation<typeof imageFlags & typeof clusterFlag>): Promise<Snapshot> {
  const { flags: given } = invocation;
  const input = {
    image: given.image,
    images: given.images,
    filePath: given['file-path'],
    json: given['json-input'],
    snapshot: given.snapshot,
  };
  const set = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
  const { readSnapshot } = await import('@sluice/core');
  return readSnapshot(set, await readCluster(invocation));
}

function refuseUnverified({ flags: given }: Invocation<typeof flags>): void {
  if (!given['skip-att-sig-check']) return;
  throw new UsageError(
    '--skip-att-sig-check is not possible: nothing that is not verified reaches a policy. Verify with the key or identity that signed it.',
  );
}

/** A gate without a policy would pass whatever is signed; ec lets it. */
function refuseNoPolicy({ flags: given }: Invocation<typeof flags>): void {
  if (given.policy !== undefined) return;
  throw new UsageError('A policy was expected, but none is given; name it with --policy.');
}
