// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import type { RegoObject } from '../value/object.ts';
import { isArray, type Value } from '../value/value.ts';

/** What a chain must fulfil beyond its signatures. */
export interface ChainOptions {
  readonly dnsName?: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Go's numbers of extended key usages, any of which will do. */
  readonly keyUsages: readonly number[];
}

/** A certificate in the two forms the checks need. */
export interface ParsedCertificate {
  readonly bytes: Uint8Array;
  readonly value: RegoObject;
}

/**
 * The chain from the last certificate up to the first, which is trusted; undefined when there is none. Checked are
 * signatures, times, authority and path length, names and purposes, as Go's x509.Certificate.Verify does.
 */
export function verifiedChain(
  certificates: readonly ParsedCertificate[],
  options: ChainOptions,
): readonly ParsedCertificate[] | undefined {
  const [root, ...rest] = certificates;
  const leaf = rest.at(-1);
  if (!root || !leaf) return undefined;
  const intermediates = rest.slice(0, -1);
  if (!isUsable(leaf, options) || !isUsable(root, options)) return undefined;
  if (options.dnsName !== undefined && !matchesName(leaf, options.dnsName)) return undefined;
  return build([leaf], root, intermediates, options);
}

/** Signatures tried for one chain, as many as Go tries. */
const maxChecks = 100;

function build(
  chain: readonly ParsedCertificate[],
  root: ParsedCertificate,
  intermediates: readonly ParsedCertificate[],
  options: ChainOptions,
  budget = { left: maxChecks },
): readonly ParsedCertificate[] | undefined {
  const last = chain.at(-1);
  if (!last) return undefined;
  if (issues(root, last, chain.length - 1, budget)) {
    const whole = [...chain, root];
    if (allowsUsage(whole, options.keyUsages)) return whole;
  }
  for (const next of intermediates) {
    if (chain.includes(next) || !isUsable(next, options) || !issues(next, last, chain.length - 1, budget)) continue;
    const found = build([...chain, next], root, intermediates, options, budget);
    if (found) return found;
  }
  return undefined;
}

function issues(parent: ParsedCertificate, child: ParsedCertificate, below: number, budget: { left: number }): boolean {
  if (parent.value.get('RawSubject') !== child.value.get('RawIssuer') || budget.left-- <= 0) return false;
  if (!mayIssue(parent, below)) return false;
  const certificate = new X509Certificate(Buffer.from(child.bytes));
  return certificate.verify(new X509Certificate(Buffer.from(parent.bytes)).publicKey);
}

function mayIssue({ value }: ParsedCertificate, below: number): boolean {
  const version3 = Number(value.get('Version')) === 3;
  const constrained = value.get('BasicConstraintsValid') === true;
  if (version3 ? !(constrained && value.get('IsCA') === true) : constrained && value.get('IsCA') !== true) return false;
  const usage = Number(value.get('KeyUsage'));
  const certSign = 1 << 5;
  if (usage !== 0 && (usage & certSign) === 0) return false;
  const limit = Number(value.get('MaxPathLen'));
  const limited = constrained && (limit > 0 || value.get('MaxPathLenZero') === true);
  return !limited || below <= limit;
}

function isUsable({ value }: ParsedCertificate, { now }: ChainOptions): boolean {
  if (value.get('UnhandledCriticalExtensions') !== null) return false;
  return Date.parse(String(value.get('NotBefore'))) <= now && now <= Date.parse(String(value.get('NotAfter')));
}

function matchesName({ value }: ParsedCertificate, name: string): boolean {
  const host = name.toLowerCase().replace(/\.$/, '');
  return strings(value.get('DNSNames')).some((pattern) => matchesHost(pattern.toLowerCase(), host));
}

function matchesHost(pattern: string, host: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === host;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot) === pattern.slice(1);
}

function strings(value: Value | undefined): readonly string[] {
  return value !== undefined && isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

const anyUsage = 0;

/** Every certificate that names purposes must name one of those asked for. */
function allowsUsage(chain: readonly ParsedCertificate[], usages: readonly number[]): boolean {
  if (usages.includes(anyUsage)) return true;
  return usages.some((usage) =>
    chain.every(({ value }) => {
      const known = value.get('ExtKeyUsage');
      if (known === null && value.get('UnknownExtKeyUsage') === null) return true;
      return known !== undefined && isArray(known) && (known.includes(usage) || known.includes(anyUsage));
    }),
  );
}
