// SPDX-License-Identifier: Apache-2.0
import { OciError } from '../error.ts';
import { redactUrl } from './address.ts';
import { discardBody } from './read.ts';
import type { WireRequest, WireResponse } from './wire.ts';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Follows redirects, at most `most` of them. Authorization goes to the host that it was made for and to no other, and
 * an encrypted connection is never followed by a plain one.
 */
export async function followRedirects(
  request: WireRequest,
  most: number,
  send: (request: WireRequest) => Promise<WireResponse>,
): Promise<WireResponse> {
  let current = request;
  for (let followed = 0; ; followed += 1) {
    const response = await send(current);
    const { location } = response.headers;
    if (!REDIRECTS.has(response.status) || location === undefined || !mayFollow(current.method, response.status)) {
      return response;
    }
    await discardBody(response);
    if (followed >= most) {
      throw new OciError('registry-error', `Expected at most ${most} redirects from ${redactUrl(request.url)}.`);
    }
    current = redirected(current, location);
  }
}

/** Only 307 and 308 promise that a request that changes something arrives as it was sent. */
function mayFollow(method: string, status: number): boolean {
  return method === 'GET' || method === 'HEAD' || status === 307 || status === 308;
}

function redirected(request: WireRequest, location: string): WireRequest {
  const url = URL.parse(location, request.url.href);
  const from = redactUrl(request.url);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new OciError('registry-error', `Expected ${from} to redirect to a web address, found another Location.`);
  }
  if (request.url.protocol === 'https:' && url.protocol !== 'https:') {
    throw new OciError('registry-error', `Expected ${from} to redirect to https, found plain HTTP at ${url.host}.`);
  }
  // Node would send a user name and password in a URL as Authorization.
  url.username = '';
  url.password = '';
  const sameHost = url.origin === request.url.origin;
  const headers = Object.entries(request.headers).filter(
    ([name]) => sameHost || name.toLowerCase() !== 'authorization',
  );
  return { ...request, url, headers: Object.fromEntries(headers) };
}
