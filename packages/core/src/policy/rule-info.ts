// SPDX-License-Identifier: Apache-2.0

/** What the METADATA annotation of a rule says about it. */
export interface RuleInfo {
  /** `package.short_name`. */
  readonly code: string;
  /** Dotted, without `data`. */
  readonly package: string;
  readonly shortName: string;
  readonly title: string;
  readonly description: string;
  readonly solution: string;
  readonly effectiveOn: string;
  readonly collections: readonly string[];
  readonly dependsOn: readonly string[];
  readonly pipelineIntention: readonly string[];
  readonly kind: 'deny' | 'warn' | 'other';
  readonly documentationUrl: string;
}

/** The rules of one evaluator. */
export interface RuleSet {
  /** Annotated rules by code: these pass when they say nothing. */
  readonly annotated: ReadonlyMap<string, RuleInfo>;
  /** Codes of deny and warn rules without annotations: they count for the choice of packages only. */
  readonly bare: ReadonlySet<string>;
}
