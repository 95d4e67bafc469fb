// SPDX-License-Identifier: Apache-2.0
import { defineCommand, type FlagSpecs } from '../command.ts';
import { stepContext } from '../options/context.ts';
import {
  clusterFlag,
  keptSources,
  loadPolicy,
  readCluster,
  sourceFlags,
  sourceOptions,
  timeFlags,
} from '../options/policy.ts';
import { openSession, registryFlags } from '../options/registry.ts';
import { outputTargets, reportFlags, reportOptions, writeReport } from '../options/report.ts';
import { checkServerFlags, serverFlags } from '../options/server.ts';
import { UsageError } from '../usage-error.ts';
import { version } from '../version.ts';

/** How long a server may evaluate one document, as in ec. */
const requestMs = 90_000;

const flags = {
  policy: {
    type: 'string',
    short: 'p',
    value: 'POLICY',
    help: 'A file, inline JSON or YAML, a git, OCI or https address, or [NAMESPACE/]NAME in the Kubernetes cluster',
  },
  file: { type: 'list', short: 'f', value: 'FILE', hidden: true, help: 'The older form of naming files' },
  output: {
    type: 'list',
    short: 'o',
    value: 'FORMAT[=FILE]',
    help: 'text (default), json, yaml, summary, markdown, sarif, codequality; repeatable',
  },
  ...timeFlags,
  ...sourceFlags,
  ...clusterFlag,
  workers: { type: 'integer', default: 5, hidden: true, help: 'Read for compatibility; files are evaluated in order' },
  ...serverFlags,
  ...reportFlags,
  ...registryFlags,
} as const satisfies FlagSpecs;

export const validateInput = defineCommand({
  summary: 'Validate JSON, YAML or TOML files against a policy',
  arguments: 'FILE...',
  arity: [0, Number.MAX_SAFE_INTEGER],
  description: `Evaluates the rules of a policy over any files, or over JSON or YAML text. Nothing is signed or verified here.
Takes the flags of "ec validate input" with the same meaning. With --server the policy is loaded once, and judges
documents as of that time; start it again for a new policy or a new day. GET /live and /ready answer probes.`,
  examples: [
    'sluice validate input deployment.yaml service.yaml --policy policy.yaml',
    'sluice validate input values.toml --policy policy.yaml --output json --show-successes',
    'sluice validate input --server --server-port 8080 --policy policy.yaml',
  ],
  flags,
  timeout: ({ server }) => (server ? undefined : '5m'),
  async run(invocation) {
    const { flags: set, args, reporter } = invocation;
    if (set.policy === undefined)
      throw new UsageError('A policy was expected, but none is given; name it with --policy.');
    const inputs = [...set.file, ...args].filter((input) => input.trim() !== '');
    checkServerFlags(invocation, inputs);
    const core = await import('@sluice/core');
    const ctx = stepContext(invocation);
    const targets = await outputTargets(invocation, set.output, 'text', core.inputFormats);
    const time = core.parseEffectiveTime(set['effective-time'], ctx.now(), set['allow-past-effective-time']);
    const at = time.kind === 'at' ? time.instant : core.instantOf(ctx.now());
    const sources = await sourceOptions(invocation, await openSession(invocation));
    const policy = await loadPolicy(set.policy, ctx, sources, await readCluster(invocation));
    const trust = core.trustSourceFrom(ctx.env);
    // A server answers what is under way before it ends.
    const { signal: _signal, ...lasting } = ctx;
    const evaluator = await core.openPolicy(set.server ? lasting : ctx, {
      ...sources,
      ...(set.server ? { timeoutMs: requestMs } : {}),
      ...keptSources(ctx),
      policy,
      effectiveTime: time,
      trust,
      verifies: false,
    });
    const judge = { evaluator, policy, at, version };
    if (set.server) {
      for (const note of evaluator.notes ?? []) reporter.log.warn(note);
      const place = { address: set['server-address'], port: set['server-port'] };
      await core.serveInput(ctx, { ...judge, ...place, report: reportOptions(invocation) });
      return 0;
    }
    const report = await core.validateFiles(ctx, { ...judge, inputs, workingFolder: process.cwd() });
    await writeReport(invocation, report, targets);
    for (const note of report.notes) reporter.log.warn(note);
    return report.success || !set.strict ? 0 : 1;
  },
});
