// SPDX-License-Identifier: Apache-2.0
import { isJsonArray, type Json } from './exact-json.ts';

/** What one rule said about one image or file: a message and whatever else the rule gave. */
export interface Result {
  readonly msg: string;
  /** `code`, `term`, `effective_on`, … in the names of the policy library; absent when the rule gave none. */
  readonly metadata?: Metadata;
  /**
   * The codes this result depends on, from its rule's annotation. A `depends_on` that the rule itself put into the
   * result is shown in the metadata and has no effect (quirk of ec).
   */
  readonly dependsOn?: readonly string[];
}

export interface Metadata {
  readonly [key: string]: Json;
}

/** What one package said about one input, before selection and classification. */
export interface RawOutcome {
  readonly filename: string;
  readonly namespace: string;
  readonly warnings: readonly Result[];
  readonly failures: readonly Result[];
  readonly exceptions: readonly Result[];
  readonly skipped: readonly Result[];
}

/** The same after selection, classification, successes and dependencies. */
export interface Outcome extends RawOutcome {
  readonly successes: readonly Result[];
}

export function codeOf(result: Result): string {
  return nonEmptyText(result.metadata?.code);
}

/** The terms of a result: one text or a list; empty and other members are skipped. */
export function termsOf(result: Result): string[] {
  return texts(result.metadata?.term);
}

/** The text, or the texts of the list, that are not empty. */
export function texts(value: Json | undefined): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (!isJsonArray(value)) return [];
  return value.filter((item): item is string => typeof item === 'string' && item !== '');
}

function nonEmptyText(value: Json | undefined): string {
  // Go reads the first text of a list as well; a code is a text in every policy, so this only matters for odd ones.
  return texts(value)[0] ?? '';
}
