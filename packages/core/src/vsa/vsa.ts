// SPDX-License-Identifier: Apache-2.0
import { parseReference } from '@sluice/oci';
import { SluiceError } from '../error.ts';
import { isJsonObject, type Json } from '../policy/exact-json.ts';
import { dateOf, parseRfc3339 } from '../policy/instant.ts';
import type { PolicySpec } from '../policy/spec.ts';
import { buildLevel, levelName } from '../provenance/level.ts';
import type { ComponentReport, ImageReport } from '../report/report.ts';

/** SLSA's verification summary (https://slsa.dev/spec/v1.1/verification_summary). */
export const slsaSummaryType = 'https://slsa.dev/verification_summary/v1';
/** Conforma's own. */
export const ecSummaryType = 'https://conforma.dev/verification_summary/v1';

/** What either kind of summary says. */
export interface VerificationSummary {
  readonly kind: 'slsa' | 'ec';
  readonly verifier: string;
  readonly passed: boolean;
  readonly time: Date;
  readonly policyUri: string;
  /** `sha256:…`; Conforma's own kind has the policy itself instead. */
  readonly policyDigest?: string;
  /** The policy as it was applied; in Conforma's own kind. */
  readonly policy?: PolicySpec;
  /** PEM of the key that the image's signatures were checked with, empty when keyless; in Conforma's own kind. */
  readonly imageKey?: string;
  readonly levels: readonly string[];
}

export interface SummaryOptions {
  /** Who verified: a URI. */
  readonly verifier: string;
  /** Where the policy is had from. */
  readonly policyUri: string;
}

/** The predicate of SLSA's summary about one component of a report. */
export function slsaSummary(report: ImageReport, component: ComponentReport, options: SummaryOptions): object {
  const { level } = buildLevel(component.attestations);
  const [, hex = ''] = report.policyDigest.split(':');
  return {
    verifier: { id: options.verifier, version: { sluice: report.version } },
    timeVerified: wholeSeconds(report.created),
    resourceUri: resourceUri(component.containerImage),
    policy: { uri: options.policyUri, digest: { sha256: hex } },
    inputAttestations: component.attestations.flatMap(({ where }) => inputAttestation(where)),
    verificationResult: component.success ? 'PASSED' : 'FAILED',
    verifiedLevels: component.success ? [levelName(level)] : ['FAILED'],
    slsaVersion: '1.1',
  };
}

/** The predicate of Conforma's summary about one component, member for member as ec writes it. */
export function ecSummary(report: ImageReport, component: ComponentReport, policySource: string): object {
  const platforms = (component.platforms ?? []).filter((ref) => ref !== component.containerImage);
  const details = [component, ...platforms].map((one) => detail(report, component, one));
  const sum = (member: 'Violations' | 'Warnings' | 'Successes') => details.reduce((n, one) => n + one[member], 0);
  return {
    policy: report.policy,
    policySource,
    imageRefs: [...new Set([component.containerImage, ...platforms])],
    timestamp: wholeSeconds(report.created),
    status: component.success ? 'passed' : 'failed',
    verifier: 'conforma',
    summary: {
      violations: sum('Violations'),
      warnings: sum('Warnings'),
      successes: sum('Successes'),
      Components: details,
      component: { name: component.name, containerImage: component.containerImage, source: component.source },
    },
    publicKey: report.key,
  };
}

/** Reads a summary of either kind. */
export function readSummary(predicateType: string, predicate: unknown): VerificationSummary {
  if (predicateType === slsaSummaryType) return readSlsa(predicate as Json);
  if (predicateType === ecSummaryType) return readEc(predicate as Json);
  throw malformed(`the predicate type ${slsaSummaryType} or ${ecSummaryType}`, predicateType);
}

export function isSummaryType(predicateType: string): boolean {
  return predicateType === slsaSummaryType || predicateType === ecSummaryType;
}

function readSlsa(predicate: Json): VerificationSummary {
  const policy = member(predicate, 'policy');
  const sha256 = member(member(policy, 'digest'), 'sha256');
  const result = member(predicate, 'verificationResult');
  const levels = member(predicate, 'verifiedLevels');
  if (result !== 'PASSED' && result !== 'FAILED') throw malformed('verificationResult PASSED or FAILED', result);
  return {
    kind: 'slsa',
    verifier: text(member(member(predicate, 'verifier'), 'id'), 'verifier.id'),
    passed: result === 'PASSED',
    time: time(member(predicate, 'timeVerified'), 'timeVerified'),
    policyUri: text(member(policy, 'uri'), 'policy.uri'),
    ...(typeof sha256 === 'string' ? { policyDigest: `sha256:${sha256}` } : {}),
    levels: Array.isArray(levels) ? levels.filter((level) => typeof level === 'string') : [],
  };
}

function readEc(predicate: Json): VerificationSummary {
  const policy = member(predicate, 'policy');
  const status = member(predicate, 'status');
  if (status !== 'passed' && status !== 'failed') throw malformed('status passed or failed', status);
  if (!isJsonObject(policy)) throw malformed('a policy', policy);
  return {
    kind: 'ec',
    verifier: text(member(predicate, 'verifier'), 'verifier'),
    passed: status === 'passed',
    time: time(member(predicate, 'timestamp'), 'timestamp'),
    policyUri: String(member(predicate, 'policySource') ?? ''),
    policy: policy as PolicySpec,
    imageKey: String(member(predicate, 'publicKey') ?? ''),
    levels: [],
  };
}

function detail(report: ImageReport, main: ComponentReport, one: ComponentReport | string) {
  const found = typeof one === 'string' ? report.components.find(({ containerImage }) => containerImage === one) : one;
  return {
    Name: found?.name ?? `${main.name}-${String(one)}`,
    ImageRef: typeof one === 'string' ? one : one.containerImage,
    Violations: found?.violations.length ?? 0,
    Warnings: found?.warnings.length ?? 0,
    Successes: found?.successes.length ?? 0,
  };
}

/** The image as a package URL: a name that holds wherever the digest is copied to. */
function resourceUri(image: string): string {
  const { registry, repository, digest = '' } = parseReference(image);
  const name = repository.slice(repository.lastIndexOf('/') + 1);
  return `pkg:oci/${name}@${encodeURIComponent(digest)}?repository_url=${encodeURIComponent(`${registry}/${repository}`)}`;
}

function inputAttestation(where: string | undefined) {
  const digest = where?.split('@')[1];
  return where === undefined || digest === undefined
    ? []
    : [{ uri: where, digest: { sha256: digest.slice(digest.indexOf(':') + 1) } }];
}

function wholeSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

function member(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined;
}

function text(value: Json | undefined, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw malformed(what, value);
}

function time(value: Json | undefined, what: string): Date {
  const instant = typeof value === 'string' ? parseRfc3339(value) : undefined;
  if (instant !== undefined) return dateOf(instant);
  throw malformed(`${what} as RFC 3339`, value);
}

function malformed(expected: string, found: unknown): SluiceError {
  return new SluiceError(
    'unproved',
    `Expected ${expected} in the verification summary, but found ${found === undefined ? 'nothing' : JSON.stringify(found)}.`,
  );
}
