// SPDX-License-Identifier: Apache-2.0
// The engine as a program, as opa is one: `engine.js WHAT FOLDER [ROUNDS]`. The bench bundles and times it.
import { randomFillSync } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import {
  type CompileOptions,
  compile,
  type Documents,
  type EvaluateOptions,
  evaluate,
  fromJson,
  isObject,
  loadPolicy,
  type Policy,
  parseModule,
  runTests,
  savePolicy,
  toJson,
} from '@sluice/rego';

enableCompileCache();

const [what = '', folder = '.', rounds = '1'] = process.argv.slice(2);
const saved = join(folder, 'policy.saved');
const lent: EvaluateOptions = {
  now: BigInt(Date.now()) * 1_000_000n,
  randomBytes: (bytes) => {
    randomFillSync(bytes);
  },
};

/** What a run prints; it must be what opa prints. */
function perform(): string {
  switch (what) {
    case 'load':
      parsed(['policy']);
      return '';
    case 'save':
      writeFileSync(saved, savePolicy(parsed(['policy'])));
      return '';
    case 'evaluate':
      return release(parsed(['policy']));
    case 'evaluate-saved':
      return release(loadSaved());
    case 'load-saved':
      loadSaved();
      return '';
    case 'test':
      return test(parsed(['policy', 'tests'], { tests: true, print: true }));
    case 'steady':
      return steady(loadSaved());
    default:
      throw new Error(`There is nothing called "${what}".`);
  }
}

function parsed(parts: readonly string[], options: CompileOptions = {}): Policy {
  const files = parts.flatMap((part) =>
    readdirSync(join(folder, part), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.rego'))
      .sort()
      .map((name) => join(folder, part, name)),
  );
  return compile(
    files.map((file) => parseModule(file, readFileSync(file, 'utf8'), { annotations: true })),
    options,
  );
}

function loadSaved(): Policy {
  const policy = loadPolicy(readFileSync(saved));
  if (!policy) throw new Error('The saved policy is from another version.');
  return policy;
}

function readData() {
  const data = fromJson(readFileSync(join(folder, 'data.json'), 'utf8'));
  if (!isObject(data)) throw new Error('The data must be an object.');
  return data;
}

function release(policy: Policy): string {
  const input = fromJson(readFileSync(join(folder, 'input.json'), 'utf8'));
  return `[${ask(policy, { input, data: readData() }).join()}]`;
}

const rules: readonly string[] = JSON.parse(readFileSync(join(folder, 'rules.json'), 'utf8'));
const paths = rules.map((rule) => rule.split('.'));

function ask(policy: Policy, documents: Documents): readonly string[] {
  const evaluation = evaluate(policy, documents, lent);
  return paths.map((path) => toJson(evaluation.value(path) ?? null));
}

function test(policy: Policy): string {
  const outcomes = [...runTests(policy, { ...lent, data: readData(), clock: () => performance.now() })];
  for (const { outcome, name } of outcomes) if (outcome !== 'pass') console.error(`${outcome} ${name}`);
  return String(outcomes.filter(({ outcome }) => outcome === 'pass').length);
}

/** Nanoseconds of one evaluation, once everything is warm. */
function steady(policy: Policy): string {
  const documents = { input: fromJson(readFileSync(join(folder, 'input.json'), 'utf8')), data: readData() };
  const run = () => ask(policy, documents);
  const until = performance.now() + 2_000;
  while (performance.now() < until) run();
  const times = Array.from({ length: Number(rounds) }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return JSON.stringify(times);
}

console.log(perform());
