// SPDX-License-Identifier: Apache-2.0
import { TransparencyLogEntry } from '@sigstore/protobuf-specs';
import { SluiceError } from '../error.ts';
import type { HttpClient } from '../http/http-client.ts';
import type { KeyAlgorithm } from './key-algorithm.ts';

/** What a log entry is about: the digest of the signed bytes, their signature, and who signed. */
export interface HashedEntry {
  readonly digest: Buffer;
  readonly signature: Buffer;
  readonly algorithm: KeyAlgorithm;
  readonly verifier:
    | { readonly kind: 'certificate'; readonly der: Buffer }
    | { readonly kind: 'publicKey'; readonly der: Buffer };
}

/**
 * Writes a `hashedrekord` 0.0.2 entry to a Rekor log of version 2 (sigstore/rekor-tiles, CreateEntryRequest).
 * `@sigstore/sign` writes `dsse` 0.0.2 for envelopes, which cosign refuses, and knows no keys here; so this is ours.
 */
export async function logToRekorV2(http: HttpClient, url: string, entry: HashedEntry): Promise<TransparencyLogEntry> {
  const answer = await http.request('Rekor', `${url}/api/v2/log/entries`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ hashedRekordRequestV002: requestBody(entry) }),
  });
  if (answer.status !== 200 && answer.status !== 201) throw refused(url, answer.status, answer.body);
  const logged = parseEntry(answer.body);
  if (logged?.logId !== undefined && logged.kindVersion !== undefined && logged.inclusionProof !== undefined)
    return logged;
  throw new SluiceError('signing', `Expected a log entry with its proof from Rekor at ${url}, found something else.`);
}

function requestBody({ digest, signature, algorithm, verifier }: HashedEntry) {
  const rawBytes = verifier.der.toString('base64');
  return {
    digest: digest.toString('base64'),
    signature: {
      content: signature.toString('base64'),
      verifier: {
        ...(verifier.kind === 'certificate' ? { x509Certificate: { rawBytes } } : { publicKey: { rawBytes } }),
        keyDetails: algorithm.details,
      },
    },
  };
}

function parseEntry(body: Buffer): TransparencyLogEntry | undefined {
  try {
    return TransparencyLogEntry.fromJSON(JSON.parse(body.toString('utf8')));
  } catch {
    return undefined;
  }
}

function refused(url: string, status: number, body: Buffer): SluiceError {
  const code = status === 408 || status === 429 || status >= 500 ? 'unreachable' : 'signing';
  return new SluiceError(code, `Rekor at ${url} answered ${status}: ${body.toString('utf8').slice(0, 200).trim()}.`);
}
