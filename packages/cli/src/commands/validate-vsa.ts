// SPDX-License-Identifier: Apache-2.0
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Component, ExpectedSummary, ValidateOptions } from '@sluice/core';
import type { Session } from '@sluice/oci';
import { defineCommand, type FlagSpecs, type Invocation } from '../command.ts';
import { stepContext } from '../options/context.ts';
import {
  clusterFlag,
  loadPolicy,
  policyFlags,
  readCluster,
  sourceFlags,
  sourceOptions,
  validationOptions,
} from '../options/policy.ts';
import { openSession, registryFlags } from '../options/registry.ts';
import { reportFlags } from '../options/report.ts';
import { parseAge } from '../options/summary.ts';
import { type ComponentVerdict, type SummaryTarget, writeVerdicts } from '../options/summary-verdict.ts';
import { identityFlags, identityPolicy, trustFlags } from '../options/verification.ts';
import { UsageError } from '../usage-error.ts';

const { key: _key, ...certificateFlags } = identityFlags;

const flags = {
  vsa: { type: 'string', short: 'v', value: 'IMAGE|FILE', help: 'Whose summary: an image, or a file with the summary' },
  images: { type: 'string', value: 'FILE|TEXT', help: 'Several images: components with containerImage' },
  policy: { type: 'string', short: 'p', value: 'POLICY', help: 'The policy that the summary must be about' },
  'vsa-retrieval': { type: 'list', value: 'file@FOLDER', help: 'Where files with summaries are' },
  'vsa-public-key': { type: 'string', value: 'FILE', help: 'Who must have signed the summary' },
  ...certificateFlags,
  'trusted-root': trustFlags['trusted-root'],
  'vsa-expiration': {
    type: 'string',
    value: 'DURATION',
    default: '168h',
    help: 'How old a summary may be: 24h, 7d, 1w',
  },
  'ignore-signature-verification': {
    type: 'boolean',
    hidden: true,
    help: 'Refused: a summary that nobody signed proves nothing',
  },
  'no-fallback': { type: 'boolean', help: 'Do not validate the image where its summary is not good enough' },
  'fallback-public-key': {
    type: 'string',
    value: 'FILE',
    help: "The key of the image, for validating it where its summary is not good enough; goes before the policy's",
  },
  'effective-time': policyFlags['effective-time'],
  output: { type: 'list', value: 'FORMAT[=FILE]', help: 'text (default), json or yaml; repeatable' },
  'show-successes': { ...reportFlags['show-successes'], help: 'List what passed where an image was validated' },
  'show-warnings': { ...reportFlags['show-warnings'], help: 'List warnings where an image was validated' },
  'show-policy-docs-link': reportFlags['show-policy-docs-link'],
  color: reportFlags.color,
  'no-color': reportFlags['no-color'],
  strict: { type: 'boolean', default: true, help: 'Exit with 1 where a summary is refused' },
  workers: policyFlags.workers,
  ...sourceFlags,
  ...clusterFlag,
  ...registryFlags,
} as const satisfies FlagSpecs;

type VsaInvocation = Invocation<typeof flags>;

export const validateVsa = defineCommand({
  summary: 'Validate verification summaries against a policy',
  arguments: '[IMAGE|FILE]',
  arity: [0, 1],
  description: `Looks for a summary that is attached to the image (or is in a file), signed by whom the flags name, about the policy,
recent, and passed. Where there is none that is good enough, the image itself is validated, unless --no-fallback is
given. Summaries of SLSA are held to the policy's digest, those of ec to what the policy asks for.`,
  examples: [
    'sluice validate vsa registry.example.com/acme/app:main --policy policy.yaml --vsa-public-key gate.pub --no-fallback',
    'sluice validate vsa --images images.yaml --policy policy.yaml --vsa-public-key gate.pub --fallback-public-key build.pub',
  ],
  flags,
  timeout: () => '5m',
  async run(invocation) {
    const core = await import('@sluice/core');
    const targets = refuseUnusable(invocation);
    const identifier = invocation.args[0] ?? invocation.flags.vsa;
    const file = identifier === undefined ? undefined : await existing(identifier, invocation.flags['vsa-retrieval']);
    const { images } = invocation.flags;
    const snapshot =
      file === undefined
        ? await core.readSnapshot({
            ...(images === undefined ? {} : { images }),
            ...(identifier === undefined ? {} : { image: identifier }),
          })
        : undefined;
    const components = snapshot?.components ?? [];
    const session = await openSession(
      invocation,
      components.map(({ containerImage }) => containerImage),
    );
    const expected = await expectedSummary(invocation, session);
    const verdicts: ComponentVerdict[] = [];
    if (file !== undefined) verdicts.push(await fileVerdict(invocation, file, expected));
    for (const component of components) verdicts.push(await componentVerdict(invocation, component, session, expected));
    const success = verdicts.length > 0 && verdicts.every((verdict) => verdict.success);
    await writeVerdicts(invocation, targets, verdicts, success);
    return success || !invocation.flags.strict ? 0 : 1;
  },
});

/** Everything that is wrong with the flags, before any work. */
function refuseUnusable({ flags: given, args }: VsaInvocation): readonly SummaryTarget[] {
  const identifier = args[0] ?? given.vsa;
  if (given['ignore-signature-verification'])
    throw new UsageError(
      '--ignore-signature-verification is not possible: anybody could write a summary that nobody signed. Name who signs it.',
    );
  if (identifier === undefined && given.images === undefined)
    throw new UsageError('An image or a file was expected, but none is given; name it, or several with --images.');
  if (identifier !== undefined && given.images !== undefined)
    throw new UsageError('Either an image or --images was expected, but found both; leave one out.');
  if (given.policy === undefined)
    throw new UsageError('A policy was expected, but none is given; name it with --policy.');
  if (given['effective-time'] !== 'now')
    throw new UsageError('--effective-time has to be now here: whether a summary is recent depends on the clock.');
  const other = given['vsa-retrieval'].find((place) => !place.startsWith('file@'));
  if (other !== undefined)
    throw new UsageError(
      `--vsa-retrieval expects file@FOLDER, but found "${other}"; summaries that are attached to the image are found by themselves.`,
    );
  const outputs = given.output.length > 0 ? given.output : ['text'];
  return outputs.map((text) => {
    const [format = '', path] = text.split('=', 2);
    if (!['text', 'json', 'yaml'].includes(format))
      throw new UsageError(`--output expects text, json or yaml, but found "${format}".`);
    return { format, ...(path ? { path } : {}) };
  });
}

/** The file that an identifier names, also in the folders of `--vsa-retrieval`; undefined where it names an image. */
async function existing(identifier: string, retrieval: readonly string[]): Promise<string | undefined> {
  const folders = retrieval.map((place) => place.slice('file@'.length));
  for (const file of [identifier, ...folders.map((folder) => join(folder, identifier))]) {
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile()) return file;
  }
  return undefined;
}

async function expectedSummary(invocation: VsaInvocation, session: Session): Promise<ExpectedSummary> {
  const { flags: given } = invocation;
  const core = await import('@sluice/core');
  const ctx = stepContext(invocation);
  const sources = await sourceOptions(invocation, session);
  const policy = await loadPolicy(given.policy ?? '{}', ctx, sources, await readCluster(invocation));
  const identity = identityPolicy({ flags: { ...given, key: undefined } });
  const key = given['vsa-public-key'];
  const imageKey = given['fallback-public-key'];
  const applied = imageKey === undefined ? policy : { ...policy, publicKey: imageKey };
  return {
    // A key vouches by itself, as in ec; an identity needs the log's proof of when it signed.
    trust: await core.trustFor(ctx, {
      policy: {},
      ...(key === undefined ? {} : { publicKey: key }),
      ...(Object.keys(identity).length > 0 ? { identity } : {}),
      ignoreLog: key !== undefined,
      trust: core.trustSourceFrom(ctx.env, given['trusted-root'] ?? ctx.env.SLUICE_TRUSTED_ROOT),
    }),
    maxAgeMs: parseAge('vsa-expiration', given['vsa-expiration']),
    policy,
    policyDigest: await core.fetchPolicyDigest(ctx, applied, await core.openSources(ctx, sources)),
  };
}

async function fileVerdict(
  invocation: VsaInvocation,
  file: string,
  expected: ExpectedSummary,
): Promise<ComponentVerdict> {
  if (!invocation.flags['no-fallback'])
    throw new UsageError('A summary in a file names no image that could be validated instead; say --no-fallback.');
  const { readFile } = await import('node:fs/promises');
  const { validateSummaryFile } = await import('@sluice/core');
  const summary = await validateSummaryFile(stepContext(invocation), await readFile(file), file, expected);
  return { name: '', image: file, success: summary.passed, summary };
}

async function componentVerdict(
  invocation: VsaInvocation,
  component: Component,
  session: Session,
  expected: ExpectedSummary,
): Promise<ComponentVerdict> {
  const core = await import('@sluice/core');
  const { openRepository, parseReference } = await import('@sluice/oci');
  const { digest, tag, ...place } = parseReference(component.containerImage);
  const repository = openRepository(session, place);
  const found = await repository.resolve(digest ?? tag ?? 'latest');
  const summary = await core.validateAttachedSummary(stepContext(invocation), repository, found.digest, expected);
  const image = `${repository.name}@${found.digest}`;
  const known = { name: component.name, image, summary };
  if (summary.passed || invocation.flags['no-fallback']) return { ...known, success: summary.passed };
  const report = await core.validate(stepContext(invocation), {
    ...(await fallbackOptions(invocation, session)),
    snapshot: { application: '', components: [{ ...component, containerImage: image }] },
    open: (reference) => openRepository(session, reference),
  });
  const [fallback] = report.components;
  return { ...known, success: report.success, ...(fallback === undefined ? {} : { fallback }) };
}

function fallbackOptions(
  invocation: VsaInvocation,
  session: Session,
): Promise<Omit<ValidateOptions, 'snapshot' | 'open'>> {
  const { flags: given } = invocation;
  const image = {
    policy: given.policy,
    'public-key': given['fallback-public-key'],
    'certificate-identity': undefined,
    'certificate-identity-regexp': undefined,
    'certificate-oidc-issuer': undefined,
    'certificate-oidc-issuer-regexp': undefined,
    'certificate-extension': [],
    'trusted-root': given['trusted-root'],
    'rekor-url': undefined,
    'ignore-rekor': true,
    'skip-image-sig-check': false,
    'effective-time': 'now',
    'allow-past-effective-time': false,
    'extra-rule-data': [],
    'filter-type': 'include-exclude',
    locked: given.locked,
    'lock-file': given['lock-file'],
    kubeconfig: given.kubeconfig,
    workers: given.workers,
  } as const;
  return validationOptions({ ...invocation, flags: image }, stepContext(invocation), session);
}
