// SPDX-License-Identifier: Apache-2.0
import type { Manifest, Repository } from '@sluice/oci';
import type { Component, Snapshot } from '../components/snapshot.ts';
import type { AttestationReport, SignatureReport } from '../report/report.ts';
import type { Json } from './exact-json.ts';
import type { Instant } from './instant.ts';
import type { Outcome } from './result.ts';
import type { PolicySpec } from './spec.ts';

/** One image as a policy sees it: everything here was verified, or read from the image by digest. */
export interface PolicyTarget {
  readonly component: Component;
  readonly snapshot: Snapshot;
  /** `repository@digest`. */
  readonly ref: string;
  readonly repository: Repository;
  readonly manifest: Manifest;
  readonly signatures: readonly SignatureReport[];
  readonly attestations: readonly AttestationReport[];
  /** The `config` member of the image configuration; of linux/amd64 in an index. */
  readonly config?: Json;
  /** The base image that the manifest's annotations name. */
  readonly parent?: { readonly ref: string; readonly config?: Json };
  readonly effectiveTime: Instant;
}

/** The sources of a policy, fetched and compiled, ready for any number of images. */
export interface PolicyEvaluator {
  /** The policy with its sources as they were used: pinned to commits and digests. */
  readonly policy: PolicySpec;
  /** SHA-256 of each source's content, by its address in `policy`. */
  readonly contents?: ReadonlyMap<string, string>;
  /** What makes the gate weaker than its policy seems to say, in plain words. */
  readonly notes?: readonly string[];
  /** Evaluates one image. Throws where the evaluation cannot be finished: that is a refusal. */
  evaluate(target: PolicyTarget): Promise<PolicyEvaluation>;
}

export interface PolicyEvaluation {
  readonly outcomes: readonly Outcome[];
  /** Writes the input document, JSON text. */
  readonly input: () => string;
}
