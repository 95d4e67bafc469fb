// SPDX-License-Identifier: Apache-2.0
import { print } from '../value/print.ts';
import { isObject, type Value } from '../value/value.ts';
import { type BuiltinContext, BuiltinError, type Family } from './builtin.ts';
import { goJson } from './go-json.ts';
import { isJson, readJson } from './json-text.ts';
import { any, binary, refuse, string, unary, wrongType } from './operands.ts';
import { decodeUtf8, encodeUtf8 } from './text.ts';

export const encoding: Family = {
  'base64.encode': unary(string, (text) => Buffer.from(encodeUtf8(text)).toString('base64')),
  'base64.decode': unary(string, (text) => decodeUtf8(fromBase64(text))),
  'base64.is_valid': unary(any, (text) => typeof text === 'string' && base64Fault(text, '+/') === undefined),
  'base64url.encode': unary(string, (text) => toBase64Url(encodeUtf8(text), true)),
  'base64url.encode_no_pad': unary(string, (text) => toBase64Url(encodeUtf8(text), false)),
  'base64url.decode': unary(string, (text) => decodeUtf8(fromBase64Url(text))),
  'hex.encode': unary(string, (text) => Buffer.from(encodeUtf8(text)).toString('hex')),
  'hex.decode': unary(string, (text) => decodeUtf8(fromHex(text))),
  'json.marshal': unary(any, (value, context) => charged(goJson(value), context)),
  'json.marshal_with_options': binary(any, any, marshalWithOptions),
  'json.unmarshal': unary(string, (text, context) => {
    context.tick(text.length >> 2);
    return readJson(text);
  }),
  'json.is_valid': unary(any, (text) => typeof text === 'string' && isJson(text)),
};

function charged(text: string, context: BuiltinContext): string {
  context.tick(text.length >> 2);
  return text;
}

/** Decodes standard base64 with its padding; line ends do not count, as in Go. */
export function fromBase64(text: string): Uint8Array {
  const fault = base64Fault(text, '+/');
  if (fault !== undefined) throw new BuiltinError(`illegal base64 data at input byte ${fault}`);
  return Buffer.from(text, 'base64');
}

/** Decodes base64 of the URL alphabet, with or without padding. */
export function fromBase64Url(text: string): Uint8Array {
  const rest = text.endsWith('=') ? 0 : Buffer.byteLength(text) % 4;
  if (rest === 1) throw new BuiltinError(`illegal base64url string: ${text}`);
  const padded = rest === 0 ? text : text + '='.repeat(4 - rest);
  const fault = base64Fault(padded, '-_');
  if (fault !== undefined) throw new BuiltinError(`illegal base64 data at input byte ${fault}`);
  return Buffer.from(padded, 'base64url');
}

export function toBase64Url(bytes: Uint8Array, padded: boolean): string {
  const text = Buffer.from(bytes).toString('base64url');
  return padded ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text;
}

/** Where Go's decoder stops; undefined when it does not. */
function base64Fault(text: string, extra: string): number | undefined {
  const alphabet = extra === '+/' ? /[A-Za-z0-9+/]/ : /[A-Za-z0-9\-_]/;
  if (/^[A-Za-z0-9+/]*$/.test(text) && text.length % 4 === 0 && extra === '+/') return undefined;
  let [digits, at] = [0, 0];
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\n' || character === '\r') continue;
    if (character === '=') return paddingFault(text, at, digits % 4);
    if (!alphabet.test(character)) return Buffer.byteLength(text.slice(0, at));
    digits++;
  }
  return digits % 4 === 0 ? undefined : Math.max(0, text.length - (digits % 4));
}

/** The padding from its first sign on, in a group with so many digits already. */
function paddingFault(text: string, at: number, digits: number): number | undefined {
  if (digits < 2) return at;
  let next = skipLines(text, at + 1);
  if (digits === 2) {
    if (next >= text.length) return text.length;
    if (text[next] !== '=') return next;
    next = skipLines(text, next + 1);
  }
  return next < text.length ? next : undefined;
}

function skipLines(text: string, at: number): number {
  while (text[at] === '\n' || text[at] === '\r') at++;
  return at;
}

function fromHex(text: string): Uint8Array {
  const bytes = encodeUtf8(text);
  const wrong = bytes.findIndex((byte) => !/[0-9a-fA-F]/.test(String.fromCharCode(byte)));
  const byte = bytes[wrong];
  if (byte !== undefined) {
    const shown = byte >= 0x20 && byte < 0x7f ? `U+${hex4(byte)} '${String.fromCharCode(byte)}'` : `U+${hex4(byte)}`;
    throw new BuiltinError(`encoding/hex: invalid byte: ${shown}`);
  }
  if (bytes.length % 2 === 1) throw new BuiltinError('encoding/hex: odd length hex string');
  return Buffer.from(text, 'hex');
}

function hex4(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(4, '0');
}

function marshalWithOptions(value: Value, options: Value, context: BuiltinContext): Value {
  if (!isObject(options)) return wrongType(2, options, ['object']);
  let [prefix, indent, implied, explicit]: [string, string, boolean, boolean | undefined] = [
    '',
    '\t',
    false,
    undefined,
  ];
  for (const [key, setting] of options.entries()) {
    switch (key) {
      case 'prefix':
        [prefix, implied] = [textOf(key, setting), true];
        break;
      case 'indent':
        [indent, implied] = [textOf(key, setting), true];
        break;
      case 'pretty':
        explicit = typeof setting === 'boolean' ? setting : refuse(2, `key ${key} failed cast to bool`);
        break;
      default:
        refuse(2, `object contained unknown key ${print(key)}`);
    }
  }
  const pretty = explicit ?? implied;
  return charged(pretty ? prefix + goJson(value, { prefix, indent }) : goJson(value), context);
}

function textOf(key: string, setting: Value): string {
  if (typeof setting === 'string') return setting;
  const kind = setting === null ? 'null' : typeof setting === 'boolean' ? 'boolean' : 'number';
  return refuse(2, `key ${key} failed cast to string: operand 0 must be string but got ${kind}`);
}
