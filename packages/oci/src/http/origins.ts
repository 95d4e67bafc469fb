// SPDX-License-Identifier: Apache-2.0
import { hostOfRegistry, isLoopback } from './address.ts';
import type { WireResponse } from './wire.ts';

/** Knows under which scheme each registry answers. */
export interface Origins {
  /**
   * Runs a request to a registry. The first one to each registry runs alone: what it learns (the scheme, the kind of
   * authentication) saves the others a refusal each.
   */
  contact(registry: string, send: (origin: URL) => Promise<WireResponse>): Promise<WireResponse>;
  /** The origin that a registry has answered under. */
  known(registry: string): URL | undefined;
  guess(registry: string): URL;
}

/** A registry speaks https. Only a loopback address, or a host that the user named, may speak plain HTTP. */
export function createOrigins(allowsPlainHttp: (host: string) => boolean): Origins {
  const settled = new Map<string, URL>();
  const first = new Map<string, Promise<unknown>>();

  function guess(registry: string): URL {
    const known = settled.get(registry);
    if (known !== undefined) return known;
    const secure = new URL(`https://${hostOfRegistry(registry)}`);
    const plain = allowsPlainHttp(registry) || isLoopback(secure.hostname);
    return plain ? new URL(`http://${hostOfRegistry(registry)}`) : secure;
  }

  /** A registry on the loopback address may speak TLS all the same; its answer to plain HTTP shows it. */
  async function introduce(registry: string, send: (origin: URL) => Promise<WireResponse>): Promise<WireResponse> {
    const origin = guess(registry);
    const attempt = await attemptOf(send(origin));
    if (origin.protocol === 'http:' && mayBeTls(attempt)) {
      const secure = new URL(`https://${hostOfRegistry(registry)}`);
      const second = await attemptOf(send(secure));
      if (second.kind === 'answered' || !isTlsMismatch(second.error)) {
        if (attempt.kind === 'answered') attempt.response.body.destroy();
        return settle(registry, secure, second);
      }
    }
    // Not TLS: what the first attempt brought tells more.
    return settle(registry, origin, attempt);
  }

  function settle(registry: string, origin: URL, attempt: Attempt): WireResponse {
    if (attempt.kind === 'failed') throw attempt.error;
    settled.set(registry, origin);
    return attempt.response;
  }

  return {
    async contact(registry, send) {
      const known = settled.get(registry);
      if (known !== undefined) return send(known);
      const before = first.get(registry);
      if (before !== undefined) {
        await before.catch(() => undefined);
        const learned = settled.get(registry);
        return learned === undefined ? introduce(registry, send) : send(learned);
      }
      const introduction = introduce(registry, send);
      first.set(registry, introduction);
      return introduction.finally(() => first.delete(registry));
    },
    known: (registry) => settled.get(registry),
    guess,
  };
}

type Attempt =
  | { readonly kind: 'answered'; readonly response: WireResponse }
  | { readonly kind: 'failed'; readonly error: unknown };

function attemptOf(sent: Promise<WireResponse>): Promise<Attempt> {
  return sent.then(
    (response) => ({ kind: 'answered', response }),
    (error: unknown) => ({ kind: 'failed', error }),
  );
}

function mayBeTls(attempt: Attempt): boolean {
  return attempt.kind === 'answered' ? isPlainHttpRefusal(attempt.response) : isTlsAnswer(attempt.error);
}

/** What TLS servers in Go and nginx answer to plain HTTP: 400 without a registry's own header or error body. */
function isPlainHttpRefusal(response: WireResponse): boolean {
  const { 'docker-distribution-api-version': version, 'content-type': type = '' } = response.headers;
  return response.status === 400 && version === undefined && !type.includes('json');
}

function isTlsAnswer(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ECONNRESET' || code.startsWith('HPE_');
}

function isTlsMismatch(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ECONNRESET' || code === 'EPROTO' || code.startsWith('ERR_SSL_');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
