// SPDX-License-Identifier: Apache-2.0
import type { ServiceReply, ServiceRequest } from './service.ts';
import { ServiceError } from './service-error.ts';

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Literal segments, `:name` for one segment, and `*` at the end for all that remain. */
  readonly path: string;
  readonly handle: (request: ServiceRequest) => ServiceReply | Promise<ServiceReply>;
}

export interface MatchedRoute {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The route for a request, or a 404 or 405. */
export function match(routes: readonly Route[], method: string, path: string): MatchedRoute {
  let pathKnown = false;
  for (const route of routes) {
    const parameters = matchPath(route.path, path);
    if (parameters === undefined) continue;
    if (route.method === method) return { route, parameters };
    pathKnown = true;
  }
  throw pathKnown ? new ServiceError(405, 'Method Not Allowed') : new ServiceError(404, 'Not Found');
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  const parameters: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    if (segment === '*') return { ...parameters, rest: given.slice(index).join('/') };
    const value = given[index];
    if (value === undefined) return undefined;
    if (segment.startsWith(':')) parameters[segment.slice(1)] = value;
    else if (segment !== value) return undefined;
  }
  return wanted.length === given.length ? parameters : undefined;
}
