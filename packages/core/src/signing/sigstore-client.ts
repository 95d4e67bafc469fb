// SPDX-License-Identifier: Apache-2.0
import type { Bundle } from '@sigstore/bundle';
import type { RFC3161SignedTimestamp, TransparencyLogEntry } from '@sigstore/protobuf-specs';
import type { IdentityToken } from '../ci/identity-token.ts';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { describe } from '../http/http-client.ts';
import { defaultRetryPolicy, type Failure, isRetryableStatus, type RetryPolicy, withRetries } from '../http/retry.ts';

export type BundleContent = Bundle['content'];

/** One request to a Sigstore service, with this project's retries and errors around Sigstore's own client. */
async function ask<T>(
  ctx: StepContext,
  service: string,
  url: string,
  retry: RetryPolicy | undefined,
  send: () => Promise<T>,
): Promise<T> {
  try {
    return await withRetries(ctx, service, retry ?? defaultRetryPolicy, send, judge);
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    const { status, reason } = readFailure(error);
    if (status === undefined || isRetryableStatus(status)) {
      throw new SluiceError(
        'unreachable',
        `${service} at ${url} could not be used (${reason}); nothing was attached, run the command again.`,
      );
    }
    throw new SluiceError('signing', `${service} at ${url} refused the request: ${reason}.`);
  }
}

/** Requests a certificate for a key that signs `proof`; only the leaf is returned, PEM. */
export async function requestCertificate(
  ctx: StepContext,
  url: string,
  token: IdentityToken,
  key: { readonly publicKeyPem: string; readonly sign: (data: Uint8Array) => Promise<Buffer> },
  retry?: RetryPolicy,
): Promise<string> {
  const { FulcioSigner } = await import('@sigstore/sign');
  const signer = new FulcioSigner({
    fulcioBaseURL: url,
    identityProvider: { getToken: async () => token.reveal() },
    keyHolder: {
      sign: async (data) => ({
        signature: await key.sign(data),
        key: { $case: 'publicKey', publicKey: key.publicKeyPem },
      }),
    },
    timeout: requestTimeoutMs,
    retry: 0,
  });
  // The client couples certificate and signature; nothing is signed here, the certificate is kept for all that follows.
  const answer = await ask(ctx, 'Fulcio', url, retry, () => signer.sign(Buffer.alloc(0)));
  if (answer.key.$case === 'x509Certificate') return answer.key.certificate;
  throw new SluiceError('signing', `Expected a certificate from Fulcio at ${url}, found a bare key.`);
}

/** Writes an entry to a Rekor log of version 1. */
export async function logToRekorV1(
  ctx: StepContext,
  url: string,
  content: BundleContent,
  verifierPem: string,
  retry?: RetryPolicy,
): Promise<TransparencyLogEntry> {
  const { RekorWitness } = await import('@sigstore/sign');
  const witness = new RekorWitness({
    rekorBaseURL: url,
    majorApiVersion: 1,
    entryType: 'dsse',
    timeout: requestTimeoutMs,
    retry: 0,
  });
  const { tlogEntries } = await ask(ctx, 'Rekor', url, retry, () => witness.testify(content, verifierPem));
  const entry = tlogEntries[0];
  if (entry === undefined) throw new SluiceError('signing', `Expected a log entry from Rekor at ${url}, found none.`);
  return entry;
}

/** Has a timestamp authority vouch for the time of a signature (RFC 3161). */
export async function requestTimestamp(
  ctx: StepContext,
  url: string,
  content: BundleContent,
  retry?: RetryPolicy,
): Promise<RFC3161SignedTimestamp> {
  const { TSAWitness } = await import('@sigstore/sign');
  const witness = new TSAWitness({ tsaBaseURL: url, timeout: requestTimeoutMs, retry: 0 });
  const { rfc3161Timestamps } = await ask(ctx, 'The timestamp authority', url, retry, () => witness.testify(content));
  const timestamp = rfc3161Timestamps[0];
  if (timestamp === undefined) throw new SluiceError('signing', `Expected a timestamp from ${url}, found none.`);
  return timestamp;
}

const requestTimeoutMs = 20_000;

function judge(error: unknown): Failure {
  const { status, reason } = readFailure(error);
  return { retryable: status === undefined || isRetryableStatus(status), reason };
}

/** Sigstore's client wraps what happened as a cause; an HTTP answer has a `statusCode`. Tokens are cut out of the text. */
function readFailure(error: unknown): { status?: number; reason: string } {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const status: unknown = cause instanceof Error ? Reflect.get(cause, 'statusCode') : undefined;
  const reason = withoutTokens(describe(cause));
  return typeof status === 'number' ? { status, reason } : { reason };
}

function withoutTokens(text: string): string {
  return text.replaceAll(/eyJ[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)*/g, '(token)').slice(0, 400);
}
