// SPDX-License-Identifier: Apache-2.0
import { defineCommand, type FlagSpecs, type Invocation } from '../command.ts';
import { stepContext } from '../options/context.ts';
import {
  clusterFlag,
  idleClusterFlag,
  loadPolicy,
  readCluster,
  sourceFlags,
  sourceOptions,
} from '../options/policy.ts';
import { openSession, registryFlags } from '../options/registry.ts';
import { saveSources } from '../options/save-sources.ts';
import { UsageError } from '../usage-error.ts';

const sourceFlag = {
  source: { type: 'strings', short: 's', value: 'SOURCE', help: 'A policy source; repeatable' },
  dest: { type: 'string', short: 'd', value: 'FOLDER', help: 'Keep what was fetched in this folder' },
} as const satisfies FlagSpecs;

const policyInspection = {
  policy: { type: 'string', short: 'p', value: 'POLICY', help: 'Take the sources of this policy' },
  ...sourceFlag,
  output: {
    type: 'string',
    short: 'o',
    options: ['json', 'text', 'names', 'short-names'],
    default: 'text',
    help: 'How the rules are listed',
  },
  rule: { type: 'string', value: 'RULE', help: 'Only rules of this name' },
  package: { type: 'string', value: 'PACKAGE', help: 'Only rules of this package' },
  collection: { type: 'string', value: 'NAME', help: 'Only rules of this collection' },
  ...sourceFlags,
  ...clusterFlag,
  ...registryFlags,
} as const satisfies FlagSpecs;

export const inspectPolicy = defineCommand({
  summary: 'List the rules of a policy with what they say of themselves',
  arguments: '',
  arity: [0, 0],
  examples: [
    'sluice inspect policy --source github.com/conforma/policy//policy/release',
    'sluice inspect policy --policy policy.yaml --collection minimal --output json',
  ],
  flags: policyInspection,
  timeout: () => '5m',
  async run(invocation) {
    const { flags, io } = invocation;
    const core = await import('@sluice/core');
    const fetched = await fetchAll(invocation, await policySources(invocation));
    const { rule, package: pkg, collection } = flags;
    const filter = {
      ...(rule === undefined ? {} : { rule }),
      ...(pkg === undefined ? {} : { package: pkg }),
      ...(collection === undefined ? {} : { collection }),
    };
    io.stdout.write(await core.inspectPolicies(fetched, filter, flags.output));
    return 0;
  },
});

async function policySources(invocation: Invocation<typeof policyInspection>): Promise<readonly string[]> {
  const { policy, source } = invocation.flags;
  if (policy !== undefined && source.length > 0) {
    throw new UsageError('Either --policy or --source was expected, but found both; leave one out.');
  }
  if (policy === undefined) return source;
  const sources = await sourceOptions(invocation, await openSession(invocation));
  const loaded = await loadPolicy(policy, stepContext(invocation), sources, await readCluster(invocation));
  return (loaded.sources ?? []).flatMap((group) => group.policy ?? []);
}

const dataInspection = {
  ...sourceFlag,
  output: { type: 'string', short: 'o', options: ['json', 'yaml'], default: 'json', help: 'How the data are printed' },
  ...sourceFlags,
  ...idleClusterFlag,
  ...registryFlags,
} as const satisfies FlagSpecs;

export const inspectPolicyData = defineCommand({
  summary: 'Print the data of policy sources, merged',
  arguments: '',
  arity: [0, 0],
  examples: ['sluice inspect policy-data --source git::https://github.com/conforma/policy//example/data'],
  flags: dataInspection,
  timeout: () => '5m',
  async run(invocation) {
    const core = await import('@sluice/core');
    const data = await core.inspectData(await fetchAll(invocation, invocation.flags.source));
    const yaml = invocation.flags.output === 'yaml';
    invocation.io.stdout.write(`${yaml ? await core.toYaml(data) : core.goJson(data)}\n`);
    return 0;
  },
});

type SourceInvocation = Invocation<typeof sourceFlag & typeof sourceFlags & typeof registryFlags>;

async function fetchAll(invocation: SourceInvocation, urls: readonly string[]) {
  if (urls.length === 0) throw new UsageError('A source was expected, but none is given; name it with --source.');
  const core = await import('@sluice/core');
  const options = await sourceOptions(invocation, await openSession(invocation));
  const fetcher = await core.openSources(stepContext(invocation), options);
  const fetched = await Promise.all(urls.map((url) => fetcher.fetch(url)));
  const { dest } = invocation.flags;
  if (dest !== undefined) await saveSources(dest, 'policy', fetched);
  return fetched;
}
