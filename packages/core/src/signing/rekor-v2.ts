// SPDX-License-Identifier: Apache-2.0
import { readLogEntry } from '../evidence/bundle.ts';
import type { LogEntry } from '../evidence/evidence.ts';
import type { HttpClient } from '../http/http-client.ts';
import { type LogRequest, loggedDigest } from './log-request.ts';
import { askService, jsonHeaders, parseAnswer, unexpected } from './sigstore-request.ts';

/**
 * Writes an entry to a Rekor log of version 2 (sigstore/rekor-tiles, CreateEntryRequest). It is a `hashedrekord` 0.0.2 for
 * envelopes too, over their encoded bytes: cosign refuses the `dsse` 0.0.2 that the log would also take.
 */
export async function logToRekorV2(http: HttpClient, url: string, request: LogRequest): Promise<LogEntry> {
  const service = { name: 'Rekor', url };
  const { signature, algorithm, verifier } = request;
  const rawBytes = verifier.der.toString('base64');
  const body = JSON.stringify({
    hashedRekordRequestV002: {
      digest: loggedDigest(request).digest.toString('base64'),
      signature: {
        content: signature.toString('base64'),
        verifier: {
          ...(verifier.kind === 'certificate' ? { x509Certificate: { rawBytes } } : { publicKey: { rawBytes } }),
          keyDetails: algorithm.details,
        },
      },
    },
  });
  const post = { method: 'POST', headers: jsonHeaders, body } as const;
  const answer = await askService(http, service, '/api/v2/log/entries', post, [200, 201]);
  const value = parseAnswer(service, answer.body);
  try {
    return readLogEntry(value, 'entry', '0.3');
  } catch {
    throw unexpected(service);
  }
}
