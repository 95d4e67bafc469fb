// SPDX-License-Identifier: Apache-2.0
import { setOf } from '../value/set.ts';
import { isArray, isObject, isSet, type Value } from '../value/value.ts';
import { type BuiltinContext, BuiltinError, type Family } from './builtin.ts';
import { mergeCidrs } from './cidr-merge.ts';
import { type Cidr, contains, firstOf, type Ip, ipText, lastOf, narrow, parseCidr, parseIp } from './ip.ts';
import { any, binary, string, unary } from './operands.ts';

export const net: Family = {
  'net.cidr_contains': binary(any, any, cidrContains),
  'net.cidr_overlap': binary(any, any, cidrContains),
  'net.cidr_intersects': binary(any, any, (a, b) => {
    const [left, right] = [cidrOf(a), cidrOf(b)];
    return contains(left, firstOf(right)) || contains(right, firstOf(left));
  }),
  'net.cidr_is_valid': unary(any, (text) => typeof text === 'string' && parseCidr(text) !== undefined),
  'net.cidr_expand': unary(string, expand),
  'net.cidr_merge': unary(any, (addresses) => setOf(mergeCidrs(addressesOf(addresses)))),
  'net.cidr_contains_matches': binary(any, any, containsMatches),
  'net.lookup_ip_addr': unary(string, lookUpAddress),
};

/** What needs no network: an address is its own, and `localhost` is the loopback (RFC 6761). The rest is lent or not had. */
function lookUpAddress(name: string): Value {
  const ip = parseIp(name);
  if (ip) return setOf([ipText(ip)]);
  if (name.toLowerCase() === 'localhost') return setOf(['127.0.0.1', '::1']);
  throw new BuiltinError(`lookup ${name}: not available: no resolver was lent to this evaluation`);
}

/** OPA names every operand the first here. */
function cidrOf(value: Value): Cidr {
  const text = string(value, 1);
  return parseCidr(text) ?? invalid(text);
}

function invalid(text: string): never {
  throw new BuiltinError(`invalid CIDR address: ${text}`);
}

function cidrContains(a: Value, b: Value): boolean {
  const block = cidrOf(a);
  const text = string(b, 1);
  const ip = parseIp(text);
  if (ip) return contains(block, ip);
  const other = parseCidr(text);
  if (!other) throw new BuiltinError(`not a valid textual representation of an IP address or CIDR: ${text}`);
  const [first, last] = [firstOf(other), lastOf(other)];
  // Between IPv6 blocks the last address may look like IPv4 in IPv6 clothes, and is none.
  if (isPlainIpv6(firstOf(block)) && isPlainIpv6(first)) {
    return block.prefix <= other.prefix && firstOf({ ip: first, prefix: block.prefix }).value === firstOf(block).value;
  }
  return contains(block, first) && contains(block, last);
}

function isPlainIpv6(ip: Ip): boolean {
  return narrow(ip).bits === 128;
}

function expand(text: string, context: BuiltinContext): Value {
  const block = parseCidr(text) ?? invalid(text);
  const [first, last] = [firstOf(block), lastOf(block)];
  const hosts: string[] = [];
  for (let value = first.value; value <= last.value; value++) {
    context.tick(4);
    hosts.push(ipText({ bits: first.bits, value }));
  }
  return setOf(hosts);
}

function addressesOf(value: Value): readonly string[] {
  const items = isArray(value) ? value : isSet(value) ? value.items() : undefined;
  if (!items) throw new BuiltinError('operand must be an array');
  return items.map((item) => {
    if (typeof item !== 'string') throw new BuiltinError('element must be string');
    return item;
  });
}

function containsMatches(cidrs: Value, others: Value, context: BuiltinContext): Value {
  const found: Value[] = [];
  const inner = matchable(others, 2);
  for (const [cidr, index] of matchable(cidrs, 1)) {
    for (const [other, at] of inner) {
      context.tick(4);
      if (cidrContains(cidr, other)) found.push([index, at]);
    }
  }
  return setOf(found);
}

/** The addresses of a collection with what names them there: an index, a key, or the item itself. */
function matchable(value: Value, position: number): readonly (readonly [Value, Value])[] {
  if (typeof value === 'string') return [[value, value]];
  if (isArray(value)) return value.map((item, at) => [addressOf(item, position), at]);
  if (isSet(value)) return value.items().map((item) => [addressOf(item, position), item]);
  return isObject(value) ? value.entries().map(([key, item]) => [addressOf(item, position), key]) : [];
}

/** An address may be the first of an array, before what belongs to it. */
function addressOf(item: Value, position: number): Value {
  const address = isArray(item) ? item[0] : item;
  if (address !== undefined && (isArray(item) || typeof item === 'string')) return address;
  throw new BuiltinError(`operand ${position}: element must be string or non-empty array`);
}
