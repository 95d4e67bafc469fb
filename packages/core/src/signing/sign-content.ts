// SPDX-License-Identifier: Apache-2.0
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { LogEntry } from '../evidence/evidence.ts';
import { writeBundle } from '../evidence/write-bundle.ts';
import { throwIfAborted } from '../http/retry.ts';
import { inTotoPayloadType, type JsonEnvelope, preAuthEncoding } from '../statement/envelope.ts';
import type { LogRequest } from './log-request.ts';
import { logToRekorV1 } from './rekor-v1.ts';
import { logToRekorV2 } from './rekor-v2.ts';
import type { SigningSession } from './session.ts';
import { requestTimestamp } from './timestamp-authority.ts';

/** What the services testified about a signature. */
export interface Testimony {
  readonly entries: readonly LogEntry[];
  /** RFC 3161 responses, DER. */
  readonly timestamps: readonly Buffer[];
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
  // As cosign writes it: the signature names no key, the hint stands in the bundle's material.
  const envelope: JsonEnvelope = {
    payload: statement.toString('base64'),
    payloadType: inTotoPayloadType,
    signatures: [{ sig: signature.toString('base64') }],
  };
  const testimony = await testify(ctx, session, { ...who(session), signedBytes, signature, envelope });
  const { verifier } = session;
  const signer = verifier.kind === 'certificate' ? { certificate: verifier.der } : { keyHint: verifier.hint };
  return { ...testimony, envelope, bundle: writeBundle({ ...testimony, envelope, signer }) };
}

/** Signs bytes as they are and has the session's services witness it. */
export async function signPayload(ctx: StepContext, session: SigningSession, payload: Buffer): Promise<SignedPayload> {
  const signature = await session.sign(payload);
  return { payload, signature, ...(await testify(ctx, session, { ...who(session), signedBytes: payload, signature })) };
}

function who({ algorithm, verifier }: SigningSession): Pick<LogRequest, 'algorithm' | 'verifier'> {
  return { algorithm, verifier };
}

/** Asks all services at once; one that fails ends the signature, because half a testimony would verify nowhere. */
async function testify(ctx: StepContext, session: SigningSession, request: LogRequest): Promise<Testimony> {
  throwIfAborted(ctx, 'the signature');
  const { services, http } = session;
  const [entries, timestamps] = await Promise.all([
    Promise.all(
      services.logs.map(({ url, version }) => (version === 1 ? logToRekorV1 : logToRekorV2)(http, url, request)),
    ),
    Promise.all(services.tsaUrls.map((url) => requestTimestamp(http, url, request.signature))),
  ]);
  for (const entry of entries) refuseForeignEntry(entry, request);
  return { entries, timestamps };
}

/** An entry for another signature would make this one unverifiable; every kind of entry holds the signature as base64. */
function refuseForeignEntry(entry: LogEntry, { signature }: LogRequest): void {
  if (Buffer.from(entry.body).includes(signature.toString('base64'))) return;
  throw new SluiceError(
    'signing',
    `Expected a log entry for the signature that was sent, found entry ${entry.logIndex}, which is for another; nothing was attached.`,
  );
}
