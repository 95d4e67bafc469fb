// SPDX-License-Identifier: Apache-2.0
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepContext } from '../context.ts';
import { noSigstoreOptions } from './data.ts';
import { createPolicyEvaluator, type EvaluatorOptions } from './evaluator.ts';
import { parseExactJson } from './exact-json.ts';
import { type Instant, parseRfc3339 } from './instant.ts';
import { keptFolder, nothingKept } from './kept-files.ts';
import type { Outcome } from './result.ts';
import { createSourceFetcher } from './sources.ts';
import type { PolicySpec, SourceGroup } from './spec.ts';

const ctx: StepContext = {
  now: () => new Date('2026-06-01T00:00:00Z'),
  env: {},
  log: { info() {}, warn() {}, debug() {} },
};
const at: Instant = parseRfc3339('2026-06-01T00:00:00Z') ?? 0n;

let folder = '';
let made = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-evaluator-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A package with one rule whose METADATA names its code. */
function rule(pkg: string, name: string, body: string, more = ''): string {
  return `package ${pkg}

import rego.v1

# METADATA
# title: ${name} title
# custom:
#   short_name: ${name}
${more}deny contains {"code": "${pkg}.${name}", "msg": "${name} said"} if {
	${body}
}
`;
}

describe('a policy is evaluated as ec does', () => {
  it('gives what rules say with their titles, and a success for a rule that has nothing to say', async () => {
    const [outcome] = await run({
      'a.rego': `${rule('p', 'one', 'input.bad')}\n# METADATA\n# title: two title\n# custom:\n#   short_name: two\ndeny contains {"code": "p.two", "msg": "x"} if {\n\tfalse\n}\n`,
    });
    expect(outcome?.failures).toEqual([{ msg: 'one said', metadata: { code: 'p.one', title: 'one title' } }]);
    expect(outcome?.successes).toEqual([{ msg: 'Pass', metadata: { code: 'p.two', title: 'two title' } }]);
  });

  it('runs an image under each source with the data and rule data of that source alone', async () => {
    const reads = `package p

import rego.v1

deny contains sprintf("%v %v", [data.shared, data.rule_data__configuration__.limit])
`;
    const source = (text: string, limit: number): SourceGroup => ({
      policy: [write({ 'a.rego': reads })],
      data: [write({ 'd.yaml': `shared: ${text}` })],
      ruleData: { limit },
    });
    const outcomes = await evaluate({ sources: [source('yes', 1), source('"no"', 2)] });
    expect(outcomes.flatMap(({ failures }) => failures.map(({ msg }) => msg))).toEqual(['true 1', 'no 2']);
  });

  it('takes a list member by member into one outcome a package', async () => {
    const files = { 'a.rego': 'package p\n\nimport rego.v1\n\ndeny contains msg if {\n\tmsg := input.say\n}\n' };
    const outcomes = await evaluate(policyOf(files), '[{"say": "a"}, {"say": "b"}]');
    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]?.failures.map(({ msg }) => msg)).toEqual(['a', 'b']);
  });

  it('reads rules named deny_x, warn_x and violation, and lists what an exception excuses twice', async () => {
    const [outcome] = await run({
      'a.rego': `package p

import rego.v1

deny_this contains "denied"

warn_that contains "warned"

violation contains {"msg": "violated"}

exception contains rules if {
	rules := ["this"]
}
`,
    });
    expect(outcome?.warnings.map(({ msg }) => msg)).toEqual(['warned']);
    expect(outcome?.failures.map(({ msg }) => msg)).toEqual(['violated']);
    expect(outcome?.exceptions.map(({ msg }) => msg)).toEqual(Array(2).fill('data.p.exception[_][_] == "this"'));
  });

  it('sees the effective time in data.config and in time.now_ns', async () => {
    const [outcome] = await run({
      'a.rego':
        'package p\n\nimport rego.v1\n\ndeny contains sprintf("%d %d", [data.config.policy.when_ns, time.now_ns()])\n',
    });
    expect(outcome?.failures[0]?.msg).toBe(`${at} ${at}`);
  });
});

describe('quirks that a policy may rest on', () => {
  it('an include for a package after a dot runs only the package before it, and a note says so', async () => {
    const { evaluator, outcomes } = await both({
      'a.rego': rule('release.deep', 'one', 'true'),
      'b.rego': rule('release', 'two', 'true'),
    });
    expect(evaluator.notes?.join()).toMatch(/package release\.deep run only when no package is selected/);
    expect(outcomes.map(({ namespace }) => namespace)).not.toContain('release.deep');
  });

  it('numbers of rule data stay exact, unlike those of an input of an image', async () => {
    const files = {
      'a.rego': 'package p\n\nimport rego.v1\n\ndeny contains sprintf("%v", [data.rule_data__configuration__.n])\n',
    };
    const text = parseExactJson('{"n": 12345678901234567890}');
    if (typeof text !== 'object' || text === null || Array.isArray(text)) throw new Error('Expected an object.');
    const source = { policy: [write(files)], ruleData: text } as SourceGroup;
    const [outcome] = await evaluate({ sources: [source] });
    expect(outcome?.failures[0]?.msg).toBe('12345678901234567890');
  });
});

describe('a compiled policy is kept', () => {
  const files = { 'a.rego': rule('p', 'one', 'input.bad') };

  it('and says the same the next time, without the compiler', async () => {
    const kept = join(folder, 'kept');
    const policy = policyOf(files);
    const first = await answers(await open(policy, { kept: keptFolder(kept, '1') }), '{"bad": true}');
    const [file = ''] = readdirSync(kept);
    const written = readFileSync(join(kept, file), 'utf8');
    const second = await answers(await open(policy, { kept: keptFolder(kept, '1') }), '{"bad": true}');
    expect(second).toEqual(first);
    expect(readFileSync(join(kept, file), 'utf8')).toBe(written);
  });

  it('by its content and the version, and a file that is cut short or that others may write is not read', async () => {
    const kept = join(folder, 'careful');
    const policy = policyOf(files);
    const careful = keptFolder(kept, '1');
    await open(policy, { kept: careful });
    const [file = ''] = readdirSync(kept);
    const path = join(kept, file);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, -20));
    expect((await answers(await open(policy, { kept: careful }), '{"bad": true}'))[0]?.failures).toHaveLength(1);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    const lie = Buffer.from(bytes.subarray(4).toString('latin1').replaceAll('said', 'lied'), 'latin1');
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(lie));
    writeFileSync(path, Buffer.concat([sum, lie]));
    expect((await answers(await open(policy, { kept: careful }), '{"bad": true}'))[0]?.failures[0]?.msg).toBe(
      'one lied',
    );
    chmodSync(path, 0o666);
    expect((await answers(await open(policy, { kept: careful }), '{"bad": true}'))[0]?.failures[0]?.msg).toBe(
      'one said',
    );
    await open(policy, { kept: keptFolder(kept, '2') });
    await open(policyOf({ 'a.rego': rule('p', 'one', 'true') }), { kept: careful });
    expect(readdirSync(kept)).toHaveLength(3);
  });
});

describe('what a policy found out of its data is kept', () => {
  const expiring = `${rule('p', 'expired', 'not trusted')}
trusted if {
	some record in data.trusted
	time.parse_rfc3339_ns(record.expires_on) > data.config.policy.when_ns
	known
}

known if data.config.default_sigstore_opts.rekor_url != "https://evil.example"
`;
  const trusted = 'trusted: [{expires_on: "2026-06-01T00:00:00Z"}, {expires_on: "2026-07-01T00:00:00Z"}]';
  const until = (text: string): Instant => parseRfc3339(text) ?? 0n;

  it('and begun with until a date has passed, before which no run may look back either', async () => {
    const policy = { sources: [{ policy: [write({ 'a.rego': expiring })], data: [write({ 'd.yaml': trusted })] }] };
    const folderOfKept = join(folder, 'lasting');
    const refused = async (text: string, change: Partial<EvaluatorOptions> = {}) => {
      const kept = keptFolder(folderOfKept, '1');
      const [outcome] = await answers(await open(policy, { at: until(text), kept, ...change }), '{}');
      return outcome?.failures.length === 1;
    };
    const stamp = () =>
      readdirSync(folderOfKept).map((file) => readFileSync(join(folderOfKept, file)).toString('base64'));
    expect(await refused('2026-06-15T00:00:00Z')).toBe(false);
    const written = stamp();
    expect(await refused('2026-06-30T23:59:59Z')).toBe(false);
    expect(stamp()).toEqual(written);
    expect(await refused('2026-07-01T00:00:00Z')).toBe(true);
    expect(stamp()).not.toEqual(written);
    expect(await refused('2026-08-01T00:00:00Z')).toBe(true);
    expect(await refused('2026-05-01T00:00:00Z')).toBe(false);
    const sigstore = { ...noSigstoreOptions, rekor_url: 'https://evil.example' };
    expect(await refused('2026-05-01T00:00:00Z', { sigstore })).toBe(true);
  });
});

describe('files judged one after the other', () => {
  it('see their own name in data.conftest', async () => {
    const named =
      'package p\n\nimport rego.v1\n\ndeny contains shown\n\nshown := sprintf("%s in %s", [data.conftest.file.name, where])\n\nwhere := data.conftest.file.dir\n';
    const evaluator = await open(policyOf({ 'a.rego': named }));
    const inputs = ['one.json', 'two.json'].map((name) => ({
      filename: name,
      content: {},
      file: { name, dir: `of ${name}` },
    }));
    const outcomes = await evaluator.evaluateInputs(inputs, { ref: '', component: '' }, at);
    expect(outcomes.flatMap(({ failures }) => failures.map(({ msg }) => msg))).toEqual([
      'one.json in of one.json',
      'two.json in of two.json',
    ]);
  });
});

describe('a bad policy is refused in one sentence', () => {
  it.each([
    ['that does not parse', { 'a.rego': 'package p\n\ndeny contains' }, /a\.rego/],
    ['of the older syntax', { 'a.rego': 'package p\n\ndeny[msg] { msg := "x" }' }, /a\.rego/],
    ['that uses a built-in which ec took away', { 'a.rego': 'package p\n\nx := opa.runtime()' }, /opa\.runtime/],
    ['with the same code twice', { 'a.rego': rule('p', 'one', 'true'), 'b.rego': rule('p', 'one', 'false') }, /p\.one/],
    ['whose result has no msg', { 'a.rego': 'package p\n\nimport rego.v1\n\ndeny contains {"code": "p.a"}' }, /msg/],
    ['without any rule', { 'a.txt': 'nothing' }, /Expected Rego files in the policy source .*, but found none/],
    [
      'whose rule never speaks and has no name',
      { 'a.rego': 'package p\n\nx := 1' },
      /No rule of the policy was checked/,
    ],
  ])('a policy %s', async (_name, files, message) => {
    const error = await run(files).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toMatch(message);
  });

  it('a policy that loops ends at its deadline', async () => {
    const files = {
      'a.rego': `package p

import rego.v1

deny contains "slow" if {
	count([x | some x in numbers.range(1, 3000); some y in numbers.range(1, 3000); x == y]) == 0
}
`,
    };
    let asked = 0;
    const passing: StepContext = { ...ctx, now: () => new Date(10 * asked++), until: 50 };
    const evaluator = await open(policyOf(files), {}, passing);
    await expect(answers(evaluator, '{}')).rejects.toThrow(/took longer|time/);
  });

  it('data files that disagree', async () => {
    const data = [write({ 'a.yaml': 'k: {same: 1, other: 1}', 'b.yaml': 'k: {other: 2}' })];
    const policy = [write({ 'a.rego': rule('p', 'one', 'true') })];
    await expect(evaluate({ sources: [{ policy, data }] })).rejects.toThrow(/other/);
  });

  it('a source that is not there', async () => {
    await expect(evaluate({ sources: [{ policy: [join(folder, 'nowhere')] }] })).rejects.toThrow(/nowhere/);
  });
});

function run(files: { readonly [path: string]: string }): Promise<readonly Outcome[]> {
  return evaluate(policyOf(files), '{"bad": true}');
}

async function both(files: { readonly [path: string]: string }) {
  const evaluator = await open(policyOf(files));
  return { evaluator, outcomes: await answers(evaluator, '{"bad": true}') };
}

async function evaluate(policy: PolicySpec, input = '{}', change: Partial<EvaluatorOptions> = {}) {
  return answers(await open(policy, change), input);
}

function answers(evaluator: Awaited<ReturnType<typeof createPolicyEvaluator>>, input: string) {
  const subject = { ref: '', component: '' };
  return evaluator.evaluateInputs([{ filename: '', content: parseExactJson(input) }], subject, at);
}

function open(policy: PolicySpec, change: Partial<EvaluatorOptions> = {}, context = ctx) {
  const fetcher = createSourceFetcher(context, {
    openRepository: () => {
      throw new Error('no registry here');
    },
    http: { request: () => Promise.reject(new Error('no network here')), close() {} },
    kept: nothingKept,
    workingFolder: folder,
    builtin: () => undefined,
  });
  return createPolicyEvaluator(context, {
    policy,
    fetcher,
    builtins: [],
    at,
    filter: 'include-exclude',
    sigstore: noSigstoreOptions,
    ...change,
  });
}

function policyOf(files: { readonly [path: string]: string }): PolicySpec {
  return { sources: [{ policy: [write(files)] }] };
}

function write(files: { readonly [path: string]: string }): string {
  const root = join(folder, `policy-${made++}`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
