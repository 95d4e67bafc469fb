// SPDX-License-Identifier: Apache-2.0
import { quote } from '../value/print.ts';
import { BuiltinError } from './builtin.ts';

const unitNanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const hoursOf: Readonly<Record<string, number>> = { d: 24, w: 168, y: 8760 };

const int64Limit = 2n ** 63n;

/** Go's duration (`1h30m`), and days, weeks and years as OPA adds them. */
export function parseDuration(text: string): bigint {
  if (!/[dwy]/.test(text)) return parseGoDuration(text, text);
  const invalid = new BuiltinError(`time: invalid duration ${quote(text)}`);
  if (!/^[+-]?([0-9.]+(ms|us|µs|ns|[a-z]))+$/.test(text)) throw invalid;
  const rewritten = text.replace(/([0-9.]+)([dwy])/g, (_, digits: string, unit: string) => {
    if (!/^([0-9]+\.?[0-9]*|\.[0-9]+)$/.test(digits)) throw invalid;
    return `${plain(Number(digits) * (hoursOf[unit] ?? 0))}h`;
  });
  return parseGoDuration(rewritten, text);
}

/** A double without an exponent. */
function plain(value: number): string {
  return value < 1e21 ? String(value) : BigInt(value).toString();
}

function parseGoDuration(text: string, shown: string): bigint {
  const invalid = new BuiltinError(`time: invalid duration ${quote(shown)}`);
  const negative = text.startsWith('-');
  let rest = text.replace(/^[+-]/, '');
  if (rest === '0') return 0n;
  if (rest === '') throw invalid;
  let total = 0n;
  while (rest !== '') {
    const match = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest);
    const [number = '', whole = '', fraction = ''] = match ?? [];
    if (whole === '' && fraction === '') throw invalid;
    rest = rest.slice(number.length);
    const unit = /^[^0-9.]*/.exec(rest)?.[0] ?? '';
    if (unit === '') throw new BuiltinError(`time: missing unit in duration ${quote(shown)}`);
    const scale = Object.hasOwn(unitNanoseconds, unit) ? unitNanoseconds[unit] : undefined;
    if (scale === undefined) {
      throw new BuiltinError(`time: unknown unit ${quote(unit)} in duration ${quote(shown)}`);
    }
    total += BigInt(whole || '0') * scale + fractionOf(fraction, scale);
    if (total > int64Limit) throw invalid;
    rest = rest.slice(unit.length);
  }
  if (negative) return -total;
  if (total >= int64Limit) throw invalid;
  return total;
}

/** Go computes this part with doubles. */
function fractionOf(digits: string, scale: bigint): bigint {
  const kept = digits.slice(0, 18);
  return kept === '' ? 0n : BigInt(Math.trunc(Number(kept) * (Number(scale) / 10 ** kept.length)));
}
