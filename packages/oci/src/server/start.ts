// SPDX-License-Identifier: Apache-2.0
import { OciError } from '../error.ts';
import { createRegistryHandler, type RegistryOptions } from './handler.ts';

export interface RunningRegistry {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `127.0.0.1:PORT`, as references have it. */
  readonly host: string;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/**
 * Starts a registry on the loopback address: the whole distribution specification with referrers, in memory or in a
 * folder, with Basic or Bearer authentication where asked for.
 *
 * @example
 * const registry = await startRegistry();
 * const repository = openRepository(createSession(), { registry: registry.host, repository: 'team/app' });
 */
export async function startRegistry(
  options: RegistryOptions & { readonly port?: number } = {},
): Promise<RunningRegistry> {
  // Loaded here and not by an import, which every user of the client would pay for.
  const { createServer } = process.getBuiltinModule('node:http');
  // Uploads of large layers take as long as they take; idle connections are the agents' matter.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 30_000 }, createRegistryHandler(options));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new OciError('unreachable', 'Expected the registry to listen on a port of 127.0.0.1, but it has none.');
  }
  const host = `127.0.0.1:${address.port}`;
  return {
    url: `http://${host}`,
    host,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
