// SPDX-License-Identifier: Apache-2.0
import { quote } from '../value/print.ts';
import { BuiltinError, type Family } from './builtin.ts';
import { any, binary, string, unary } from './operands.ts';

export const semver: Family = {
  'semver.is_valid': unary(any, (text) => typeof text === 'string' && parse(text) !== undefined),
  'semver.compare': binary(string, string, (a, b) => compareVersions(required(a, 1), required(b, 2))),
};

interface Version {
  readonly core: readonly bigint[];
  readonly preRelease: readonly string[];
}

const identifiers = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
// Semantic Versioning 2.0.0, with the `v` that OPA lets stand before it.
const shape = new RegExp(
  `^v?(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(?:-(${identifiers}))?(?:\\+${identifiers})?$`,
);
const maxInt64 = 2n ** 63n - 1n;

function parse(text: string): Version | undefined {
  const match = shape.exec(text);
  if (!match) return undefined;
  const [, major = '', minor = '', patch = '', pre] = match;
  const core = [major, minor, patch].map(BigInt);
  const preRelease = pre?.split('.') ?? [];
  const leadingZero = preRelease.some((part) => /^0[0-9]+$/.test(part));
  return leadingZero || core.some((part) => part > maxInt64) ? undefined : { core, preRelease };
}

function required(text: string, position: number): Version {
  const version = parse(text);
  if (!version) throw new BuiltinError(`operand ${position}: string ${quote(text)} is not a valid SemVer`);
  return version;
}

function compareVersions(a: Version, b: Version): number {
  for (const [at, part] of a.core.entries()) {
    const order = sign(part, b.core[at] ?? 0n);
    if (order !== 0) return order;
  }
  // What is released comes after what precedes it.
  if (a.preRelease.length === 0 || b.preRelease.length === 0) {
    return Math.sign(b.preRelease.length - a.preRelease.length);
  }
  const length = Math.min(a.preRelease.length, b.preRelease.length);
  for (let at = 0; at < length; at++) {
    const order = compareIdentifiers(a.preRelease[at] ?? '', b.preRelease[at] ?? '');
    if (order !== 0) return order;
  }
  return Math.sign(a.preRelease.length - b.preRelease.length);
}

function compareIdentifiers(a: string, b: string): number {
  const [aNumeric, bNumeric] = [a, b].map((part) => /^[0-9]+$/.test(part));
  if (aNumeric && bNumeric) return sign(BigInt(a), BigInt(b));
  if (aNumeric !== bNumeric) return aNumeric ? -1 : 1;
  return sign(a, b);
}

function sign<T extends string | bigint>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
