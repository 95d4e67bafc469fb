// SPDX-License-Identifier: Apache-2.0
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createRegistryHandler, type RegistryOptions } from '../../src/server/handler.ts';

/** Looks at a request before the registry does; true when it has answered, or will. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean | undefined;

export interface FaultyRegistry {
  readonly host: string;
  /** Replaces the fault; none leaves a registry as it should be. */
  setFault(fault: Fault | undefined): void;
  close(): Promise<void>;
}

/** A real registry that misbehaves where a test says so. */
export async function startFaultyRegistry(options: RegistryOptions = {}, initial?: Fault): Promise<FaultyRegistry> {
  const handler = createRegistryHandler(options);
  let fault = initial;
  const server = await listen((request, response) => {
    if (fault?.(request, response) !== true) handler(request, response);
  });
  return {
    ...server,
    setFault: (next) => {
      fault = next;
    },
  };
}

export async function listen(listener: RequestListener): Promise<{ readonly host: string; close(): Promise<void> }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    host: `127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
