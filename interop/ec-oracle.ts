// SPDX-License-Identifier: Apache-2.0
// Holds policy evaluation against Conforma's own evaluator: `node interop/ec-oracle.ts [FOLDER]`. The folder (or the
// variable SLUICE_EC_ORACLE) holds cases.json with inputs and answers, and the policy and data they name.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createPolicyEvaluator } from '../packages/core/src/policy/evaluator.ts';
import { goJson, parseExactJson } from '../packages/core/src/policy/exact-json.ts';
import { parseRfc3339 } from '../packages/core/src/policy/instant.ts';
import { nothingKept } from '../packages/core/src/policy/kept-files.ts';
import type { Outcome, Result } from '../packages/core/src/policy/result.ts';
import { createSourceFetcher } from '../packages/core/src/policy/sources.ts';
import type { PolicySpec, SourceGroup } from '../packages/core/src/policy/spec.ts';

interface Case {
  readonly note: string;
  readonly source: SourceGroup;
  readonly configuration?: NonNullable<PolicySpec['configuration']>;
  readonly effective_time: string;
  readonly target: string;
  readonly component: string;
  readonly input: unknown;
  readonly filter_type?: 'ec-policy';
  readonly outcomes?: readonly unknown[];
  readonly error?: string;
}

const folder = process.argv[2] ?? process.env['SLUICE_EC_ORACLE'] ?? '';
if (!existsSync(join(folder, 'cases.json'))) {
  console.error('Expected a folder with cases.json as argument or in SLUICE_EC_ORACLE, but found none.');
  process.exit(2);
}

const silent = { info() {}, warn() {}, debug() {} };
const ctx = { now: () => new Date(), env: process.env, log: silent };
const sigstore = {
  certificate_identity: '',
  certificate_identity_regexp: '',
  certificate_oidc_issuer: '',
  certificate_oidc_issuer_regexp: '',
  ignore_rekor: false,
  public_key: '',
  rekor_url: '',
};

const none: Outcome = {
  filename: '',
  namespace: '',
  warnings: [],
  failures: [],
  exceptions: [],
  skipped: [],
  successes: [],
};

const cases: readonly Case[] = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
const different: string[] = [];
for (const one of cases) {
  const complaint = await differenceOf(one);
  if (complaint !== undefined) different.push(`${one.note}: ${complaint}`);
}
for (const line of different) console.log(`different  ${line}`);
console.log(`same ${cases.length - different.length} of ${cases.length}`);
process.exit(different.length > 0 ? 1 : 0);

async function differenceOf(one: Case): Promise<string | undefined> {
  const answer = await answerTo(one);
  if (one.error !== undefined) return 'error' in answer ? undefined : `expected the error "${one.error}"`;
  if ('error' in answer) return `unexpected ${answer.error}`;
  const found = answer.outcomes.map(shape).filter((outcome) => outcome.namespace !== '' || outcome.warnings.length > 0);
  const wanted = (one.outcomes ?? []).map((outcome) => shape({ ...none, ...(outcome as Partial<Outcome>) }));
  const [a, b] = [ordered(found), ordered(wanted)];
  return isDeepStrictEqual(a, b) ? undefined : `\n  found  ${goJson(a)}\n  wanted ${goJson(b)}`;
}

async function answerTo(one: Case): Promise<{ outcomes: readonly Outcome[] } | { error: string }> {
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
  try {
    const filter = one.filter_type ?? 'include-exclude';
    const evaluator = await createPolicyEvaluator(ctx, { policy, fetcher, builtins: [], at, filter, sigstore });
    const content = parseExactJson(JSON.stringify(one.input));
    const subject = { ref: one.target, component: one.component };
    return { outcomes: await evaluator.evaluateInputs([{ filename: '', content }], subject, at) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function shape(outcome: Outcome) {
  const { namespace, warnings, failures, exceptions, skipped, successes } = outcome;
  return {
    namespace,
    warnings: plain(warnings),
    failures: plain(failures),
    exceptions: plain(exceptions),
    skipped: plain(skipped),
    successes: plain(successes),
  };
}

/** Results in one order, as JSON has them. */
function plain(results: readonly Result[]): unknown[] {
  const list = results.map(({ msg, metadata }) => JSON.parse(JSON.stringify({ msg, metadata })));
  return ordered(list.map((item) => (Object.keys(item.metadata ?? {}).length > 0 ? item : { msg: item.msg })));
}

function ordered<Item>(list: readonly Item[]): Item[] {
  const key = (item: Item) =>
    JSON.stringify(item, (_k, value) => (isObject(value) ? Object.fromEntries(Object.entries(value).sort()) : value));
  return list.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
