// SPDX-License-Identifier: Apache-2.0
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRegistryHandler, type RegistryOptions } from '@sluice/oci';

/** Looks at a request first; true when it has answered, or means to leave it unanswered. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A real registry behind somebody who may answer in its place. */
export interface HostileRegistry {
  readonly host: string;
  /** Every request so far: method and path. */
  readonly requests: readonly string[];
  intercept: Intercept;
  close(): Promise<void>;
}

export async function startHostileRegistry(options: RegistryOptions = {}): Promise<HostileRegistry> {
  const honest = createRegistryHandler(options);
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (!registry.intercept(request, response)) honest(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The registry has no port.');
  const registry: HostileRegistry = {
    host: `127.0.0.1:${address.port}`,
    requests,
    intercept: () => false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return registry;
}
