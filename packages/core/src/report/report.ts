// SPDX-License-Identifier: Apache-2.0
import type { Instant } from '../policy/instant.ts';
import type { Result } from '../policy/result.ts';
import type { PolicySpec } from '../policy/spec.ts';

/** A verified signature as policies and reports show it (`sig` in base64, `certificate` and `chain` in PEM). */
export interface SignatureReport {
  readonly keyid: string;
  readonly sig: string;
  readonly certificate?: string;
  readonly chain?: readonly string[];
  /** What the certificate says, by name: Subject, Issuer, Fulcio Source Repository URI, … */
  readonly metadata?: { readonly [name: string]: string };
}

/** A verified attestation of a component. */
export interface AttestationReport {
  /** The statement's `_type`. */
  readonly type: string;
  readonly predicateType: string;
  readonly predicateBuildType?: string;
  readonly signatures: readonly SignatureReport[];
  /** The statement's JSON text. */
  readonly statement: string;
  /** Where it lies: `repository@digest` of the manifest that carries it. */
  readonly where?: string;
}

/** Where a component was built from, as the list of components says. */
export interface ComponentSource {
  readonly git?: {
    readonly url: string;
    readonly revision?: string;
    readonly context?: string;
    readonly devfileUrl?: string;
    readonly dockerfileUrl?: string;
  };
}

/** What was found about one image. Results keep all their metadata; every list is complete and in the order of code, term and message. */
export interface ComponentReport {
  readonly name: string;
  /** `repository@digest` once the image was reached; what was asked for before that. */
  readonly containerImage: string;
  readonly source: ComponentSource;
  readonly success: boolean;
  readonly violations: readonly Result[];
  readonly warnings: readonly Result[];
  readonly successes: readonly Result[];
  readonly signatures: readonly SignatureReport[];
  readonly attestations: readonly AttestationReport[];
  /** The images of an index, `repository@digest`, in the order of the index. */
  readonly platforms?: readonly string[];
  /** The earlier verification summary that was believed: nothing was validated in this run. */
  readonly earlier?: { readonly verifier: string; readonly time: Date };
  /** The document that the policy was given, JSON text; absent when it came to no policy, or was not asked for. */
  readonly policyInput?: string;
}

/** The outcome of one `validate image`: what every format shows. */
export interface ImageReport {
  readonly kind: 'image';
  readonly success: boolean;
  readonly created: Date;
  /** The name of the snapshot in the cluster, or empty. */
  readonly snapshot: string;
  readonly components: readonly ComponentReport[];
  /** PEM of the public key that signatures were checked with; empty when keyless. */
  readonly key: string;
  /** The policy with its sources as they were used: pinned to commits and digests. */
  readonly policy: PolicySpec;
  /** `sha256:…` of what the policy says, wherever its sources lie: what a verification summary names it by. */
  readonly policyDigest: string;
  readonly version: string;
  readonly effectiveTime: Instant;
  /** What weakens this gate although nothing failed, in plain words. */
  readonly notes: readonly string[];
}

/** What was found about one file. */
export interface FileReport {
  readonly filepath: string;
  readonly success: boolean;
  readonly violations: readonly Result[];
  readonly warnings: readonly Result[];
  readonly successes: readonly Result[];
}

/** The outcome of one `validate input`. */
export interface InputReport {
  readonly kind: 'input';
  readonly success: boolean;
  readonly created: Date;
  readonly files: readonly FileReport[];
  readonly policy: PolicySpec;
  readonly version: string;
  readonly effectiveTime: Instant;
  readonly notes: readonly string[];
}

export type Report = ImageReport | InputReport;

/** What a person asked to see. */
export interface ReportOptions {
  /** Titles, descriptions and solutions in ec's formats, which otherwise show code, term and effective date only. */
  readonly info: boolean;
  readonly showSuccesses: boolean;
  readonly showWarnings: boolean;
  readonly showPolicyDocsLink: boolean;
  /** ANSI colours in the `text` format. */
  readonly color: boolean;
}
