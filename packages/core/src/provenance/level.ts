// SPDX-License-Identifier: Apache-2.0
import { isJsonObject, type Json, parseExactJson } from '../policy/exact-json.ts';
import type { AttestationReport, SignatureReport } from '../report/report.ts';
import { slsaProvenanceV1, slsaProvenanceV02 } from '../statement/predicate-types.ts';

/** One level of SLSA's build track, and why the evidence reaches it or not. */
export interface LevelStep {
  readonly level: 1 | 2 | 3;
  readonly reached: boolean;
  readonly reason: string;
}

/** The build level that the evidence supports. */
export interface BuildLevel {
  readonly level: 0 | 1 | 2 | 3;
  readonly steps: readonly LevelStep[];
}

/**
 * The SLSA build level that verified provenance supports, with a reason for each level. It says what can be told from
 * the evidence alone: a platform that promises more than its certificates say gets no credit for it here.
 *
 * @example buildLevel(component.attestations).level // 2
 */
export function buildLevel(attestations: readonly AttestationReport[]): BuildLevel {
  const provenance = attestations.filter(
    ({ predicateType }) => predicateType === slsaProvenanceV1 || predicateType === slsaProvenanceV02,
  );
  const levels = provenance.map(levelOf).toSorted((a, b) => b.level - a.level);
  return (
    levels[0] ??
    built([{ level: 1, reached: false, reason: 'There is no SLSA provenance about this image that was verified.' }])
  );
}

/** The name of a level in a verification summary. */
export function levelName(level: BuildLevel['level']): string {
  return `SLSA_BUILD_LEVEL_${level}`;
}

function levelOf(attestation: AttestationReport): BuildLevel {
  const builder = builderOf(attestation);
  if (builder === undefined)
    return built([{ level: 1, reached: false, reason: 'The provenance does not name its builder.' }]);
  const first: LevelStep = {
    level: 1,
    reached: true,
    reason: `Provenance exists, is signed, and names the builder ${builder}.`,
  };
  const choices = attestation.signatures.map((signature) => {
    const second = platformSigned(signature, builder);
    return built(second.reached ? [first, second, isolated(signature)] : [first, second]);
  });
  return choices.toSorted((a, b) => b.level - a.level)[0] ?? built([first]);
}

function built(steps: readonly LevelStep[]): BuildLevel {
  const reached = steps.filter((step) => step.reached).map((step) => step.level);
  return { level: reached.at(-1) ?? 0, steps };
}

/** Level 2: the platform that built signs, so that nobody else can have written the provenance. */
function platformSigned({ metadata }: SignatureReport, builder: string): LevelStep {
  const missed = (reason: string): LevelStep => ({ level: 2, reached: false, reason });
  if (metadata === undefined)
    return missed('It is signed with a key, and nothing in the evidence says that only the build platform holds it.');
  const signer = metadata['Fulcio Build Signer URI'];
  if (signer === undefined)
    return missed('The certificate names no build; it was given to a person or to a machine account.');
  if (!sameBuilder(signer, builder))
    return missed(`The provenance names the builder ${builder}, but the certificate was given to ${signer}.`);
  const runner = metadata['Fulcio Runner Environment'];
  if (runner === 'self-hosted')
    return missed('The job ran on a self-hosted runner, which is no hosted build platform for all that is known.');
  return { level: 2, reached: true, reason: `The build platform gave the certificate to ${signer}, which signed.` };
}

/** Level 3: the steps of the build cannot reach what signs; a reusable workflow that somebody else defines keeps them apart. */
function isolated({ metadata = {} }: SignatureReport): LevelStep {
  const signer = metadata['Fulcio Build Signer URI'] ?? '';
  const config = metadata['Fulcio Build Config URI'];
  const missed = (reason: string): LevelStep => ({ level: 3, reached: false, reason });
  if (metadata['Fulcio Runner Environment'] !== 'github-hosted')
    return missed('Only hosted runners of GitHub are known to be thrown away after each job; this one is not.');
  if (config === undefined || withoutRef(config) === withoutRef(signer))
    return missed('The workflow that builds signs too, so that its steps could sign what they like.');
  return {
    level: 3,
    reached: true,
    reason: `The reusable workflow ${withoutRef(signer)} signs for ${withoutRef(config)}, whose steps cannot reach the signature.`,
  };
}

/** The builder as the provenance has it may leave out the ref of the certificate's URI. */
function sameBuilder(signer: string, builder: string): boolean {
  return signer === builder || withoutRef(signer) === builder;
}

function withoutRef(uri: string): string {
  const at = uri.lastIndexOf('@');
  return at < 0 ? uri : uri.slice(0, at);
}

function builderOf({ predicateType, statement }: AttestationReport): string | undefined {
  const predicate = member(parseExactJson(statement), 'predicate');
  const builder =
    predicateType === slsaProvenanceV1
      ? member(member(predicate, 'runDetails'), 'builder')
      : member(predicate, 'builder');
  const id = member(builder, 'id');
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function member(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined;
}
