// SPDX-License-Identifier: Apache-2.0
// Holds our engine against `opa eval`: generates well-typed modules and an input, evaluates both, compares the values
// to the digit. `node interop/rego-fuzz.ts [COUNT] [FIRST SEED]`; with SLUICE_FUZZ_KEEP=FOLDER each disagreement is
// written there as a case.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BuiltinError,
  compile,
  emptyObject,
  evaluate,
  fromJson,
  loadPolicy,
  loadSettled,
  type Policy,
  parseModule,
  RegoError,
  RegoErrors,
  savePolicy,
  saveSettled,
  toJson,
  type Value,
} from '@sluice/rego';
import type { BuiltinJson } from './rego-fuzz/builtins.ts';
import { type Generated, generateInput, generateModule } from './rego-fuzz/generate.ts';
import { Random } from './rego-fuzz/random.ts';
import { installTools } from './tools.ts';

const batchSize = 50;

const [count = '10000', firstSeed = '1'] = process.argv.slice(2);
const { tools, missing } = installTools(['opa'], process.env);
const opa = tools['opa'];
if (!opa) {
  console.error(`Expected OPA to compare with, found none: ${missing['opa']}.`);
  process.exit(1);
}
const capabilities = JSON.parse(run(['capabilities', '--current'], '')) as { builtins: readonly BuiltinJson[] };
const folder = mkdtempSync(join(tmpdir(), 'rego-fuzz-'));
const keep = process.env['SLUICE_FUZZ_KEEP'];
let [agreed, refused, disagreed] = [0, 0, 0];
for (let seed = Number(firstSeed); agreed + disagreed < Number(count); seed += batchSize) {
  const random = new Random(seed);
  const input = JSON.stringify(generateInput(random));
  const modules = Array.from({ length: batchSize }, (_, at) =>
    generateModule(`t${seed + at}`, new Random((seed + at) * 7919), capabilities.builtins),
  );
  compareBatch(modules, input);
}
rmSync(folder, { recursive: true });
console.log(`${agreed.toLocaleString('en')} agree, ${disagreed} disagree (${refused} refused by both)`);
process.exitCode = disagreed === 0 ? 0 : 1;

function run(args: readonly string[], input: string): string {
  const result = spawnSync(opa ?? '', args, { input, encoding: 'utf8', maxBuffer: 1 << 28, timeout: 120_000 });
  return result.stdout;
}

/** One process answers for the whole batch; what an error spoils is halved until the module at fault stands alone. */
function compareBatch(modules: readonly Generated[], input: string): void {
  const answers = askOpa(modules, input);
  if (typeof answers === 'string' && modules.length > 1) {
    const middle = modules.length >> 1;
    compareBatch(modules.slice(0, middle), input);
    compareBatch(modules.slice(middle), input);
    return;
  }
  for (const module of modules) {
    const theirs = typeof answers === 'string' ? answers : (answers.get(module.name) ?? '{}');
    report(module, input, theirs, askOurs(module, input));
  }
}

/** JSON by module, or OPA's error codes when there is an error that ends the evaluation. */
function askOpa(modules: readonly Generated[], input: string): ReadonlyMap<string, string> | string {
  const files = modules.flatMap(({ name, text }) => {
    const path = join(folder, `${name}.rego`);
    writeFileSync(path, text);
    return ['-d', path];
  });
  // OPA 1.22's rule index loses `input.s in ["a", input.s]`, so it answers without one.
  const output = run(['eval', '--stdin-input', '--disable-indexing', '--format=json', ...files, 'data.fuzz'], input);
  for (const { name } of modules) rmSync(join(folder, `${name}.rego`));
  const answer = fromJson(output === '' ? '{"errors": [{"code": "none"}]}' : output);
  const plain = JSON.parse(output === '' ? '{"errors": [{"code": "none"}]}' : output) as {
    errors?: readonly { code: string }[];
  };
  if (plain.errors) return `error ${plain.errors.map(({ code }) => code).join(' ')}`;
  const value = ['result', 0, 'expressions', 0, 'value'].reduce<unknown>(memberOf, answer);
  const byName = new Map<string, string>();
  for (const { name } of modules) {
    const found = memberOf(value, name);
    // What memberOf finds in a value is a value.
    if (found !== undefined) byName.set(name, toJson(found as Parameters<typeof toJson>[0]));
  }
  return byName;
}

function memberOf(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  const object = value as { get?: (key: string | number) => unknown } | undefined; // an object of a policy, if anything
  return object?.get?.(key);
}

/**
 * The answer for an input after that for another one, of which nothing may be left; and once more from a policy that was
 * saved with what it found out.
 */
function askOurs(module: Generated, input: string): string {
  try {
    const policy = compile([parseModule(`${module.name}.rego`, module.text)]);
    evaluateFirst(policy, module, generateInput(new Random(input.length)));
    const answer = answerOf(policy, module, fromJson(input));
    const kept = loadPolicy(savePolicy(policy));
    const found = saveSettled(policy, { data: emptyObject }, 0n);
    if (kept && found !== undefined) loadSettled(kept, { data: emptyObject }, 0n, found);
    const again = kept && answerOf(kept, module, fromJson(input));
    return again === answer ? answer : `${answer}\nbut from a saved policy ${again}`;
  } catch (error) {
    if (error instanceof RegoErrors) return `error ${error.errors.map(({ code }) => code).join(' ')}`;
    if (error instanceof RegoError || error instanceof BuiltinError) return `error ${error.code}`;
    return `crash ${error instanceof Error ? error.stack : String(error)}`;
  }
}

function evaluateFirst(policy: Policy, module: Generated, input: unknown): void {
  try {
    answerOf(policy, module, fromJson(JSON.stringify(input)));
  } catch (error) {
    // A conflict for that input is none for the other.
    if (!(error instanceof RegoError || error instanceof BuiltinError)) throw error;
  }
}

function answerOf(policy: Policy, module: Generated, input: Value): string {
  const value = evaluate(policy, { input, data: emptyObject }).value(['fuzz', module.name]);
  return value === undefined ? '{}' : toJson(value);
}

function report(module: Generated, input: string, theirs: string, ours: string): void {
  if (theirs === ours || (theirs.startsWith('error') && ours.startsWith('error'))) {
    agreed++;
    if (ours.startsWith('error')) refused++;
    return;
  }
  disagreed++;
  console.log(
    `DISAGREE ${module.name}\n${module.text}input: ${input}\nopa:  ${theirs.slice(0, 2000)}\nours: ${ours.slice(0, 2000)}\n`,
  );
  if (!keep) return;
  mkdirSync(keep, { recursive: true });
  const found = { module: module.text, input: JSON.parse(input) as unknown, opa: theirs };
  writeFileSync(join(keep, `${module.name}.json`), `${JSON.stringify(found, null, 2)}\n`);
}
