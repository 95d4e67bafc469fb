// SPDX-License-Identifier: Apache-2.0
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a relay does instead of passing a request on. */
export type Fault =
  | { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> }
  | 'drop';

export interface Relay {
  /** The address that stands for the service's. */
  readonly url: string;
  /** `POST /path` of every request, in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Stands before a service on the loopback address, writes down what it is asked, and fails where the test says so. */
export async function startRelay(
  target: string,
  fault: (request: string, count: number) => Fault | undefined = () => undefined,
): Promise<Relay> {
  const requests: string[] = [];
  const server = http.createServer((incoming, outgoing) => {
    const request = `${incoming.method} ${incoming.url}`;
    requests.push(request);
    const failure = fault(request, requests.length);
    if (failure === 'drop') {
      incoming.socket.destroy();
      return;
    }
    if (failure !== undefined) {
      outgoing.writeHead(failure.status, failure.headers ?? {}).end(failure.body ?? '');
      return;
    }
    const { host: _, ...headers } = incoming.headers;
    const passed = http.request(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method ?? 'GET', headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    // A server that listens on TCP has an AddressInfo.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
