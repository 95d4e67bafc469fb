// SPDX-License-Identifier: Apache-2.0
import { fromBigInt } from '../value/number.ts';
import { objectOf } from '../value/object.ts';
import { print } from '../value/print.ts';
import type { Value } from '../value/value.ts';
import type { BuiltinContext, Family } from './builtin.ts';
import { any, string, unary } from './operands.ts';

export const uuids: Family = {
  'uuid.rfc4122': unary(any, randomUuid),
  'uuid.parse': unary(string, (text) => {
    const bytes = parseUuid(text);
    return bytes && describe(bytes);
  }),
};

/** A random UUID (RFC 9562, version 4), the same one for a key all through a query. */
function randomUuid(key: Value, context: BuiltinContext): Value {
  const name = `uuid.rfc4122 ${print(key)}`;
  // Asked for even where the answer is known: whoever calls this depends on chance.
  const { randomBytes } = context;
  const known = context.cache.get(name);
  if (typeof known === 'string') return known;
  const bytes = new Uint8Array(16);
  randomBytes(bytes);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  const text = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  context.cache.set(name, text);
  return text;
}

function parseUuid(text: string): Uint8Array | undefined {
  if (/^[0-9a-fA-F]{32}$/.test(text)) return Buffer.from(text, 'hex');
  let inner = text;
  if (text.length === 45 && /^urn:uuid:/i.test(text)) inner = text.slice(9);
  else if (text.length === 38) inner = text.slice(1, 37);
  if (!/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(inner)) return undefined;
  return Buffer.from(inner.replaceAll('-', ''), 'hex');
}

/** Tenths of microseconds from the start of the Gregorian calendar to 1970. */
const gregorianOffset = 122_192_928_000_000_000n;

function describe(bytes: Uint8Array): Value {
  const version = (bytes[6] ?? 0) >> 4;
  const members: [string, Value][] = [
    ['version', version],
    ['variant', variantOf(bytes[8] ?? 0)],
  ];
  if (version !== 1 && version !== 2) return objectOf(members);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  const low = BigInt(view.getUint32(0));
  const ticks = low | (BigInt(view.getUint16(4)) << 32n) | (BigInt(view.getUint16(6) & 0x0fff) << 48n);
  members.push(
    ['time', fromBigInt(BigInt.asIntN(64, (ticks - gregorianOffset) * 100n))],
    ['nodeid', Array.from(bytes.subarray(10), (byte) => byte.toString(16).padStart(2, '0')).join('-')],
    ['macvariables', macVariables(bytes[10] ?? 0)],
    ['clocksequence', view.getUint16(8) & 0x3fff],
  );
  if (version === 2) members.push(['id', view.getUint32(0)], ['domain', domainOf(bytes[9] ?? 0)]);
  return objectOf(members);
}

function variantOf(byte: number): string {
  if ((byte & 0xc0) === 0x80) return 'RFC4122';
  if ((byte & 0xe0) === 0xc0) return 'Microsoft';
  return (byte & 0xe0) === 0xe0 ? 'Future' : 'Reserved';
}

function domainOf(byte: number): string {
  return ['Person', 'Group', 'Org'][byte] ?? `Domain${byte}`;
}

/** RFC 7042 section 2.1. */
function macVariables(byte: number): string {
  return `${byte & 2 ? 'local' : 'global'}:${byte & 1 ? 'multicast' : 'unicast'}`;
}
