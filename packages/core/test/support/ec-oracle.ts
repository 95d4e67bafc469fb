// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { noSigstoreOptions } from '../../src/policy/data.ts';
import { createPolicyEvaluator } from '../../src/policy/evaluator.ts';
import { parseExactJson } from '../../src/policy/exact-json.ts';
import { parseRfc3339 } from '../../src/policy/instant.ts';
import { nothingKept } from '../../src/policy/kept-files.ts';
import type { Outcome, Result } from '../../src/policy/result.ts';
import { createSourceFetcher } from '../../src/policy/sources.ts';
import type { PolicySpec, SourceGroup } from '../../src/policy/spec.ts';

/** What Conforma's own evaluator was asked, and what it answered: outcomes or an error. */
export interface OracleCase {
  readonly note: string;
  readonly source: SourceGroup;
  readonly configuration?: NonNullable<PolicySpec['configuration']>;
  readonly effective_time: string;
  readonly target: string;
  readonly component: string;
  readonly input: unknown;
  readonly filter_type?: 'ec-policy';
  readonly outcomes?: readonly Partial<Outcome>[];
  readonly error?: string;
}

const ctx = { now: () => new Date(), env: {}, log: { info() {}, warn() {}, debug() {} } };
const lists = ['warnings', 'failures', 'exceptions', 'skipped', 'successes'] as const;

/** The cases of a folder, whose policies and data are named relative to it. */
export function oracleCases(folder: string): readonly OracleCase[] {
  return JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
}

/** What the evaluator wanted, as {@link oracleAnswer} gives what was found. */
export function oracleOutcomes({ outcomes = [] }: OracleCase): unknown[] {
  return ordered(outcomes.map(shape));
}

/** Asks the evaluator here. Throws where it cannot decide. */
export async function oracleAnswer(folder: string, one: OracleCase): Promise<unknown[]> {
  const at = parseRfc3339(one.effective_time) ?? 0n;
  const fetcher = createSourceFetcher(ctx, {
    openRepository: () => {
      throw new Error('no registry here');
    },
    http: { request: () => Promise.reject(new Error('no network here')), close() {} },
    kept: nothingKept,
    workingFolder: folder,
    builtin: () => undefined,
  });
  const policy: PolicySpec = { sources: [one.source], ...(one.configuration && { configuration: one.configuration }) };
  const filter = one.filter_type ?? 'include-exclude';
  const evaluator = await createPolicyEvaluator(ctx, {
    policy,
    fetcher,
    builtins: [],
    at,
    filter,
    sigstore: noSigstoreOptions,
  });
  const content = parseExactJson(JSON.stringify(one.input));
  const subject = { ref: one.target, component: one.component };
  const outcomes = await evaluator.evaluateInputs([{ filename: '', content }], subject, at);
  // A source without anything to say is an outcome without a namespace here; ec leaves it out.
  return ordered(outcomes.filter(({ namespace, warnings }) => namespace !== '' || warnings.length > 0).map(shape));
}

function shape(outcome: Partial<Outcome>) {
  const plain = Object.fromEntries(lists.map((list) => [list, ordered((outcome[list] ?? []).map(bare))]));
  return { namespace: outcome.namespace ?? '', ...plain };
}

function bare({ msg, metadata }: Result) {
  return Object.keys(metadata ?? {}).length > 0 ? JSON.parse(JSON.stringify({ msg, metadata })) : { msg };
}

/** The order of outcomes and results is not ec's promise. */
function ordered<Item>(list: readonly Item[]): Item[] {
  const key = (item: Item) => JSON.stringify(item, (_name, value) => sorted(value));
  return list.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
