// SPDX-License-Identifier: Apache-2.0
import { randomFillSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../src/compile.ts';
import { parseModule } from '../src/parse.ts';
import { runTests } from '../src/test-runner.ts';
import { fromPlain } from '../src/value/json.ts';
import { emptyObject } from '../src/value/object.ts';
import { isObject } from '../src/value/value.ts';
import { ecBuiltins } from './ec-builtins.ts';

/**
 * Runs the tests of a checkout of conforma/policy: `node conformance/conforma.ts <folder> [part of a name]`. One of
 * them asks for the wording of a JSON Schema error OPA 1.22 does not have; all others must pass.
 */
const [folder = '.', only] = process.argv.slice(2);
const start = performance.now();
const modules = ['policy', 'checks'].flatMap((part) =>
  readdirSync(join(folder, part), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.rego'))
    .sort()
    .map((name) => join(part, name)),
);
const parsed = modules.map((name) =>
  parseModule(name, readFileSync(join(folder, name), 'utf8'), { annotations: true }),
);
const parsedAt = performance.now();
const policy = compile(parsed, { builtins: ecBuiltins, tests: true, print: true });
const compiledAt = performance.now();
const { parse } = await import('yaml');
const data = fromPlain(parse(readFileSync(join(folder, 'example/data/rule_data.yml'), 'utf8')));
const outcomes = new Map<string, number>();
for (const result of runTests(policy, {
  data: isObject(data) ? data : emptyObject,
  clock: () => performance.now(),
  now: BigInt(Date.now()) * 1_000_000n,
  randomBytes: (bytes) => {
    randomFillSync(bytes);
  },
  ...(only !== undefined && { matches: (name: string) => name.includes(only) }),
})) {
  outcomes.set(result.outcome, (outcomes.get(result.outcome) ?? 0) + 1);
  if (result.outcome !== 'pass' || only !== undefined) {
    console.log(`${result.outcome} ${result.package}.${result.name} ${result.error?.message ?? ''} ${result.output}`);
  }
}
const end = performance.now();
console.log(
  `parse ${Math.round(parsedAt - start)} ms, compile ${Math.round(compiledAt - parsedAt)} ms, tests ${Math.round(end - compiledAt)} ms`,
);
console.log([...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', '));
