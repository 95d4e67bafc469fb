// SPDX-License-Identifier: Apache-2.0
import { readFile, stat } from 'node:fs/promises';
import type { ProvedAttestation, ProvedSignature, SluiceError, Trust, VerifiedEvidence } from '@sluice/core';
import type { Digest } from '@sluice/oci';
import type { FlagSpecs, Invocation } from '../command.ts';
import { UsageError } from '../usage-error.ts';
import { stepContext } from './context.ts';
import { type localImageFlag, openImage, type registryFlags, trustAuthorities } from './registry.ts';
import { openTrust, type verificationFlags } from './verification.ts';

export const bundleFlag = {
  bundle: { type: 'string', value: 'FILE', help: 'Verify this Sigstore bundle; IMAGE may then be a bare sha256:…' },
} as const satisfies FlagSpecs;

type VerifyInvocation = Invocation<
  typeof verificationFlags & typeof registryFlags & typeof localImageFlag & typeof bundleFlag
>;

/** What was asked about, and what of its evidence holds: at least one piece of the kind that was asked for. */
export interface VerifiedSubject {
  readonly name: string;
  readonly digest: Digest;
  readonly evidence: VerifiedEvidence;
}

const MAX_BUNDLE_BYTES = 64 * 1024 * 1024;

/** Verifies an image's evidence, or one bundle from disk; throws `unproved` where nothing of that kind holds. */
export async function verifySubject(
  invocation: VerifyInvocation,
  kind: 'signature' | 'attestation',
): Promise<VerifiedSubject> {
  await trustAuthorities(invocation);
  const trust = await openTrust(invocation);
  if (invocation.flags.bundle !== undefined) return verifyFromBundle(invocation, invocation.flags.bundle, trust, kind);
  const { discoverEvidence, verifyEvidence } = await import('@sluice/core');
  const image = await openImage(invocation, invocation.args[0] ?? '');
  const found = await discoverEvidence(image.repository, image.descriptor.digest, { only: kind });
  // What is of the other kind can neither pass nor explain why nothing passes.
  const items = found.items.filter((item) => item.kind === kind);
  const evidence = await verifyEvidence({ ...found, items }, trust, stepContext(invocation).now());
  if ((kind === 'signature' ? evidence.signatures : evidence.attestations).length === 0) {
    throw await refuse(whyNothingHolds(image.name, kind, evidence));
  }
  return { name: image.name, digest: image.descriptor.digest, evidence };
}

async function verifyFromBundle(
  invocation: VerifyInvocation,
  file: string,
  trust: Trust,
  kind: 'signature' | 'attestation',
): Promise<VerifiedSubject> {
  const { size } = await stat(file);
  if (size > MAX_BUNDLE_BYTES) {
    throw new UsageError(`A bundle of at most ${MAX_BUNDLE_BYTES} bytes was expected in ${file}, but it has ${size}.`);
  }
  const [bytes, { digest, name }] = await Promise.all([readFile(file), bundleSubject(invocation)]);
  const { verifyBundle } = await import('@sluice/core');
  const proved = await verifyBundle(bytes, file, digest, trust, stepContext(invocation).now());
  if (proved.kind !== kind) {
    throw await refuse(`${file} was expected to hold ${article(kind)}, but it holds ${article(proved.kind)}.`);
  }
  const empty: VerifiedEvidence = { signatures: [], attestations: [], unproved: [] };
  const evidence =
    proved.kind === 'signature' ? { ...empty, signatures: [proved] } : { ...empty, attestations: [proved] };
  return { name, digest, evidence };
}

async function bundleSubject(invocation: VerifyInvocation): Promise<{ digest: Digest; name: string }> {
  const text = invocation.args[0] ?? '';
  const { isDigest } = await import('@sluice/oci');
  if (isDigest(text)) return { digest: text, name: text };
  const { descriptor, name } = await openImage(invocation, text);
  return { digest: descriptor.digest, name };
}

function whyNothingHolds(name: string, kind: 'signature' | 'attestation', evidence: VerifiedEvidence): string {
  const reasons = [...new Set(evidence.unproved.map((one) => one.reason))];
  if (reasons.length > 0) return `No ${kind} of ${name} holds: ${reasons.join('; ')}`;
  const signedNot = kind === 'signature' ? ' An attestation is not a signature.' : '';
  return `${article(kind, true)} was expected for ${name}, but there is none; "sluice secure" makes both.${signedNot}`;
}

function article(kind: 'signature' | 'attestation', capital = false): string {
  const text = kind === 'signature' ? 'a signature' : 'an attestation';
  return capital ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** Says for a person who signed what holds; the payloads go to standard output. */
export function sayProved(
  { reporter }: Pick<VerifyInvocation, 'reporter'>,
  name: string,
  proved: readonly (ProvedSignature | ProvedAttestation)[],
): void {
  for (const { kind, signers } of proved) {
    for (const { certificate, keyid, logEntries } of signers) {
      const who = certificate
        ? `${certificate.identity.subjects.join(', ')} (${certificate.identity.issuer})`
        : `key ${keyid}`;
      const log = logEntries.map((entry) => `, log ${entry.logIndex}`).join('');
      reporter.log.info(`${name}: ${kind} by ${who}${log}`);
    }
  }
}

export async function refuse(sentence: string): Promise<SluiceError> {
  const { SluiceError: CoreError } = await import('@sluice/core');
  return new CoreError('unproved', sentence);
}
