// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from '../http/http-client.ts';
import { isRetryableStatus } from '../http/retry.ts';

/** A service of Sigstore that is asked, by the name that a person knows it by. */
export interface SigstoreService {
  readonly name: string;
  readonly url: string;
}

/**
 * Sends a request to a Sigstore service and hands back what it accepted. These few requests are made here rather than
 * with `@sigstore/sign`, whose client takes longer to load than a signature takes, reads answers of any size, cannot be
 * cancelled or given a proxy, and repeats the identity token in one of its errors.
 *
 * @throws SluiceError `unreachable` when it failed to the last attempt, `signing` when it refused.
 */
export async function askService(
  http: HttpClient,
  { name, url }: SigstoreService,
  path: string,
  request: HttpRequest,
  accepted: readonly number[],
): Promise<HttpAnswer> {
  const answer = await http.request(name, `${url}${path}`, request);
  if (accepted.includes(answer.status)) return answer;
  const reason = `it answered ${answer.status}${readMessage(answer.body)}`;
  if (isRetryableStatus(answer.status)) {
    throw new SluiceError(
      'unreachable',
      `${name} at ${url} could not be used: ${reason}; nothing was attached, run the command again.`,
    );
  }
  throw new SluiceError('signing', `${name} at ${url} refused the request: ${reason}.`);
}

export const jsonHeaders = Object.freeze({ 'content-type': 'application/json', accept: 'application/json' });

/** An answer as JSON; `signing` where it is none, because the service then is not what its address promises. */
export function parseAnswer({ name, url }: SigstoreService, body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw unexpected({ name, url });
  }
}

export function unexpected({ name, url }: SigstoreService): SluiceError {
  return new SluiceError(
    'signing',
    `${name} at ${url} answered with something else than its protocol has; check the address.`,
  );
}

/** What a service says about a refusal: the `message` of a JSON body, or a short text. A token in it is cut out. */
function readMessage(body: Buffer): string {
  const text = body.subarray(0, 4096).toString('utf8').trim();
  const message = messageIn(text) ?? (/^[\x20-\x7e\s]*$/.test(text) && !text.startsWith('<') ? text : '');
  const safe = message.replaceAll(/eyJ[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)*/g, '(token)').replaceAll(/\s+/g, ' ');
  return safe === '' ? '' : ` (${safe.slice(0, 300)})`;
}

function messageIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const message: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'message') : undefined;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
