// SPDX-License-Identifier: Apache-2.0
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Agents } from './agents.ts';

/** A request body that can be sent again: bytes, or what opens a stream of a known size. */
export type Body = Uint8Array | { readonly size: number; readonly open: () => Promise<AsyncIterable<Uint8Array>> };

export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Body;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  readonly body: IncomingMessage;
}

/** How long a connection may be silent, and how long once a whole body was sent. Milliseconds. */
export interface Patience {
  readonly idleMs: number;
  readonly commitMs: number;
}

/** A source that failed while its bytes were being sent: not the connection's fault, so no reason to try again here. */
export class SourceFailure extends Error {}

/** Sends one request and waits for the head of its answer. Silence longer than the limits breaks it off. */
export async function sendOnce(
  agents: Agents,
  request: WireRequest,
  patience: Patience,
  signal: AbortSignal | undefined,
): Promise<WireResponse> {
  const { url, method, body } = request;
  const size = body instanceof Uint8Array ? body.length : body?.size;
  const length = size === undefined ? {} : { 'Content-Length': size };
  const options = { method, headers: { ...request.headers, ...length }, ...(signal === undefined ? {} : { signal }) };
  const outgoing = await agents.request(url, options);
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
    outgoing.setTimeout(patience.idleMs);
    outgoing.once('finish', () => {
      if (body !== undefined) outgoing.setTimeout(patience.commitMs);
    });
    outgoing.on('timeout', () => outgoing.destroy(silence(url)));
  });
  const sent = sendBody(outgoing, body);
  const response = await Promise.race([answered, failureOf(sent)]);
  stopSendingWith(outgoing, response);
  return { status: response.statusCode ?? 0, headers: response.headers, url, body: response };
}

async function sendBody(outgoing: ClientRequest, body: Body | undefined): Promise<void> {
  if (body === undefined || body instanceof Uint8Array) {
    outgoing.end(body);
    return;
  }
  let failure: unknown;
  async function* source(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    try {
      yield* content;
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  try {
    const content = await body.open().catch((error: unknown) => {
      failure = error;
      throw error;
    });
    await writeAll(outgoing, source(content));
  } catch (error) {
    outgoing.destroy();
    throw failure === undefined ? error : new SourceFailure('the source of an upload failed', { cause: failure });
  }
}

/**
 * Writes part by part and waits while the connection is full. A pipeline of streams would do the same, but holds
 * several times as many buffers at once, which the collector then is late to free.
 */
async function writeAll(outgoing: ClientRequest, content: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const part of content) {
    if (outgoing.destroyed) throw new Error('the connection closed while a body was being sent');
    if (!outgoing.write(part)) await roomIn(outgoing);
  }
  outgoing.end();
}

function roomIn(outgoing: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      outgoing.off('drain', go);
      outgoing.off('close', go);
      resolve();
    };
    outgoing.on('drain', go);
    outgoing.on('close', go);
  });
}

/** Settles only when sending fails because of its source; a connection's failure is told by the request itself. */
function failureOf(sent: Promise<void>): Promise<never> {
  return new Promise((_, reject) => {
    sent.catch((error: unknown) => {
      if (error instanceof SourceFailure) reject(error);
    });
  });
}

/** An answer that comes before the body is sent ends the connection once it is read, so that nothing waits for the rest. */
function stopSendingWith(outgoing: ClientRequest, response: IncomingMessage): void {
  response.once('end', () => {
    if (!outgoing.writableFinished) outgoing.destroy();
  });
}

function silence(url: URL): Error {
  return Object.assign(new Error(`${url.host} was silent for too long`), { code: 'ETIMEDOUT' });
}
