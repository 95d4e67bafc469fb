// SPDX-License-Identifier: Apache-2.0
import type http from 'node:http';
import type { Limits } from '../limits.ts';
import { isLoopback } from './address.ts';

/** What opens connections, and keeps them for the next request to the same host. */
export interface Agents {
  request(url: URL, options: http.RequestOptions): Promise<http.ClientRequest>;
  close(): void;
}

export interface AgentOptions {
  readonly limits: Limits;
  /** Certificates in PEM that are trusted besides the usual ones. */
  readonly caCertificates?: string;
  /** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in either case, as the environment has them. */
  readonly proxyEnv?: Readonly<Record<string, string | undefined>>;
}

interface Opener {
  readonly request: typeof http.request;
  readonly agent: http.Agent;
}

/**
 * `import` of these modules reads every export, and among those of `node:http` are the WebSocket and fetch classes: that
 * alone takes longer than a whole verification's requests.
 */
const builtin = process.getBuiltinModule;

export function createAgents(options: AgentOptions): Agents {
  const { limits } = options;
  const pool = { keepAlive: true, timeout: limits.idleMs, maxSockets: limits.connectionsPerHost };
  const proxied = options.proxyEnv === undefined ? pool : { ...pool, proxyEnv: options.proxyEnv };
  const agents: http.Agent[] = [];
  const openers = new Map<string, Promise<Opener>>();

  async function open(protocol: string, viaProxy: boolean): Promise<Opener> {
    if (protocol === 'http:') {
      const { Agent, request } = builtin('node:http');
      const agent = new Agent(viaProxy ? proxied : pool);
      agents.push(agent);
      return { request, agent };
    }
    // Loaded when the first such URL comes: a loopback registry needs no TLS.
    const https = builtin('node:https');
    const ca = options.caCertificates === undefined ? {} : { ca: await trusted(options.caCertificates) };
    const agent = new https.Agent({ ...(viaProxy ? proxied : pool), ...ca });
    agents.push(agent);
    return { request: https.request, agent };
  }

  return {
    async request(url, requestOptions) {
      const viaProxy = !isLoopback(url.hostname);
      const key = `${url.protocol} ${viaProxy}`;
      const opener = openers.get(key) ?? open(url.protocol, viaProxy);
      openers.set(key, opener);
      const { request, agent } = await opener;
      return request(url, { ...requestOptions, agent });
    },
    close() {
      for (const agent of agents) agent.destroy();
    },
  };
}

async function trusted(extra: string): Promise<string[]> {
  const { getCACertificates } = await import('node:tls');
  return [...getCACertificates('default'), extra];
}
