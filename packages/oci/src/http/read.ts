// SPDX-License-Identifier: Apache-2.0
import { OciError } from '../error.ts';
import { redactUrl } from './address.ts';
import { unreachable } from './failure.ts';
import type { WireResponse } from './wire.ts';

export interface ReadLimits {
  readonly bytes: number;
  readonly ms: number;
}

/**
 * The whole body of an answer. A declared length beyond the limit is refused before anything is read, an undeclared
 * one as soon as it is passed; an answer that trickles is broken off at the end of its time.
 */
export async function readBody(response: WireResponse, limits: ReadLimits): Promise<Uint8Array> {
  const declared = Number(response.headers['content-length'] ?? 0);
  if (declared > limits.bytes) throw tooLarge(response, limits, `announces ${declared}`);
  const parts: Uint8Array[] = [];
  let size = 0;
  const late = new Error(`the answer took longer than ${limits.ms} ms`);
  const timer = setTimeout(() => response.body.destroy(late), limits.ms);
  try {
    for await (const part of response.body as AsyncIterable<Uint8Array>) {
      size += part.length;
      if (size > limits.bytes) throw tooLarge(response, limits, 'goes on');
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof OciError ? error : unreachable(response.url, error);
  } finally {
    clearTimeout(timer);
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts, size);
}

/** Reads a short body away, so that its connection can serve the next request; a long one is cut off. */
export async function discardBody(response: WireResponse): Promise<void> {
  try {
    await readBody(response, { bytes: 64 * 1024, ms: 5_000 });
  } catch {
    response.body.destroy();
  }
}

function tooLarge(response: WireResponse, limits: ReadLimits, found: string): OciError {
  response.body.destroy();
  const where = redactUrl(response.url);
  return new OciError('too-large', `Expected at most ${limits.bytes} bytes from ${where}, but it ${found}.`);
}
