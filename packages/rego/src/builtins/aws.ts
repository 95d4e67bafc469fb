// SPDX-License-Identifier: Apache-2.0
import { createHash, createHmac } from 'node:crypto';
import { type Num, toInt } from '../value/number.ts';
import { ObjectBuilder, type RegoObject } from '../value/object.ts';
import { print } from '../value/print.ts';
import { setOf } from '../value/set.ts';
import { compareStrings } from '../value/strings.ts';
import { isObject, typeOf, type Value } from '../value/value.ts';
import type { Family } from './builtin.ts';
import { goJson } from './go-json.ts';
import { checkRequest } from './http.ts';
import { number, object, refuse, ternary } from './operands.ts';
import { encodeUtf8 } from './text.ts';
import { escapePath, readUrl } from './url.ts';

/** Signature Version 4 of Amazon's services: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html */
export const aws: Family = {
  'providers.aws.sign_req': ternary(object, object, number, signRequest),
};

const requiredKeys = ['aws_service', 'aws_access_key', 'aws_secret_access_key', 'aws_region'];

function signRequest(request: RegoObject, config: RegoObject, time: Num): Value {
  const missing = requiredKeys.filter((key) => !config.has(key));
  if (missing.length > 0) refuse(2, `missing required AWS config parameters(s): ${print(setOf(missing))}`);
  const invalid = requiredKeys.filter((key) => typeof config.get(key) !== 'string');
  if (invalid.length > 0) refuse(2, `invalid values for required AWS config parameters(s): ${print(setOf(invalid))}`);
  const nanoseconds = toInt(time) ?? refuse(3, 'could not convert time_ns value into a unix timestamp');
  checkRequest(request);
  const headers = request.get('headers');
  if (headers !== undefined && !isObject(headers)) refuse(0, `must be object but got ${typeOf(headers)}`);
  const wrong = ['url', 'method'].filter((key) => typeof request.get(key) !== 'string');
  if (wrong.length > 0) refuse(1, `invalid values for required request parameters(s): ${print(setOf(wrong))}`);
  const unsigned = config.get('disable_payload_signing') ?? false;
  if (typeof unsigned !== 'boolean') refuse(2, "invalid value for 'disable_payload_signing' in AWS config");
  const given = isObject(headers) ? headers : undefined;
  const signed = signedHeaders(request, config, given, {
    date: new Date(Math.floor(nanoseconds / 1e9) * 1000),
    contentHash: unsigned === true ? 'UNSIGNED-PAYLOAD' : sha256(bodyOf(request)),
  });
  return request.toBuilder().set('headers', signed).build();
}

interface Signing {
  readonly date: Date;
  readonly contentHash: string;
}

function textOf(object: RegoObject, key: string): string {
  const value = object.get(key);
  return typeof value === 'string' ? value : '';
}

function bodyOf(request: RegoObject): Uint8Array {
  const body = request.get('body');
  if (request.has('raw_body')) return encodeUtf8(textOf(request, 'raw_body'));
  return encodeUtf8(body === undefined ? '' : goJson(body));
}

const unsignedHeaders: ReadonlySet<string> = new Set(['authorization', 'user-agent', 'x-amzn-trace-id']);

function signedHeaders(
  request: RegoObject,
  config: RegoObject,
  given: RegoObject | undefined,
  { date, contentHash }: Signing,
): Value {
  const url = readUrl(textOf(request, 'url'));
  const moment = date.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const [day, service, region] = [moment.slice(0, 8), textOf(config, 'aws_service'), textOf(config, 'aws_region')];
  const own: [string, string][] = [
    ['host', url.host],
    ['x-amz-date', moment],
  ];
  if (service === 's3' || service === 'glacier') own.push(['x-amz-content-sha256', contentHash]);
  const session = textOf(config, 'aws_session_token');
  if (session !== '') own.push(['x-amz-security-token', session]);
  const theirs = (given?.entries() ?? []).map(([key, value]): [string, string] => [
    typeof key === 'string' ? key : '',
    typeof value === 'string' ? value : '',
  ]);
  const toSign = new Map(own);
  for (const [key, value] of theirs) if (!unsignedHeaders.has(key.toLowerCase())) toSign.set(key.toLowerCase(), value);
  const names = [...toSign.keys()].sort(compareStrings);
  const path = url.rawPath === url.path ? escapePath(url.path) : url.rawPath;
  const lines = names.map((name) => `${name}:${toSign.get(name)}\n`).join('');
  const list = names.join(';');
  const canonical = [textOf(request, 'method'), path, url.rawQuery, lines, list, contentHash].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toHash = ['AWS4-HMAC-SHA256', moment, scope, sha256(encodeUtf8(canonical))].join('\n');
  const secret = encodeUtf8(`AWS4${textOf(config, 'aws_secret_access_key')}`);
  const key = [day, region, service, 'aws4_request'].reduce<Uint8Array>((by, text) => hmac(by, text), secret);
  const signature = Buffer.from(hmac(key, toHash)).toString('hex');
  const credential = `${textOf(config, 'aws_access_key')}/${scope}`;
  const builder = new ObjectBuilder();
  for (const [name, value] of theirs) builder.set(name, value);
  builder.set(
    'Authorization',
    `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${list},Signature=${signature}`,
  );
  for (const [name, value] of own) builder.set(name, value);
  return builder.build();
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function hmac(key: Uint8Array, text: string): Uint8Array {
  return createHmac('sha256', key).update(encodeUtf8(text)).digest();
}
