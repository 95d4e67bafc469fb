// SPDX-License-Identifier: Apache-2.0
import type { DoctorFinding } from '@sluice/core';
import type { RequestRecord } from '@sluice/oci';
import { defineCommand, type Invocation } from '../command.ts';
import { stepContext } from '../options/context.ts';
import { openSession, registryFlags } from '../options/registry.ts';
import { serviceOptions, signingFlags } from '../options/signing.ts';
import { trustFlags } from '../options/verification.ts';
import { clean } from '../terminal/clean.ts';
import { painter } from '../terminal/style.ts';

const flags = {
  'oidc-issuer': signingFlags['oidc-issuer'],
  'signing-config': signingFlags['signing-config'],
  'fulcio-url': signingFlags['fulcio-url'],
  'rekor-url': signingFlags['rekor-url'],
  'timestamp-server-url': signingFlags['timestamp-server-url'],
  'trusted-root': trustFlags['trusted-root'],
  ...registryFlags,
  json: { type: 'boolean', help: 'Print the findings as JSON' },
} as const;

export const doctor = defineCommand({
  summary: 'Say whether this job could sign, push and verify, and what to change',
  arguments: '[IMAGE]',
  arity: [0, 1],
  description: `Looks at the job's OIDC token and what Fulcio will make of it, at permissions, the registry of the image (login, push
right, referrers), Fulcio, Rekor, timestamp authority and TUF, proxy, clock and sizes. Writes nothing but one small blob
that nothing refers to. Exits with 1 where something would stop the flow.`,
  examples: ['sluice doctor', 'sluice doctor ghcr.io/acme/app:main'],
  flags,
  async run(invocation) {
    const { flags: given, io } = invocation;
    const core = await import('@sluice/core');
    const ctx = stepContext(invocation);
    const issuer = given['oidc-issuer'] ?? io.env.SLUICE_OIDC_ISSUER;
    const findings = await core.examine(ctx, {
      ...(await registryExam(invocation)),
      ...(issuer ? { oidcIssuer: issuer } : {}),
      services: serviceOptions({ ...given, key: undefined, 'tlog-upload': true }, false, io),
      trust: core.trustSourceFrom(ctx.env, given['trusted-root'] ?? ctx.env.SLUICE_TRUSTED_ROOT),
    });
    if (given.json) io.stdout.write(`${JSON.stringify({ findings })}\n`);
    else io.stdout.write(`${findings.flatMap((finding) => lines(invocation, finding)).join('\n')}\n`);
    return findings.some(({ level }) => level === 'problem') ? 1 : 0;
  },
});

async function registryExam(invocation: Invocation<typeof flags>) {
  const [image] = invocation.args;
  if (image === undefined) return {};
  const { openRepository, parseReference } = await import('@sluice/oci');
  const reference = parseReference(image);
  const requests: RequestRecord[] = [];
  const session = await openSession(invocation, [image], (request) => requests.push(request));
  const version = reference.digest ?? reference.tag ?? 'latest';
  return { registry: { repository: openRepository(session, reference), requests, version } };
}

const signs = { ok: '✓', note: '·', warning: '!', problem: '✗' } as const;
const colours = { ok: 'green', note: 'dim', warning: 'yellow', problem: 'red' } as const;

function lines({ io }: Invocation<typeof flags>, { check, level, message, fix }: DoctorFinding): readonly string[] {
  const paint = painter(io, io.stdout);
  const first = `${paint(colours[level], signs[level])} ${check.padEnd(12)} ${clean(message)}`;
  return fix === undefined ? [first] : [first, `  ${''.padEnd(12)} to fix: ${clean(fix)}`];
}
