// SPDX-License-Identifier: Apache-2.0
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { compareNumbers, fromDouble, type Num, toDouble } from '../value/number.ts';
import { emptyObject, type RegoObject } from '../value/object.ts';
import { isArray, isNumber, isObject, type Value } from '../value/value.ts';
import { type BuiltinContext, BuiltinError, type Family, type Implementation } from './builtin.ts';
import { fromBase64Url, toBase64Url } from './encoding.ts';
import { goJson } from './go-json.ts';
import { isJson, readJson } from './json-text.ts';
import { algorithms, signingKey, type VerificationKey, verificationKeys } from './jwt-keys.ts';
import { signInput, verifySignature } from './jwt-signature.ts';
import { any, binary, object, string, ternary, unary } from './operands.ts';
import { decodeUtf8, encodeUtf8 } from './text.ts';

/** JSON Web Tokens in their compact form (RFC 7519, RFC 7515). */
export const jwt: Family = {
  'io.jwt.decode': unary(string, decode),
  'io.jwt.decode_verify': binary(any, object, decodeVerify),
  'io.jwt.encode_sign': ternary(any, any, any, (headers, payload, key) =>
    encodeSign(goJson(headers), goJson(payload), goJson(key)),
  ),
  'io.jwt.encode_sign_raw': ternary(string, string, string, encodeSign),
  ...Object.fromEntries([...algorithms].map((name) => [`io.jwt.verify_${name.toLowerCase()}`, verifier(name)])),
};

interface Token {
  readonly header: string;
  readonly payload: string;
  readonly signature: string;
}

function split(text: string): Token {
  if (!text.includes('.')) throw new BuiltinError('encoded JWT had no period separators');
  const [header = '', payload = '', signature = '', ...more] = text.split('.');
  const count = text.split('.').length;
  if (count !== 3 || more.length > 0) throw new BuiltinError(`encoded JWT must have 3 sections, found ${count}`);
  return { header, payload, signature };
}

function headerOf({ header }: Token): RegoObject {
  const text = within('JWT header had invalid encoding', () => decodeUtf8(fromBase64Url(header)));
  const decoded = within('bad JWT header', () => jsonObject(text));
  if (decoded.has('enc')) throw new BuiltinError('JWT is a JWE object, which is not supported');
  return decoded;
}

function payloadText({ payload }: Token): string {
  return within('JWT payload had invalid encoding', () => decodeUtf8(fromBase64Url(payload)));
}

function within<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof BuiltinError) throw new BuiltinError(`${what}: ${error.message}`, 'eval_builtin_error', error);
    throw error;
  }
}

function jsonObject(text: string): RegoObject {
  const value = within('invalid JSON', () => readJson(text));
  if (isObject(value)) return value;
  throw new BuiltinError('decoded JSON type was not an Object');
}

const maxNesting = 20;

function decode(text: string, context: BuiltinContext): Value {
  let token = split(text);
  for (let depth = 0; depth < maxNesting; depth++) {
    context.tick(text.length >> 2);
    const header = headerOf(token);
    const payload = payloadText(token);
    if (header.get('cty') !== 'JWT') {
      const parsed = jsonObject(payload);
      const signature = within('JWT signature had invalid encoding', () => fromBase64Url(token.signature));
      return [header, parsed, Buffer.from(signature).toString('hex')];
    }
    // A token inside a token is quoted by some.
    token = split(payload.replace(/^["']+|["']+$/g, ''));
  }
  throw new BuiltinError('JWT is nested too deeply');
}

function verifier(algorithm: string): Implementation {
  return binary(string, string, (text, key, context) => {
    context.tick(1000 + (text.length >> 2));
    const token = split(text);
    if (algorithm.startsWith('HS')) return verifySecret(token, key, `sha${algorithm.slice(2)}`);
    const keys = verificationKeys(key);
    const signature = fromBase64Url(token.signature);
    const header = readHeader(headerOf(token));
    return verifyWithAny(keys, header, token, signature, algorithm);
  });
}

function verifySecret({ header, payload, signature }: Token, secret: string, hash: string): boolean {
  const expected = createHmac(hash, encodeUtf8(secret)).update(`${header}.${payload}`).digest();
  const given = fromBase64Url(signature);
  return given.length === expected.length && timingSafeEqual(expected, given);
}

/** Only the key a token names is tried if it is there; otherwise all that are not for another algorithm. */
function verifyWithAny(
  keys: readonly VerificationKey[],
  header: Header,
  token: Token,
  signature: Uint8Array,
  algorithm: string,
): boolean {
  const input = `${token.header}.${token.payload}`;
  const named = header.kid === '' ? undefined : keys.find(({ id }) => id === header.kid);
  if (named) return verifySignature(named.key, algorithm, input, signature);
  return keys.some(
    (key) =>
      (key.algorithm === '' || key.algorithm === header.alg) && verifySignature(key.key, algorithm, input, signature),
  );
}

interface Header {
  readonly alg: string;
  readonly kid: string;
  readonly cty: string;
  /** Critical parameters (RFC 7515 section 4.1.11) that nobody here knows. */
  readonly unknownCritical: boolean;
}

const knownParameters = ['alg', 'kid', 'typ', 'cty', 'crit'];

function readHeader(header: RegoObject): Header {
  for (const name of ['alg', 'kid', 'typ', 'cty']) {
    const value = header.get(name);
    if (value !== undefined && typeof value !== 'string') throw new BuiltinError(`${name}: must be a string`);
  }
  const text = (name: string) => String(header.get(name) ?? '');
  const critical = criticalOf(header.get('crit'));
  const unknownCritical = header.keys().some((key) => {
    return typeof key === 'string' && !knownParameters.includes(key) && critical.has(key);
  });
  return { alg: text('alg'), kid: text('kid'), cty: text('cty'), unknownCritical };
}

function criticalOf(value: Value | undefined): ReadonlySet<Value> {
  if (value === undefined) return new Set();
  if (!isArray(value)) throw new BuiltinError('crit: must be a list');
  if (value.length === 0) throw new BuiltinError('crit: must be a nonempty list');
  return new Set(value);
}

interface Constraints {
  keys: readonly VerificationKey[] | undefined;
  secret: string;
  alg: string;
  iss: string;
  aud: string;
  /** Nanoseconds since 1970. */
  time: number;
}

function readConstraints(given: RegoObject, context: BuiltinContext): Constraints {
  const constraints: Constraints = {
    keys: undefined,
    secret: '',
    alg: '',
    iss: '',
    aud: '',
    time: Number(context.now),
  };
  for (const [name, value] of given.entries()) {
    switch (name) {
      case 'cert':
        constraints.keys = verificationKeys(constraintText(name, value));
        break;
      case 'secret':
      case 'alg':
      case 'iss':
      case 'aud':
        constraints[name] = constraintText(name, value);
        break;
      case 'time':
        constraints.time = constraintTime(value);
        break;
      default:
        throw new BuiltinError(`unknown token validation constraint: ${String(name)}`);
    }
  }
  if (constraints.keys && constraints.secret !== '') throw new BuiltinError('duplicate key constraints');
  if (!constraints.keys && constraints.secret === '') throw new BuiltinError('no key constraint');
  return constraints;
}

function constraintText(name: string, value: Value): string {
  if (typeof value === 'string') return value;
  throw new BuiltinError(`${name} constraint: must be a string`);
}

function constraintTime(value: Value): number {
  if (!isNumber(value)) throw new BuiltinError('token time constraint: must be a number');
  const time = toDouble(value);
  if (!Number.isFinite(time)) throw new BuiltinError('token time constraint: unvalid float64');
  if (time < 0) throw new BuiltinError('token time constraint: must not be negative');
  return time;
}

const unverified: Value = [false, emptyObject, emptyObject];

function decodeVerify(text: Value, given: RegoObject, context: BuiltinContext): Value {
  const constraints = readConstraints(given, context);
  let token = split(string(text, 1));
  for (let depth = 0; ; depth++) {
    if (depth >= maxNesting) throw new BuiltinError('JWT is nested too deeply');
    context.tick(1000);
    const header = readHeader(headerOf(token));
    if (header.alg === '' || header.unknownCritical) return unverified;
    if (constraints.alg !== '' && constraints.alg !== header.alg) return unverified;
    const signature = fromBase64Url(token.signature);
    if (!isSigned(constraints, header, token, signature)) return unverified;
    const payload = payloadText(token);
    if (header.cty.toUpperCase() !== 'JWT') return claimsHold(jsonObject(payload), constraints, token);
    token = split(payload);
  }
}

function isSigned(constraints: Constraints, header: Header, token: Token, signature: Uint8Array): boolean {
  if (constraints.keys) return verifyWithAny(constraints.keys, header, token, signature, header.alg);
  const secret = createSecretKey(encodeUtf8(constraints.secret));
  return verifySignature(secret, header.alg, `${token.header}.${token.payload}`, signature);
}

function claimsHold(payload: RegoObject, constraints: Constraints, token: Token): Value {
  const issuer = payload.get('iss');
  if (constraints.iss !== '' && issuer !== constraints.iss) return unverified;
  const audience = payload.get('aud');
  if (audience === undefined ? constraints.aud !== '' : !includesAudience(audience, constraints.aud)) return unverified;
  const seconds = fromDouble(constraints.time / 1e9);
  const [expires, begins] = [claimTime(payload, 'exp'), claimTime(payload, 'nbf')];
  if (expires !== undefined && compareNumbers(seconds, expires) >= 0) return unverified;
  if (begins !== undefined && compareNumbers(seconds, begins) < 0) return unverified;
  return [true, headerOf(token), payload];
}

function claimTime(payload: RegoObject, name: string): Num | undefined {
  const value = payload.get(name);
  if (value === undefined || isNumber(value)) return value;
  throw new BuiltinError(`${name} value must be a number`);
}

function includesAudience(claim: Value, audience: string): boolean {
  return isArray(claim) ? claim.includes(audience) : claim === audience;
}

function encodeSign(headers: string, payload: string, keyText: string): Value {
  const key = signingKey(keyText);
  const { alg, typ } = signingHeader(headers);
  if (!algorithms.has(alg)) throw new BuiltinError(`unknown JWS algorithm: ${alg}`);
  if ((typ === undefined || typ === 'JWT') && !isJson(payload)) {
    throw new BuiltinError('type is JWT but payload is not JSON');
  }
  const input = `${toBase64Url(encodeUtf8(headers), false)}.${toBase64Url(encodeUtf8(payload), false)}`;
  return `${input}.${toBase64Url(signInput(key, alg, input), false)}`;
}

function signingHeader(text: string): { alg: string; typ: string | undefined } {
  const failed = "missing or invalid 'alg' header";
  if (text === '') throw new BuiltinError(`${failed}: cannot parse JSON: cannot parse empty string`);
  const isObjectText = text.trimStart().startsWith('{');
  if (isObjectText && !isJson(text)) throw new BuiltinError(`${failed}: cannot parse JSON`);
  const header = isObjectText ? readJson(text) : null;
  const [alg, typ] = isObject(header) ? [header.get('alg'), header.get('typ')] : [];
  if (typeof alg !== 'string') throw new BuiltinError(`${failed}: jwsbb: header "alg" not found`);
  return { alg, typ: typeof typ === 'string' ? typ : undefined };
}
