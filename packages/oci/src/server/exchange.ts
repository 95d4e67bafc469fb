// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Digest } from '../descriptor.ts';
import { isDigest } from '../digest.ts';
import { RegistryFault } from './fault.ts';
import type { RegistryStorage } from './storage.ts';
import type { UploadSessions } from './upload-sessions.ts';

/** What every endpoint of the server works with. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly storage: RegistryStorage;
  readonly uploads: UploadSessions;
  readonly settings: RegistrySettings;
  /** Runs work that reads and then writes the same links, one at a time for each key. */
  readonly exclusively: <T>(key: string, work: () => Promise<T>) => Promise<T>;
}

export interface RegistrySettings {
  readonly referrersApi: boolean;
  readonly manifestBytes: number;
  /** Entries in one page of tags or referrers where the client asks for no other number. */
  readonly pageSize: number;
}

export function answer(
  exchange: Exchange,
  status: number,
  headers: OutgoingHttpHeaders = {},
  body?: string | Uint8Array,
): void {
  const { request, response } = exchange;
  const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
  const empty = body === undefined && status !== 204 && !('Content-Length' in headers) ? { 'Content-Length': 0 } : {};
  response.writeHead(status, { ...empty, ...length, ...headers });
  response.end(request.method === 'HEAD' ? undefined : body);
}

export function answerJson(exchange: Exchange, headers: OutgoingHttpHeaders, body: unknown): void {
  answer(exchange, 200, { 'Content-Type': 'application/json', ...headers }, JSON.stringify(body));
}

export function digestFrom(text: string): Digest {
  if (isDigest(text)) return text;
  throw new RegistryFault(400, 'DIGEST_INVALID', 'a digest is sha256 or sha512 with all its hexadecimal digits');
}

/** The whole body of a request, refused beyond `limit` bytes before it is read where its length is declared. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Uint8Array> {
  const tooLarge = () => new RegistryFault(413, 'SIZE_INVALID', `the body may have at most ${limit} bytes`);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > limit) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts);
}
