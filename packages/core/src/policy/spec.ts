// SPDX-License-Identifier: Apache-2.0
import type { Json } from './exact-json.ts';

/** What a policy says: the `spec` of an EnterpriseContractPolicy (conforma/crds, v1alpha1), member for member. */
export interface PolicySpec {
  readonly name?: string;
  readonly description?: string;
  readonly sources?: readonly SourceGroup[];
  /** Policy-wide criteria; they count only for a source without criteria of its own. Deprecated upstream. */
  readonly configuration?: {
    readonly include?: readonly string[];
    readonly exclude?: readonly string[];
    readonly collections?: readonly string[];
  };
  readonly rekorUrl?: string;
  /** PEM, a file, or a key reference; empty means keyless. */
  readonly publicKey?: string;
  readonly identity?: {
    readonly subject?: string;
    readonly subjectRegExp?: string;
    readonly issuer?: string;
    readonly issuerRegExp?: string;
    /** Certificate extensions by name or OID, compared exactly. Ours: ec does not read it. */
    readonly extensions?: Readonly<Record<string, string>>;
  };
}

/** Policies and data that are evaluated together, apart from every other group. */
export interface SourceGroup {
  readonly name?: string;
  readonly policy?: readonly string[];
  readonly data?: readonly string[];
  readonly ruleData?: { readonly [key: string]: Json };
  readonly config?: CriteriaLists<string>;
  readonly volatileConfig?: CriteriaLists<VolatileCriterion>;
}

export interface CriteriaLists<Item> {
  readonly include?: readonly Item[];
  readonly exclude?: readonly Item[];
}

/** A criterion with an end, a reason, or a target of its own: the form exceptions take. */
export interface VolatileCriterion {
  readonly value: string;
  /** RFC 3339 or `YYYY-MM-DD`; both ends are inclusive, a missing end is open. */
  readonly effectiveOn?: string;
  readonly effectiveUntil?: string;
  /** The old name of `imageDigest`. */
  readonly imageRef?: string;
  readonly imageDigest?: string;
  readonly imageUrl?: string;
  readonly componentNames?: readonly string[];
  readonly reference?: string;
}
