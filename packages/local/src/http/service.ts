// SPDX-License-Identifier: Apache-2.0
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LocalError } from '../error.ts';
import { match, type Route } from './route.ts';
import { ServiceError } from './service-error.ts';

export interface ServiceRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ServiceReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes and text are sent as they are; everything else as JSON. */
  readonly body?: unknown;
}

/** A server on the loopback address: it listens first, because the services name their own URL in what they sign. */
export interface Service {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Begins to answer. */
  serve(protocol: ServiceProtocol): void;
  close(): Promise<void>;
}

export interface ServiceProtocol {
  readonly routes: readonly Route[];
  /** The body that this service's protocol gives to a refusal. */
  readonly describe: (error: ServiceError) => unknown;
}

export interface ServiceAddress {
  readonly name: string;
  /** 0, the default, lets the system choose. */
  readonly port?: number | undefined;
}

const maxBodyBytes = 8 * 1024 * 1024;

export async function listenOnLoopback(address: ServiceAddress): Promise<Service> {
  const server = createServer({ keepAliveTimeout: 60_000 });
  const host = `127.0.0.1:${await listen(server, address)}`;
  return {
    url: `http://${host}`,
    host,
    serve: (protocol) => {
      server.on('request', (request, response) => {
        answer(request, protocol, address.name).then((reply) => send(response, reply));
      });
    },
    close: () => close(server),
  };
}

async function listen(server: Server, address: ServiceAddress): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `The local ${address.name} cannot listen on port ${address.port ?? 0}: choose a free port.`;
      reject(new LocalError('port-unavailable', message, { cause }));
    });
    server.listen(address.port ?? 0, '127.0.0.1', resolve);
  });
  // A server that listens on TCP has an AddressInfo; only pipes have a string.
  return (server.address() as AddressInfo).port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(request: IncomingMessage, protocol: ServiceProtocol, name: string): Promise<ServiceReply> {
  try {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const found = match(protocol.routes, request.method ?? 'GET', url.pathname);
    const body = await readBody(request, maxBodyBytes);
    return await found.route.handle({
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      parameters: found.parameters,
      body,
    });
  } catch (error) {
    const refusal =
      error instanceof ServiceError
        ? error
        : new ServiceError(500, `Unexpected failure of the local ${name}: ${error}`);
    return { status: refusal.status, headers: refusal.headers, body: protocol.describe(refusal) };
  }
}

async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    // Read to the end all the same: to stop here would close the connection before the refusal is sent.
    if (size <= limit) chunks.push(bytes);
  }
  if (size > limit) throw new ServiceError(413, `The request body is larger than ${limit} bytes.`);
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, reply: ServiceReply): void {
  const raw = reply.body instanceof Uint8Array || typeof reply.body === 'string';
  const body = reply.body === undefined ? '' : raw ? reply.body : JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    ...(raw || reply.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...reply.headers,
  });
  response.end(body);
}
