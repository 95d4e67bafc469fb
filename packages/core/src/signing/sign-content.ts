// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { bundleToJSON, toDSSEBundle, toMessageSignatureBundle } from '@sigstore/bundle';
import type { RFC3161SignedTimestamp, TransparencyLogEntry } from '@sigstore/protobuf-specs';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { throwIfAborted } from '../http/retry.ts';
import { inTotoPayloadType, type JsonEnvelope, preAuthEncoding } from '../statement/envelope.ts';
import type { KeyAlgorithm } from './key-algorithm.ts';
import { logToRekorV2 } from './rekor-v2.ts';
import type { SigningSession } from './session.ts';
import { type BundleContent, logToRekorV1, requestTimestamp } from './sigstore-client.ts';

/** What the services testified about a signature. */
export interface Testimony {
  readonly entries: readonly TransparencyLogEntry[];
  readonly timestamps: readonly RFC3161SignedTimestamp[];
}

/** A signed statement: as a Sigstore bundle v0.3 and as the bare DSSE envelope of cosign's tags. */
export interface SignedStatement extends Testimony {
  readonly bundle: Buffer;
  readonly envelope: JsonEnvelope;
}

/** A signed payload that is no statement: cosign's older image signature. */
export interface SignedPayload extends Testimony {
  readonly payload: Buffer;
  readonly signature: Buffer;
}

/** Signs an in-toto statement in a DSSE envelope and has the session's services witness it. */
export async function signStatement(
  ctx: StepContext,
  session: SigningSession,
  statement: Buffer,
): Promise<SignedStatement> {
  const signedBytes = preAuthEncoding(inTotoPayloadType, statement);
  const signature = await session.sign(signedBytes);
  const { verifier } = session;
  const bundle = toDSSEBundle({
    artifact: statement,
    artifactType: inTotoPayloadType,
    signature,
    ...(verifier.kind === 'certificate' ? { certificate: verifier.der } : { keyHint: verifier.hint }),
  });
  // As cosign writes it: the key's hint stands in the material, the envelope's signature names no key.
  for (const one of bundle.content.dsseEnvelope.signatures) one.keyid = '';
  const testimony = await testify(ctx, session, signedBytes, signature, bundle.content);
  bundle.verificationMaterial.tlogEntries = toBundleEntries(testimony.entries);
  bundle.verificationMaterial.timestampVerificationData =
    testimony.timestamps.length === 0 ? undefined : { rfc3161Timestamps: [...testimony.timestamps] };
  return {
    ...testimony,
    bundle: Buffer.from(JSON.stringify(bundleToJSON(bundle))),
    envelope: {
      payload: statement.toString('base64'),
      payloadType: inTotoPayloadType,
      signatures: [{ sig: signature.toString('base64') }],
    },
  };
}

/** Signs bytes as they are and has the session's services witness it. */
export async function signPayload(ctx: StepContext, session: SigningSession, payload: Buffer): Promise<SignedPayload> {
  const { algorithm, services } = session;
  if (algorithm.hash !== 'sha256' && services.logs.some(({ version }) => version === 1)) {
    throw new SluiceError(
      'configuration',
      `A Rekor log of version 1 takes plain signatures over SHA-256 only, and this key (${algorithm.details}) signs otherwise; use --layout referrers, a key on P-256, or --tlog-upload=false.`,
    );
  }
  const signature = await session.sign(payload);
  const digest = createHash('sha256').update(payload).digest();
  const { content } = toMessageSignatureBundle({ digest, signature });
  return { payload, signature, ...(await testify(ctx, session, payload, signature, content)) };
}

/** Asks all services at once; one that fails ends the signature, because half a testimony would verify nowhere. */
async function testify(
  ctx: StepContext,
  session: SigningSession,
  signedBytes: Buffer,
  signature: Buffer,
  content: BundleContent,
): Promise<Testimony> {
  throwIfAborted(ctx, 'the signature');
  const { services, verifier, algorithm, http, retry } = session;
  const entries = services.logs.map(({ url, version }) =>
    version === 1
      ? logToRekorV1(ctx, url, content, verifier.pem, retry)
      : logToRekorV2(http, url, { digest: hashed(signedBytes, algorithm), signature, algorithm, verifier }),
  );
  const timestamps = services.tsaUrls.map((url) => requestTimestamp(ctx, url, content, retry));
  return { entries: await Promise.all(entries), timestamps: await Promise.all(timestamps) };
}

/** The digest that a log entry of version 2 names. */
function hashed(signedBytes: Buffer, { hash, details }: KeyAlgorithm): Buffer {
  if (hash !== undefined) return createHash(hash).update(signedBytes).digest();
  throw new SluiceError(
    'configuration',
    `A Rekor log of version 2 takes signatures over a hash, and this key (${details}) signs without one; use a key on P-256, a log of version 1, or --tlog-upload=false.`,
  );
}

/** A bundle v0.3 demands what both logs give: which log it was, of which kind the entry is, and the proof. */
function toBundleEntries(entries: readonly TransparencyLogEntry[]) {
  return entries.map((entry) => {
    const { logId, kindVersion, inclusionProof } = entry;
    if (logId === undefined || kindVersion === undefined || inclusionProof === undefined) {
      throw new SluiceError(
        'signing',
        'Expected a log entry with its log id, kind and inclusion proof, found one without.',
      );
    }
    return { ...entry, logId, kindVersion, inclusionProof };
  });
}
