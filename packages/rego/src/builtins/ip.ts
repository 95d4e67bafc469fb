// SPDX-License-Identifier: Apache-2.0

/** An address: 4 bytes, or 16 that are no IPv4 address in IPv6 clothes. */
export interface Ip {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** A block of addresses: those that share the first `prefix` bits of the address. */
export interface Cidr {
  readonly ip: Ip;
  readonly prefix: number;
}

/** Reads an address as Go's net.ParseIP; IPv4 in IPv6 (`::ffff:1.2.3.4`) is IPv4. */
export function parseIp(text: string): Ip | undefined {
  const value = text.includes(':') ? parseIpv6(text) : parseIpv4(text);
  if (value === undefined) return undefined;
  if (!text.includes(':')) return { bits: 32, value };
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

/** Reads `address/length` as Go's net.ParseCIDR; the address is kept with the bits behind the prefix. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const [address, length] = [text.slice(0, slash), text.slice(slash + 1)];
  const wide = address.includes(':');
  const value = wide ? parseIpv6(address) : parseIpv4(address);
  const prefix = Number(length);
  if (value === undefined || !/^[0-9]{1,7}$/.test(length) || prefix > (wide ? 128 : 32)) return undefined;
  return { ip: { bits: wide ? 128 : 32, value }, prefix };
}

/** Go's text of an address. */
export function ipText({ bits, value }: Ip): string {
  if (bits === 32 || value >> 32n === 0xffffn) {
    return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
  }
  const groups = Array.from({ length: 8 }, (_, at) => Number((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16));
  const zeros = longestZeros(groups);
  if (!zeros) return groups.join(':');
  return `${groups.slice(0, zeros.from).join(':')}::${groups.slice(zeros.to).join(':')}`;
}

/** The first address of a block. */
export function firstOf({ ip, prefix }: Cidr): Ip {
  const host = BigInt(ip.bits - prefix);
  return { bits: ip.bits, value: (ip.value >> host) << host };
}

/** The last address of a block. */
export function lastOf({ ip, prefix }: Cidr): Ip {
  return { bits: ip.bits, value: ip.value | ((1n << BigInt(ip.bits - prefix)) - 1n) };
}

/** Whether an address lies in a block; an IPv4 address may be written as IPv6 on either side. */
export function contains(block: Cidr, ip: Ip): boolean {
  const [own, other] = [narrow(firstOf(block)), narrow(ip)];
  if (own.bits !== other.bits) return false;
  // A mask of 128 bits over an IPv4 address counts only its last 32.
  const prefix = own.bits === block.ip.bits ? block.prefix : Math.max(0, block.prefix - 96);
  const host = BigInt(own.bits - prefix);
  return own.value >> host === other.value >> host;
}

/** IPv4 in IPv6 as plain IPv4. */
export function narrow(ip: Ip): Ip {
  return ip.bits === 128 && ip.value >> 32n === 0xffffn ? { bits: 32, value: ip.value & 0xffffffffn } : ip;
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return undefined;
  const front = groupsOf(head, tail === undefined);
  const back = tail === undefined ? [] : groupsOf(tail, true);
  if (!front || !back) return undefined;
  const missing = 8 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const zeros: number[] = new Array(missing).fill(0);
  return [...front, ...zeros, ...back].reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

function groupsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else {
      const last = isEnd && at === parts.length - 1 ? parseIpv4(part) : undefined;
      if (last === undefined) return undefined;
      groups.push(Number(last >> 16n), Number(last & 0xffffn));
    }
  }
  return groups;
}

/** The longest run of at least two zero groups, the first of several. */
function longestZeros(groups: readonly string[]): { from: number; to: number } | undefined {
  let best: { from: number; to: number } | undefined;
  for (let from = 0; from < groups.length; from++) {
    let to = from;
    while (groups[to] === '0') to++;
    if (to - from > Math.max(1, best ? best.to - best.from : 0)) best = { from, to };
  }
  return best;
}
