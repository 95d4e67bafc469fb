// SPDX-License-Identifier: Apache-2.0
import { homedir } from 'node:os';
import { join } from 'node:path';
import type {
  FetchPolicy,
  PolicyLock,
  PolicySpec,
  ReadResource,
  SourceOptions,
  StepContext,
  ValidateOptions,
} from '@sluice/core';
import type { Session } from '@sluice/oci';
import type { FlagSpecs, Invocation } from '../command.ts';
import { version } from '../version.ts';
import { stepContext } from './context.ts';
import { identityFlags, identityPolicy, trustFlags } from './verification.ts';

const { key: _key, ...certificateFlags } = identityFlags;

/** How policies and their sources are had. */
export const sourceFlags = {
  locked: {
    type: 'boolean',
    help: 'Take policy sources only as the lock holds them (policy pin)',
  },
  'lock-file': {
    type: 'string',
    value: 'FILE',
    default: 'policy.lock.json',
    help: 'The lock of the policy sources',
  },
} as const satisfies FlagSpecs;

/** Where the names of policies and snapshots in a Kubernetes cluster are looked up. */
export const clusterFlag = {
  kubeconfig: {
    type: 'string',
    value: 'FILE',
    help: 'Look Kubernetes names up by this configuration alone [KUBECONFIG, else ~/.kube/config, else the pod]',
  },
} as const satisfies FlagSpecs;

/** The same where only sources are named, and no name is looked up: ec takes it on every command. */
export const idleClusterFlag = {
  kubeconfig: { ...clusterFlag.kubeconfig, hidden: true },
} as const satisfies FlagSpecs;

/** When rules and exceptions are judged. */
export const timeFlags = {
  'effective-time': {
    type: 'string',
    value: 'TIME',
    default: 'now',
    help: 'When rules and exceptions are judged: now, attestation, RFC 3339 or a date',
  },
  'allow-past-effective-time': { type: 'boolean', help: 'Take an effective time in the past' },
} as const satisfies FlagSpecs;

/** What an image is validated against, spelled as ec spells it. */
export const policyFlags = {
  policy: {
    type: 'string',
    short: 'p',
    value: 'POLICY',
    help: 'A file, inline JSON or YAML, a git, OCI or https address, or [NAMESPACE/]NAME in the Kubernetes cluster',
  },
  'public-key': {
    type: 'string',
    short: 'k',
    value: 'FILE',
    help: "Verify with this public key; goes before the policy's",
  },
  ...certificateFlags,
  'trusted-root': trustFlags['trusted-root'],
  'rekor-url': {
    type: 'string',
    short: 'r',
    value: 'URL',
    help: 'The Rekor log that policies are told of; what is trusted comes from the trusted root',
  },
  'ignore-rekor': { type: 'boolean', help: 'Ask for no transparency log entry' },
  'skip-image-sig-check': {
    type: 'boolean',
    help: 'Leave out the check of the image signature; attestations are always checked',
  },
  ...timeFlags,
  'extra-rule-data': {
    type: 'list',
    value: 'KEY=VALUE',
    help: 'Add to the rule data of every source; a value may be a .json or .yaml file; repeatable',
  },
  'filter-type': {
    type: 'string',
    options: ['include-exclude', 'ec-policy'],
    default: 'include-exclude',
    help: 'How rules are selected: by criteria, or by criteria and pipeline intention',
  },
  ...sourceFlags,
  ...clusterFlag,
  workers: { type: 'integer', default: 5, help: 'How many images are looked at at once' },
} as const satisfies FlagSpecs;

type PolicyInvocation = Invocation<typeof policyFlags>;
type SourceInvocation = Invocation<typeof sourceFlags>;

/** The options of a validation, but for the images. The sources of the policy are fetched and compiled once, when it begins. */
export async function validationOptions(
  invocation: PolicyInvocation,
  ctx: StepContext,
  session: Session,
  needs: { readonly input?: boolean } = {},
): Promise<Omit<ValidateOptions, 'snapshot' | 'open'>> {
  const { flags } = invocation;
  const core = await import('@sluice/core');
  const sources = await sourceOptions(invocation, session);
  const policy = await completePolicy(invocation, ctx, sources);
  const identity = identityPolicy({ flags: { ...flags, key: undefined } });
  const options = {
    policy,
    ...(flags['public-key'] === undefined ? {} : { publicKey: flags['public-key'] }),
    ...(Object.keys(identity).length > 0 ? { identity } : {}),
    ignoreLog: flags['ignore-rekor'],
    trust: core.trustSourceFrom(ctx.env, flags['trusted-root'] ?? ctx.env.SLUICE_TRUSTED_ROOT),
    effectiveTime: core.parseEffectiveTime(flags['effective-time'], ctx.now(), flags['allow-past-effective-time']),
  };
  let opened: ReturnType<typeof core.openPolicy> | undefined;
  const open = () => {
    opened ??= core.openPolicy(ctx, { ...options, ...sources, ...keptSources(ctx), filter: flags['filter-type'] });
    return opened;
  };
  return {
    ...options,
    skipSignatureCheck: flags['skip-image-sig-check'],
    workers: flags.workers,
    version,
    // Without sources there is nothing to evaluate, and the engine need not be loaded but for the input document.
    ...((policy.sources ?? []).length === 0 && needs.input !== true ? {} : { evaluator: open }),
  };
}

async function completePolicy(
  invocation: PolicyInvocation,
  ctx: StepContext,
  sources: SourceOptions,
): Promise<PolicySpec> {
  const { flags } = invocation;
  const core = await import('@sluice/core');
  const loaded = await loadPolicy(flags.policy ?? '{}', ctx, sources, await readCluster(invocation));
  const policy = await core.withExtraRuleData(loaded, flags['extra-rule-data'], process.cwd());
  return flags['rekor-url'] === undefined ? policy : { ...policy, rekorUrl: flags['rekor-url'] };
}

/** Loads the policy that a flag names, from wherever it is. */
export async function loadPolicy(
  reference: string,
  ctx: StepContext,
  sources: SourceOptions,
  cluster: ReadResource,
): Promise<PolicySpec> {
  const core = await import('@sluice/core');
  const fetchPolicy: FetchPolicy = async (url) => {
    // The lock is about the sources of a policy; the policy itself is named by the job.
    const { lock: _lock, ...unlocked } = sources;
    return core.fetchPolicyWith(await core.openSources(ctx, unlocked))(url);
  };
  return core.loadPolicy(reference, fetchPolicy, cluster);
}

/** Reads by name from the Kubernetes cluster that the flags choose. */
export async function readCluster(invocation: Invocation<typeof clusterFlag>): Promise<ReadResource> {
  const { clusterReader } = await import('@sluice/core');
  return clusterReader(stepContext(invocation), invocation.flags.kubeconfig || undefined);
}

/** Where policy sources are read from in this run. */
export async function sourceOptions(invocation: SourceInvocation, session: Session): Promise<SourceOptions> {
  const { createHttpClient } = await import('@sluice/core');
  const { openRepository } = await import('@sluice/oci');
  const lock = invocation.flags.locked ? await readLock(invocation.flags['lock-file']) : undefined;
  return {
    open: (reference) => openRepository(session, reference),
    http: createHttpClient(stepContext(invocation), { maxBodyBytes: 64 * 1024 * 1024 }),
    cacheFolder: cacheFolder(invocation.io.env, 'sources'),
    workingFolder: process.cwd(),
    ...(lock === undefined ? {} : { lock }),
  };
}

async function readLock(file: string): Promise<PolicyLock> {
  const { readFile } = await import('node:fs/promises');
  const { parseLock } = await import('@sluice/core');
  return parseLock(await readFile(file, 'utf8'), file);
}

/** Where what is made from policy sources is kept for the next run. */
export function keptSources({ env }: StepContext) {
  return { keptFolder: { path: cacheFolder(env, 'compiled'), version } };
}

function cacheFolder(env: StepContext['env'], kind: 'sources' | 'compiled'): string {
  const base = env.SLUICE_CACHE_DIR ?? (env.XDG_CACHE_HOME ? join(env.XDG_CACHE_HOME, 'sluice') : undefined);
  return join(base ?? join(env.HOME ?? homedir(), '.cache', 'sluice'), kind);
}
