// SPDX-License-Identifier: Apache-2.0
import { BuiltinError } from './builtin.ts';
import { firstOf, type Ip, ipText, lastOf, narrow, parseCidr, parseIp } from './ip.ts';

interface Range {
  readonly bits: 32 | 128;
  first: bigint;
  last: bigint;
  /** The block it was given as, while nothing was merged into it. */
  text: string | undefined;
}

/** The fewest blocks that hold the same addresses. */
export function mergeCidrs(addresses: readonly string[]): readonly string[] {
  const ranges = addresses.map(rangeOf).sort(compareRanges);
  for (let at = ranges.length - 1; at > 0; at--) {
    const [before, range] = [ranges[at - 1], ranges[at]];
    if (!before || !range || before.bits !== range.bits || range.first - 1n > before.last) continue;
    ranges.splice(at - 1, 2, {
      bits: range.bits,
      first: sign(before.first - range.first) < 0 ? before.first : range.first,
      last: range.last,
      text: undefined,
    });
  }
  return ranges.flatMap((range) => (range.text === undefined ? blocksOf(range) : [range.text]));
}

/** A single IPv4 address stands for its network of old, class A, B or C. */
function rangeOf(text: string): Range {
  const ip = parseIp(text);
  if (ip && ip.bits === 128) throw new BuiltinError('IPv6 invalid: needs prefix length');
  if (ip) return blockRange(ip, classPrefix(ip), true);
  const cidr = parseCidr(text);
  if (!cidr) throw new BuiltinError(`invalid CIDR address: ${text}`);
  return blockRange(cidr.ip, cidr.prefix, false);
}

function classPrefix({ value }: Ip): number {
  const leading = Number(value >> 24n);
  if (leading < 0x80) return 8;
  return leading < 0xc0 ? 16 : 24;
}

function blockRange(ip: Ip, prefix: number, asGiven: boolean): Range {
  const [first, last] = [firstOf({ ip, prefix }), lastOf({ ip, prefix })];
  return {
    bits: first.bits,
    first: first.value,
    last: last.value,
    text: `${ipText(asGiven ? ip : first)}/${prefix}`,
  };
}

function compareRanges(a: Range, b: Range): number {
  return a.bits - b.bits || sign(a.last - b.last) || sign(a.first - b.first);
}

function sign(value: bigint): number {
  if (value === 0n) return 0;
  return value < 0n ? -1 : 1;
}

function blocksOf({ bits, first, last }: Range): string[] {
  const blocks: string[] = [];
  for (let start = first; start <= last; ) {
    let size = 0n;
    // The largest block that begins here and does not go beyond the end.
    while (size < BigInt(bits) && (start >> size) % 2n === 0n && start + (1n << (size + 1n)) - 1n <= last) {
      size++;
    }
    blocks.push(`${ipText(narrow({ bits, value: start }))}/${bits - Number(size)}`);
    start += 1n << size;
  }
  return blocks;
}
