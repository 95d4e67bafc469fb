// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { RFC3161Timestamp } from '@sigstore/core';
import type { HttpClient } from '../http/http-client.ts';
import { askService, unexpected } from './sigstore-request.ts';

/** TimeStampReq of version 1 with a SHA-256 imprint (RFC 3161, section 2.4.1): all but the digest is constant. */
const requestPrefix = Buffer.from('30360201013031300d060960864801650304020105000420', 'hex');
const sigstorePath = '/api/v1/timestamp';

/**
 * Has a timestamp authority vouch for the time of a signature; the response is DER. `url` is the full address, or the
 * host of a Sigstore authority. No nonce is needed: the signature that is stamped was made a moment ago.
 */
export async function requestTimestamp(http: HttpClient, url: string, signature: Buffer): Promise<Buffer> {
  const service = { name: 'The timestamp authority', url };
  const path = URL.parse(url)?.pathname === '/' ? sigstorePath : '';
  const digest = createHash('sha256').update(signature).digest();
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
    body: Buffer.concat([requestPrefix, digest]),
  } as const;
  const { body } = await askService(http, service, path, request, [200, 201]);
  if (!stamps(body, digest)) throw unexpected(service);
  return body;
}

/** Whether the response is granted and about this digest; who signed it is the verifier's question. */
function stamps(response: Buffer, digest: Buffer): boolean {
  try {
    return RFC3161Timestamp.parse(Buffer.from(response)).tstInfo.messageImprintHashedMessage.equals(digest);
  } catch {
    return false;
  }
}
