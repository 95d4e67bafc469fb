// SPDX-License-Identifier: Apache-2.0
import { OciError } from '../error.ts';
import { isLoopback } from '../http/address.ts';
import { refusal } from '../http/failure.ts';
import { type ReadLimits, readBody } from '../http/read.ts';
import type { WireRequest, WireResponse } from '../http/wire.ts';
import type { Credential } from './credentials.ts';

/** A token with the time at which it is no longer used. */
export interface Token {
  readonly value: string;
  readonly expires: number;
}

/** Where a Bearer challenge sends us (distribution's token authentication specification). */
export interface TokenServer {
  readonly realm: URL;
  readonly service: string | undefined;
}

export interface TokenRequest {
  readonly server: TokenServer;
  readonly scopes: readonly string[];
  readonly credential: Credential | undefined;
  readonly now: () => Date;
  readonly limits: ReadLimits;
  readonly send: (request: WireRequest) => Promise<WireResponse>;
}

/** Without `expires_in` a token lives for this long, says the specification. */
const DEFAULT_SECONDS = 60;
/** A token is no longer used in its last seconds, when it may expire on the way. */
const MARGIN_MS = 5_000;

/** The token server of a challenge; an `OciError` where its address is no place for credentials. */
export function tokenServerOf(
  parameters: ReadonlyMap<string, string>,
  registry: URL,
  allowsPlainHttp: (host: string) => boolean,
): TokenServer {
  const realm = URL.parse(parameters.get('realm') ?? '', registry.href);
  const isSafe =
    realm?.protocol === 'https:' ||
    (realm?.protocol === 'http:' && (isLoopback(realm.hostname) || allowsPlainHttp(realm.host)));
  if (realm === null || !isSafe || parameters.get('realm') === undefined) {
    throw new OciError(
      'registry-error',
      `Expected ${registry.host} to name a token server that speaks https, found ${realm === null ? 'none' : realm.origin}.`,
    );
  }
  realm.username = '';
  realm.password = '';
  return { realm, service: parameters.get('service') };
}

/** Gets a token: by GET with Basic credentials or none, or by POST with an identity token (OAuth 2). */
export async function fetchToken(request: TokenRequest): Promise<Token> {
  const { send, limits, now } = request;
  const asked = now().getTime();
  const wire = wireRequestOf(request);
  const response = await send(wire);
  const body = await readBody(response, limits);
  if (response.status !== 200) throw refusal(wire.method, response, body);
  return readToken(body, request.server.realm, asked);
}

function wireRequestOf(request: TokenRequest): WireRequest {
  const { server, scopes, credential } = request;
  const service: [string, string][] = server.service === undefined ? [] : [['service', server.service]];
  if (credential !== undefined && 'token' in credential) {
    const form = new URLSearchParams([
      ['grant_type', 'refresh_token'],
      ['refresh_token', credential.token],
      ['client_id', 'sluice'],
      ...service,
      ['scope', scopes.join(' ')],
    ]);
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    return { method: 'POST', url: server.realm, headers, body: new TextEncoder().encode(form.toString()) };
  }
  const url = new URL(server.realm);
  for (const [name, value] of service) url.searchParams.append(name, value);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const headers = credential === undefined ? {} : { Authorization: basic(credential) };
  return { method: 'GET', url, headers };
}

export function basic(credential: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;
}

function readToken(body: Uint8Array, realm: URL, asked: number): Token {
  let answer: unknown;
  try {
    answer = JSON.parse(new TextDecoder().decode(body));
  } catch {
    // Not quoted: what does not parse may still hold a token.
    throw new OciError(
      'registry-error',
      `Expected the token server ${realm.host} to answer JSON, but it does not parse.`,
    );
  }
  const fields =
    typeof answer === 'object' && answer !== null ? new Map(Object.entries(answer)) : new Map<string, unknown>();
  const value = fields.get('token') ?? fields.get('access_token');
  // A line break would end the header that the token is sent in.
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) {
    throw new OciError('registry-error', `Expected the token server ${realm.host} to answer a token, found none.`);
  }
  const seconds = fields.get('expires_in');
  const life = typeof seconds === 'number' && seconds > 0 ? seconds : DEFAULT_SECONDS;
  return { value, expires: asked + Math.max(life * 1000 - MARGIN_MS, life * 500) };
}
