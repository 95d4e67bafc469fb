// SPDX-License-Identifier: Apache-2.0
import { sortedMembers } from '../policy/exact-json.ts';
import { formatInstant } from '../policy/instant.ts';
import type { Result } from '../policy/result.ts';
import type { CriteriaLists, PolicySpec, SourceGroup, VolatileCriterion } from '../policy/spec.ts';
import type {
  AttestationReport,
  ComponentReport,
  ComponentSource,
  FileReport,
  ImageReport,
  InputReport,
  Report,
  ReportOptions,
  SignatureReport,
} from './report.ts';

/** The report as ec's `json` and `yaml` have it, members in ec's order; empty lists are left out as Go leaves them. */
export function ecReport(report: Report, options: ReportOptions): unknown {
  return report.kind === 'image' ? ecImageReport(report, options) : ecInputReport(report, options);
}

function ecImageReport(report: ImageReport, options: ReportOptions): unknown {
  return {
    success: report.success,
    ...present({ snapshot: report.snapshot }),
    components: report.components.map((component) => ecComponent(component, options)),
    key: report.key,
    policy: ecPolicy(report.policy),
    'ec-version': report.version,
    'effective-time': formatInstant(report.effectiveTime),
  };
}

function ecComponent(component: ComponentReport, options: ReportOptions): unknown {
  const successes = options.showSuccesses ? component.successes : [];
  return {
    name: component.name,
    containerImage: component.containerImage,
    source: ecSource(component.source),
    ...listed('violations', component.violations.map(ecResult)),
    ...listed('warnings', component.warnings.map(ecResult)),
    ...listed('successes', successes.map(ecResult)),
    success: component.success,
    ...listed('signatures', component.signatures.map(ecSignature)),
    ...listed('attestations', component.attestations.map(ecAttestation)),
  };
}

function ecInputReport(report: InputReport, options: ReportOptions): unknown {
  return {
    success: report.success,
    filepaths: report.files.map((file) => ecFile(file, options)),
    policy: ecPolicy(report.policy),
    'ec-version': report.version,
    'effective-time': formatInstant(report.effectiveTime),
  };
}

function ecFile(file: FileReport, options: ReportOptions): unknown {
  return {
    filepath: file.filepath,
    violations: file.violations.map(ecResult),
    warnings: options.showWarnings ? file.warnings.map(ecResult) : null,
    successes: options.showSuccesses ? file.successes.map(ecResult) : null,
    success: file.success,
    'success-count': file.successes.length,
  };
}

export function ecResult(result: Result): unknown {
  const members = Object.keys(result.metadata ?? {}).length > 0;
  return { msg: result.msg, ...(members ? { metadata: sortedMembers(result.metadata ?? {}) } : {}) };
}

export function ecSource(source: ComponentSource): unknown {
  if (source.git === undefined) return {};
  const { url, revision, context, devfileUrl, dockerfileUrl } = source.git;
  return { git: { url, ...present({ revision, context, devfileUrl, dockerfileUrl }) } };
}

export function ecSignature(signature: SignatureReport): unknown {
  return {
    keyid: signature.keyid,
    sig: signature.sig,
    ...present({ certificate: signature.certificate }),
    ...listed('chain', signature.chain ?? []),
    ...(Object.keys(signature.metadata ?? {}).length > 0 ? { metadata: sortedMembers(signature.metadata ?? {}) } : {}),
  };
}

function ecAttestation(attestation: AttestationReport): unknown {
  const { type, predicateType, predicateBuildType } = attestation;
  return {
    ...present({ type, predicateType, predicateBuildType }),
    ...listed('signatures', attestation.signatures.map(ecSignature)),
  };
}

/** The policy with its members in the order of the resource definition. */
export function ecPolicy(policy: PolicySpec): { readonly [key: string]: unknown } {
  const { name, description, sources, configuration, rekorUrl, publicKey, identity } = policy;
  return {
    ...present({ name, description }),
    ...listed('sources', (sources ?? []).map(ecSourceGroup)),
    ...(configuration === undefined ? {} : { configuration: ecConfiguration(configuration) }),
    ...present({ rekorUrl, publicKey }),
    ...(identity === undefined ? {} : { identity: ecIdentity(identity) }),
  };
}

function ecConfiguration(configuration: NonNullable<PolicySpec['configuration']>): unknown {
  return { ...ecLists(configuration), ...listed('collections', configuration.collections ?? []) };
}

function ecIdentity(identity: NonNullable<PolicySpec['identity']>): unknown {
  const { subject, subjectRegExp, issuer, issuerRegExp } = identity;
  return present({ subject, subjectRegExp, issuer, issuerRegExp });
}

function ecSourceGroup(group: SourceGroup): unknown {
  const { config, volatileConfig } = group;
  return {
    ...present({ name: group.name }),
    ...listed('policy', group.policy ?? []),
    ...listed('data', group.data ?? []),
    ...(group.ruleData === undefined ? {} : { ruleData: group.ruleData }),
    ...(config === undefined ? {} : { config: ecLists(config) }),
    ...(volatileConfig === undefined ? {} : { volatileConfig: ecVolatile(volatileConfig) }),
  };
}

function ecLists(lists: CriteriaLists<string>): { [key: string]: unknown } {
  return { ...listed('exclude', lists.exclude ?? []), ...listed('include', lists.include ?? []) };
}

function ecVolatile(lists: CriteriaLists<VolatileCriterion>): unknown {
  return {
    ...listed('exclude', (lists.exclude ?? []).map(ecCriterion)),
    ...listed('include', (lists.include ?? []).map(ecCriterion)),
  };
}

function ecCriterion(criterion: VolatileCriterion): unknown {
  const { value, effectiveOn, effectiveUntil, imageRef, imageDigest, imageUrl, componentNames, reference } = criterion;
  return {
    value,
    ...present({ effectiveOn, effectiveUntil, imageRef, imageDigest, imageUrl }),
    ...listed('componentNames', componentNames ?? []),
    ...present({ reference }),
  };
}

function present(members: { readonly [key: string]: string | undefined }): { [key: string]: string } {
  const set = Object.entries(members).filter((entry): entry is [string, string] => (entry[1] ?? '') !== '');
  return Object.fromEntries(set);
}

function listed(key: string, list: readonly unknown[]): { [key: string]: readonly unknown[] } {
  return list.length === 0 ? {} : { [key]: list };
}
