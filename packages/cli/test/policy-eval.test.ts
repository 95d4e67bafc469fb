// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { policyFolder } from './policy-folder.ts';
import { sluice, sluiceProcess } from './sluice.ts';

const deny = `package main

deny contains msg if {
	not input.signed
	msg := "unsigned <image>"
}

port := to_number(input.port)
`;

test('an input is evaluated by the real process, and printed as opa eval prints it', async () => {
  const at = policyFolder({ 'p/main.rego': deny, 'in.yaml': 'signed: false' });
  const run = await sluiceProcess(['policy', 'eval', '-d', at('p'), '-i', at('in.yaml'), 'data.main.deny']);
  expect(run).toMatchObject({ exit: 0, err: '' });
  expect(run.out).toBe(`{
  "result": [
    {
      "expressions": [
        {
          "value": [
            "unsigned \\u003cimage\\u003e"
          ],
          "text": "data.main.deny",
          "location": {
            "row": 1,
            "col": 1
          }
        }
      ]
    }
  ]
}
`);
});

test.each([
  ['json', '{\n  "result": [\n    {\n      "expressions": ['],
  ['values', '[\n  [],\n  true\n]\n'],
  ['bindings', '{\n  "x": 1.50\n}\n'],
  ['pretty', '┌────┬──────┐\n│ [] │  x   │\n├────┼──────┤\n│ [] │ 1.50 │\n└────┴──────┘\n'],
  ['raw', '[] true\n'],
  ['discard', '{\n  "result": "discarded"\n}\n'],
])('the format %s is that of opa', async (format, start) => {
  const run = await sluice(['policy', 'eval', '-f', format, '[]; x := 1.50']);
  expect(run.exit).toBe(0);
  expect(run.out.startsWith(start)).toBe(true);
});

test('what is undefined is no error, unless that is asked for', async () => {
  expect(await sluice(['policy', 'eval', 'data.nothing'])).toEqual({ exit: 0, out: '{}\n', err: '' });
  expect(await sluice(['policy', 'eval', '--fail', 'data.nothing'])).toMatchObject({ exit: 1, out: '{}\n' });
  expect(await sluice(['policy', 'eval', '--fail-defined', 'data.nothing'])).toMatchObject({ exit: 0 });
  expect(await sluice(['policy', 'eval', '--fail-defined', 'true'])).toMatchObject({ exit: 1 });
});

test('query and input come from standard input', async () => {
  expect((await sluice(['policy', 'eval', '-f', 'raw', '--stdin'], {}, '1 + 1')).out).toBe('2\n');
  expect((await sluice(['policy', 'eval', '-f', 'raw', '-I', 'input.a'], {}, '{"a": "b"}')).out).toBe('b\n');
});

test('folders below the given one are paths of data, and a prefix puts a file anywhere', async () => {
  const at = policyFolder({ 'd/top.json': '{"a": 1}', 'd/deep/er/x.yaml': 'b: 2', 'd/.git/c.json': '{"c": 3}' });
  const run = await sluice(['policy', 'eval', '-f', 'raw', '-d', at('d'), '--ignore', '.*', 'data']);
  expect(run.out).toBe('{"a":1,"deep":{"er":{"b":2}}}\n');
  const prefixed = await sluice(['policy', 'eval', '-f', 'raw', '-d', `x.y:${at('d/top.json')}`, 'data']);
  expect(prefixed.out).toBe('{"x":{"y":{"a":1}}}\n');
});

test('of a bundle folder only data.json and data.yaml are data', async () => {
  const at = policyFolder({ 'b/x/data.json': '{"a": 1}', 'b/other.json': '{"b": 2}' });
  expect((await sluice(['policy', 'eval', '-f', 'raw', '-b', at('b'), 'data'])).out).toBe('{"x":{"a":1}}\n');
});

test('a built bundle is refused, because its manifest and signatures would not be looked at', async () => {
  const at = policyFolder({ 'b/.manifest': '{"roots": ["a"]}', 'c.tar.gz': '' });
  for (const given of [at('b'), at('c.tar.gz')]) {
    const run = await sluice(['policy', 'eval', '-f', 'pretty', '-b', given, 'data']);
    expect(run).toMatchObject({ exit: 2, out: '' });
    expect(run.err).toContain('built bundle');
  }
});

test('a module that does not parse is named with its row and a caret', async () => {
  const at = policyFolder({ 'bad.rego': 'package bad\n\np if {\n\tx ==\n}\n' });
  const run = await sluice(['policy', 'eval', '-f', 'pretty', '-d', at('bad.rego'), 'data']);
  expect(run).toMatchObject({ exit: 2, out: '' });
  expect(run.err).toBe(`1 error occurred: ${at('bad.rego')}:5: rego_parse_error: unexpected } token\n\t}\n\t^\n`);
  const json = await sluice(['policy', 'eval', '-d', at('bad.rego'), 'data']);
  expect(JSON.parse(json.out)).toMatchObject({
    errors: [{ code: 'rego_parse_error', details: { line: '}', idx: 0 } }],
  });
});

test.each([
  [{ 'a.json': '{"x": {"y": 1}}', 'b.json': '{"x": {"y": 1}}' }, /b\.json sets data\.x\.y, which .*a\.json sets too/],
  [{ 'a.rego': 'package a\n\np := 1', 'b.json': '{"a": {"p": 2}}' }, /conflicting rule for data path a\/p found/],
  [{ 'a.json': '[1]' }, /a\.json was expected to hold an object/],
  [{ 'a.json': '{"a":' }, /a\.json was expected to hold JSON, but it does not/],
  [{ 'a.yaml': 'a: [1\n' }, /a\.yaml was expected to hold YAML, but it does not: yaml: line/],
])('data that disagree or are broken are refused: %j', async (files, sentence) => {
  const at = policyFolder(files);
  const run = await sluice(['policy', 'eval', '-f', 'pretty', '-d', at(), 'data']);
  expect(run).toMatchObject({ exit: 2, out: '' });
  expect(run.err).toMatch(sentence);
});

test('a file that is not there is another kind of failure than a wrong policy', async () => {
  const run = await sluice(['policy', 'eval', '-d', '/nowhere/p.rego', 'data']);
  expect(run.exit).toBe(3);
  expect(JSON.parse(run.out)).toEqual({
    errors: [{ message: 'A file or folder was expected at /nowhere/p.rego, but there is none.' }],
  });
  expect((await sluice(['policy', 'eval', '-i', '/nowhere/in.json', 'input'])).exit).toBe(3);
});

test('a folder with neither policies nor data is said to hold none', async () => {
  const at = policyFolder({ 'd/readme.txt': 'hello' });
  const run = await sluice(['policy', 'eval', '-f', 'raw', '-d', at('d'), 'data']);
  expect(run).toMatchObject({ exit: 0, out: '{}\n' });
  expect(run.err).toContain('Policies or data were expected in');
});

test('a policy that loops ends with one sentence when its time is over', async () => {
  const query = 'numbers.range(1, 99999)[_] + numbers.range(1, 99999)[_] + numbers.range(1, 99999)[_] < 0';
  const run = await sluice(['policy', 'eval', '-f', 'pretty', '--timeout', '200ms', query]);
  expect(run).toMatchObject({ exit: 2, out: '' });
  expect(run.err).toBe(
    '1 error occurred: eval_cancel_error: The evaluation was expected to end within 200ms, but did not; raise --timeout.\n',
  );
});

test('a policy that collects without end is stopped by its budget, without a time', async () => {
  const query = 'count([1 | numbers.range(1, 100000)[_]; numbers.range(1, 100000)[_]])';
  const run = await sluice(['policy', 'eval', '-f', 'pretty', query]);
  expect(run).toMatchObject({ exit: 2, out: '' });
  expect(run.err).toMatch(
    /^1 error occurred: rego_limit_error: Expected at most \d+ values in collections, found more\.\n$/,
  );
});

test('an interrupt ends a policy that loops at once', async () => {
  const query =
    'print("looping"); numbers.range(1, 99999)[_] + numbers.range(1, 99999)[_] + numbers.range(1, 99999)[_] < 0';
  const main = join(import.meta.dirname, '../src/main.ts');
  const child = spawn(process.execPath, [main, 'policy', 'eval', query], { env: {} });
  child.stderr.once('data', () => child.kill('SIGINT'));
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGINT');
});

test('errors of built-in functions are undefined, shown, or fatal, as asked', async () => {
  const at = policyFolder({ 'main.rego': deny, 'in.json': '{"port": "http"}' });
  const args = ['policy', 'eval', '-f', 'pretty', '-d', at('main.rego'), '-i', at('in.json'), 'data.main.port'];
  expect(await sluice(args)).toMatchObject({ exit: 0, out: 'undefined\n', err: '' });
  const shown = await sluice([...args, '--show-builtin-errors']);
  expect(shown.exit).toBe(0);
  expect(shown.err).toContain('eval_builtin_error: to_number:');
  expect(await sluice([...args, '--strict-builtin-errors'])).toMatchObject({ exit: 2, err: shown.err });
});

test('coverage says which rows were reached', async () => {
  const at = policyFolder({ 'main.rego': deny });
  const run = await sluice(['policy', 'eval', '--coverage', '-d', at('main.rego'), 'data.main.deny']);
  const { coverage } = JSON.parse(run.out);
  expect(coverage).toMatchObject({ covered_lines: 3, not_covered_lines: 1, coverage: 75 });
});

test('what a policy prints goes to standard error, with its control characters shown', async () => {
  const run = await sluice(['policy', 'eval', '-f', 'raw', 'print("a\\u001b[2Jb")']);
  expect(run).toMatchObject({ exit: 0, out: 'true\n', err: 'a\\x1b[2Jb\n' });
});

test('ec.* compiles, and a look-up that has no image is the error of a built-in function', async () => {
  expect((await sluice(['policy', 'eval', '-f', 'raw', 'ec.purl.is_valid("pkg:npm/a@1")'])).out).toBe('true\n');
  const run = await sluice(['policy', 'eval', '-f', 'pretty', '--strict-builtin-errors', 'ec.oci.blob("a")']);
  expect(run.exit).toBe(2);
  expect(run.err).toContain('ec.oci.blob: there is no answer without an image');
});

test('an older dialect is read where that is asked for', async () => {
  const at = policyFolder({ 'old.rego': 'package old\n\np { true }' });
  expect((await sluice(['policy', 'eval', '-d', at('old.rego'), 'data.old.p'])).exit).toBe(2);
  const run = await sluice(['policy', 'eval', '--v0-compatible', '-f', 'raw', '-d', at('old.rego'), 'data.old.p']);
  expect(run).toMatchObject({ exit: 0, out: 'true\n' });
});

test.each([
  [['policy', 'eval'], 'A query was expected, once'],
  [['policy', 'eval', '--stdin', '1'], 'A query was expected, once'],
  [['policy', 'eval', '--stdin', '-I'], 'there is one standard input'],
  [['policy', 'eval', '-I', '-i', 'x', '1'], 'Expected --input or --stdin-input'],
  [['policy', 'eval', '--fail', '--fail-defined', '1'], 'Expected --fail or --fail-defined'],
  [['policy', 'eval', '-d', 'a', '-b', 'b', '1'], 'Expected --data or --bundle'],
  [['policy', 'eval', '--partial', '1'], 'Flag --partial is not known here'],
  [['policy', 'eval', '--schema', 's.json', '1'], 'Flag --schema is not known here'],
  [['policy', 'eval', '-f', 'source', '1'], '--format expects one of json, values'],
])('%j is wrong usage, and never passed over', async (argv, sentence) => {
  const run = await sluice(argv);
  expect(run).toMatchObject({ exit: 2, out: '' });
  expect(run.err).toContain(sentence);
});
