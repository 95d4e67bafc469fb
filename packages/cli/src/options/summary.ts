// SPDX-License-Identifier: Apache-2.0
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ImageReport, SigningOptions, StepContext, SummaryDemands, Trust } from '@sluice/core';
import type { Session } from '@sluice/oci';
import type { FlagSpecs, Invocation } from '../command.ts';
import { parseDuration } from '../duration.ts';
import { UsageError } from '../usage-error.ts';
import { stepContext } from './context.ts';
import type { policyFlags } from './policy.ts';
import { passwordSource, signingFlags, signingOptions } from './signing.ts';
import { identityPolicy } from './verification.ts';

/** ec's summaries, which are files. */
const fileFlags = {
  vsa: { type: 'boolean', help: "Write a verification summary in ec's form for each image" },
  'attestation-format': {
    type: 'string',
    options: ['dsse', 'predicate'],
    default: 'dsse',
    help: 'What --vsa writes: signed envelopes (by --vsa-signing-key), or bare predicates',
  },
  'attestation-output-dir': {
    type: 'string',
    value: 'FOLDER',
    help: 'Where --vsa writes them [a new temporary folder]',
  },
  'vsa-upload': {
    type: 'list',
    value: 'local@FOLDER',
    help: 'Where --vsa puts copies of signed envelopes; repeatable',
  },
} as const satisfies FlagSpecs;

/** How verification summaries are signed and kept once images are validated. */
export const attachSummaryFlags = {
  ...fileFlags,
  'vsa-attach': {
    type: 'boolean',
    help: "Sign a verification summary (SLSA's) for each image that passes, and attach it to its digest",
  },
  'vsa-signing-key': {
    type: 'string',
    value: 'FILE',
    help: "Sign summaries with this key instead of the job's identity",
  },
  'verifier-id': {
    type: 'string',
    value: 'URI',
    help: 'Who verifies, as the summary says it [the pipeline that runs]',
  },
  'policy-uri': {
    type: 'string',
    value: 'URI',
    help: 'Where the policy is had from, as the summary says it [what --policy says]',
  },
  'identity-token': signingFlags['identity-token'],
  'oidc-issuer': signingFlags['oidc-issuer'],
  'signing-config': signingFlags['signing-config'],
  'tlog-upload': signingFlags['tlog-upload'],
  'allow-public-log': signingFlags['allow-public-log'],
  layout: signingFlags.layout,
} as const satisfies FlagSpecs;

type AttachInvocation = Invocation<
  typeof attachSummaryFlags & {
    readonly policy: { readonly type: 'string'; readonly help: string };
    readonly 'skip-image-sig-check': { readonly type: 'boolean'; readonly help: string };
  }
>;

/** Refuses before any work what would not be a proof, or says nothing without `--vsa-attach`. */
export function checkAttachFlags({ flags, given }: AttachInvocation): void {
  checkFileFlags(flags, given);
  if (flags['vsa-attach']) {
    if (flags['skip-image-sig-check'])
      throw new UsageError(
        'Either --vsa-attach or --skip-image-sig-check was expected, but found both: a summary says that everything was checked.',
      );
    return;
  }
  const idle = Object.keys(attachSummaryFlags).find((name) => !usedByFiles(name, flags.vsa) && given.has(name));
  if (idle !== undefined) throw new UsageError(`--${idle} is about summaries; it was expected beside --vsa-attach.`);
}

function usedByFiles(name: string, files: boolean): boolean {
  return name === 'vsa-attach' || name in fileFlags || (files && name === 'vsa-signing-key');
}

function checkFileFlags(flags: AttachInvocation['flags'], given: AttachInvocation['given']): void {
  if (!flags.vsa) {
    const idle = Object.keys(fileFlags).find((name) => given.has(name));
    if (idle !== undefined) throw new UsageError(`--${idle} is about summaries; it was expected beside --vsa.`);
    return;
  }
  if (flags['attestation-format'] === 'dsse' && flags['vsa-signing-key'] === undefined)
    throw new UsageError(
      '--vsa-signing-key was expected, to sign what --vsa writes; or say --attestation-format predicate.',
    );
  const other = flags['vsa-upload'].find((place) => !place.startsWith('local@'));
  if (other !== undefined)
    throw new UsageError(
      `--vsa-upload expects local@FOLDER, but found "${other}"; --vsa-attach puts summaries into the registry.`,
    );
}

/** Writes ec's summaries where `--vsa` asks for them. */
export async function writeSummaries(invocation: AttachInvocation, report: ImageReport): Promise<void> {
  const { flags, io, reporter } = invocation;
  if (!flags.vsa) return;
  const { copyFile, mkdir, mkdtemp } = await import('node:fs/promises');
  const { writeSummaryFiles } = await import('@sluice/core');
  const key = flags['attestation-format'] === 'dsse' ? flags['vsa-signing-key'] : undefined;
  const files = await writeSummaryFiles(report, {
    folder: flags['attestation-output-dir'] ?? (await mkdtemp(join(tmpdir(), 'vsa-'))),
    policySource: policyName(flags.policy ?? ''),
    ...(key === undefined ? {} : { key: { reference: key, password: passwordSource(io, key) } }),
  });
  for (const file of files) reporter.log.info(`verification summary ${file}`);
  for (const place of key === undefined ? [] : flags['vsa-upload']) {
    const folder = place.slice('local@'.length);
    await mkdir(folder, { recursive: true });
    for (const file of files) await copyFile(file, join(folder, basename(file)));
  }
}

/** Signs and attaches the summaries of a report, and says where they are. */
export async function attachSummary(
  invocation: AttachInvocation,
  report: ImageReport,
  ctx: StepContext,
  session: Session,
): Promise<void> {
  const { flags, reporter } = invocation;
  if (!flags['vsa-attach']) return;
  const { attachSummaries } = await import('@sluice/core');
  const { openRepository } = await import('@sluice/oci');
  const attached = await attachSummaries(ctx, report, {
    open: (reference) => openRepository(session, reference),
    signing: summarySigning(invocation),
    policyUri: flags['policy-uri'] ?? policyName(flags.policy ?? ''),
    ...(flags['verifier-id'] === undefined ? {} : { verifier: flags['verifier-id'] }),
  });
  for (const { image, report: signed } of attached)
    for (const { where = 'was there before' } of signed.attached)
      reporter.log.info(`${image}: verification summary of policy ${report.policyDigest} ${where}`);
}

function summarySigning({ flags, given, io }: AttachInvocation): SigningOptions {
  const { 'vsa-signing-key': key, ...rest } = flags;
  return signingOptions({
    flags: {
      ...rest,
      key,
      'fulcio-url': undefined,
      'rekor-url': undefined,
      'timestamp-server-url': undefined,
      recursive: false,
      yes: true,
    },
    given,
    io,
  });
}

/** A policy that is written out on the command line has no address. */
function policyName(policy: string): string {
  return /[{\n]/.test(policy) ? 'inline' : policy;
}

/** What a promotion asks of a verification summary. */
export const requireSummaryFlags = {
  'require-vsa': {
    type: 'boolean',
    help: 'Promote by a verification summary that is attached, and by nothing else; --public-key or --certificate-… name who signed it',
  },
  'vsa-policy-digest': {
    type: 'string',
    value: 'DIGEST',
    help: 'The policy that the summary must be about, sha256:… as validation reports it',
  },
  'vsa-expiration': {
    type: 'string',
    value: 'DURATION',
    default: '168h',
    help: 'How old a summary may be, such as 24h or 7d',
  },
  'vsa-verifier': { type: 'string', value: 'URI', help: 'The verifier that the summary must name [who signed it]' },
  'vsa-level': {
    type: 'string',
    value: 'LEVEL',
    help: 'A level that the summary must say, such as SLSA_BUILD_LEVEL_2',
  },
} as const satisfies FlagSpecs;

/** What the summary has to say, by flags. */
export function summaryDemands({ flags }: Invocation<typeof requireSummaryFlags>): SummaryDemands {
  const policyDigest = flags['vsa-policy-digest'];
  if (policyDigest === undefined)
    throw new UsageError(
      '--vsa-policy-digest was expected beside --require-vsa, but is missing: without it a summary of any policy would do.',
    );
  if (!/^sha256:[0-9a-f]{64}$/.test(policyDigest))
    throw new UsageError(`--vsa-policy-digest expects sha256: and 64 digits, but found "${policyDigest}".`);
  return {
    policyDigest,
    maxAgeMs: parseAge('vsa-expiration', flags['vsa-expiration']),
    ...(flags['vsa-verifier'] === undefined ? {} : { verifier: flags['vsa-verifier'] }),
    ...(flags['vsa-level'] === undefined ? {} : { level: flags['vsa-level'] }),
  };
}

const ages: Readonly<Record<string, number>> = { d: 24, w: 7 * 24 };

/** Days (`7d`) and weeks (`1w`) beside what Go knows of durations. */
export function parseAge(flag: string, text: string): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)([dw])$/.exec(text) ?? [];
  const hours = ages[unit];
  return count !== undefined && hours !== undefined ? Number(count) * hours * 3_600_000 : parseDuration(flag, text);
}

/** Who must have signed a summary, by the flags that name a signer beside a policy. */
export async function summaryTrust(invocation: Invocation<typeof policyFlags>): Promise<Trust> {
  const { flags } = invocation;
  const core = await import('@sluice/core');
  const ctx = stepContext(invocation);
  const identity = identityPolicy({ flags: { ...flags, key: undefined } });
  return core.trustFor(ctx, {
    policy: {},
    ...(flags['public-key'] === undefined ? {} : { publicKey: flags['public-key'] }),
    ...(Object.keys(identity).length > 0 ? { identity } : {}),
    ignoreLog: flags['ignore-rekor'],
    trust: core.trustSourceFrom(ctx.env, flags['trusted-root'] ?? ctx.env.SLUICE_TRUSTED_ROOT),
  });
}
