// SPDX-License-Identifier: Apache-2.0
import type { SecureReport, ServiceOptions, SigningOptions } from '@sluice/core';
import type { FlagSpecs, Invocation } from '../command.ts';
import type { Io } from '../io.ts';
import { UsageError } from '../usage-error.ts';

/** How something is signed, spelled as cosign spells it. */
export const signingFlags = {
  key: {
    type: 'string',
    value: 'FILE',
    help: "Sign with this key (cosign's encrypted file or PEM) instead of the job's identity",
  },
  'identity-token': {
    type: 'string',
    value: 'TOKEN|FILE',
    help: 'The OIDC token, or a file with it [SIGSTORE_ID_TOKEN, or asked of GitHub]',
  },
  'oidc-issuer': { type: 'string', value: 'URL', help: "Take tokens of this issuer only [the CI server's own]" },
  'signing-config': {
    type: 'string',
    value: 'FILE',
    help: "Sigstore's signing_config.json: which services sign [SLUICE_SIGNING_CONFIG, else TUF]",
  },
  'fulcio-url': { type: 'string', value: 'URL', help: 'Fulcio, instead of a signing config' },
  'rekor-url': { type: 'string', value: 'URL', help: 'Rekor, instead of a signing config' },
  'timestamp-server-url': {
    type: 'string',
    value: 'URL',
    help: 'RFC 3161 timestamp authority, instead of a signing config',
  },
  'tlog-upload': {
    type: 'boolean',
    default: true,
    help: 'Write to the transparency log; =false for keys without a log',
  },
  'allow-public-log': { type: 'boolean', help: 'Write a private source repository to a public log all the same' },
  layout: {
    type: 'string',
    options: ['referrers', 'tags', 'both'],
    default: 'referrers',
    help: "Where it is stored: OCI referrers, or cosign's sha256-….sig and .att tags",
  },
  recursive: { type: 'boolean', short: 'r', help: "For an index: its platforms' images too" },
  yes: { type: 'boolean', short: 'y', hidden: true, help: 'Read and ignored: nothing is asked' },
} as const satisfies FlagSpecs;

type SigningInvocation = Invocation<typeof signingFlags>;

export function signingOptions({
  flags,
  given,
  io,
}: Pick<SigningInvocation, 'flags' | 'given' | 'io'>): SigningOptions {
  const token = flags['identity-token'];
  const issuer = flags['oidc-issuer'] ?? io.env.SLUICE_OIDC_ISSUER;
  return {
    signer:
      flags.key === undefined
        ? { kind: 'keyless' }
        : { kind: 'key', reference: flags.key, password: passwordSource(io, flags.key) },
    ci: { ...(token ? { identityToken: token } : {}), ...(issuer ? { oidcIssuer: issuer } : {}) },
    services: serviceOptions(flags, given.has('tlog-upload'), io),
    allowPublicLog: flags['allow-public-log'],
    layout: flags.layout,
  };
}

/** The services that the flags name; the environment's signing config counts only where no flag names any. */
export function serviceOptions(
  flags: Pick<
    SigningInvocation['flags'],
    'fulcio-url' | 'rekor-url' | 'timestamp-server-url' | 'signing-config' | 'key' | 'tlog-upload'
  >,
  tlogGiven: boolean,
  io: Io,
): ServiceOptions {
  const fulcioUrl = flags['fulcio-url'];
  const rekorUrl = flags['rekor-url'];
  const tsaUrl = flags['timestamp-server-url'];
  const named = fulcioUrl !== undefined || rekorUrl !== undefined || tsaUrl !== undefined;
  const signingConfig = flags['signing-config'] ?? (named ? undefined : io.env.SLUICE_SIGNING_CONFIG);
  const offlineKey = flags.key !== undefined && !flags['tlog-upload'] && flags['signing-config'] === undefined;
  return {
    ...(signingConfig && !offlineKey ? { signingConfig } : {}),
    ...(fulcioUrl ? { fulcioUrl } : {}),
    ...(rekorUrl ? { rekorUrl } : {}),
    ...(tsaUrl ? { tsaUrls: [tsaUrl] } : {}),
    ...(tlogGiven ? { tlogUpload: flags['tlog-upload'] } : {}),
  };
}

/** The password of a key: `COSIGN_PASSWORD`, or asked of the person at the terminal. */
export function passwordSource(io: Io, what: string): () => Promise<string> {
  return async () => {
    const { passwordFrom } = await import('@sluice/core');
    return passwordFrom(io.env, () => askPassword(io, what))();
  };
}

async function askPassword({ askSecret }: Io, what: string): Promise<string> {
  if (askSecret) return askSecret(`Password for ${what}: `);
  throw new UsageError(
    `The password of ${what} was expected in COSIGN_PASSWORD, and there is no terminal to ask for it.`,
  );
}

/** What was attached, in lines for people or as one document for machines. */
export function reportAttached(
  invocation: Pick<SigningInvocation, 'io'>,
  name: string,
  report: SecureReport,
  json: boolean,
): void {
  const { io } = invocation;
  if (json) {
    const { signer, attached, alreadyThere, digest, provenance } = report;
    io.stdout.write(`${JSON.stringify({ image: name, digest, signer, attached, alreadyThere, provenance })}\n`);
    return;
  }
  const lines = [name];
  for (const piece of [...report.attached, ...report.alreadyThere]) {
    const log = piece.logEntries.map(({ index, url }) => `  log ${index} (${url})`).join('');
    const where = piece.where === undefined ? 'already there' : `${piece.layout} ${piece.where.split('@')[1] ?? ''}`;
    lines.push(`  ${piece.kind.padEnd(12)} ${piece.predicateType ?? ''}`.trimEnd(), `               ${where}${log}`);
  }
  if (report.signer) lines.push(`  signed by    ${signerName(report.signer)}`);
  io.stdout.write(`${lines.join('\n')}\n`);
}

function signerName(signer: NonNullable<SecureReport['signer']>): string {
  return signer.kind === 'key' ? `key ${signer.hint}` : `${signer.subject} (${signer.issuer})`;
}
