// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { capturedIo } from '../src/captured-io.ts';
import { runCli } from '../src/cli.ts';
import { policyFolder } from './policy-folder.ts';
import { sluice, sluiceProcess } from './sluice.ts';

const good =
  '# METADATA\n# title: Main\n# custom:\n#  id: 7\npackage main\n\nimport data.lib\n\nallow if lib.ok # why\n';

test('nothing is said of a policy without errors, and data beside it are passed over', async () => {
  const at = policyFolder({ 'p/main.rego': good, 'p/lib.rego': 'package lib\n\nok := true\n', 'p/data.json': '[' });
  expect(await sluiceProcess(['policy', 'check', at('p')])).toEqual({ exit: 0, out: '', err: '' });
});

test('all errors of the compiler are said, as many as are asked for', async () => {
  const at = policyFolder({ 'bad.rego': 'package bad\n\np if f(1)\n\nq if g(1)\n' });
  const run = await sluice(['policy', 'check', at('bad.rego')]);
  const first = `${at('bad.rego')}:3: rego_type_error: undefined function f`;
  const second = `${at('bad.rego')}:5: rego_type_error: undefined function g`;
  expect(run).toEqual({ exit: 1, out: '', err: `2 errors occurred:\n${first}\n${second}\n` });
  const one = await sluice(['policy', 'check', '-m', '1', at('bad.rego')]);
  expect(one.err).toBe(`2 errors occurred:\n${first}\nrego_compile_error: error limit reached\n`);
});

test('a reader at a terminal sees the row with a caret, in colour', async () => {
  const at = policyFolder({ 'bad.rego': 'package bad\n\np if f(1)\n' });
  const io = capturedIo({});
  await runCli(['policy', 'check', at('bad.rego')], { ...io, stderr: { ...io.stderr, isTerminal: true } });
  expect(io.err()).toContain('\u001b[31m');
  expect(io.err()).toContain('\n\tp if f(1)\n\t     ^\n');
});

test('errors are JSON for machines', async () => {
  const at = policyFolder({ 'bad.rego': 'package bad\n\np if f(1)\n' });
  const run = await sluice(['policy', 'check', '--format', 'json', at('bad.rego')]);
  expect(run).toMatchObject({ exit: 1, out: '' });
  const location = { file: at('bad.rego'), row: 3, col: 6 };
  expect(JSON.parse(run.err)).toEqual({
    errors: [{ message: 'undefined function f', code: 'rego_type_error', location }],
  });
});

test('strict checks find what is not used', async () => {
  const at = policyFolder({ 'main.rego': 'package main\n\nimport data.lib\n\np := 1\n' });
  expect((await sluice(['policy', 'check', at('main.rego')])).exit).toBe(0);
  const run = await sluice(['policy', 'check', '--strict', at('main.rego')]);
  expect(run.exit).toBe(1);
  expect(run.err).toContain('import data.lib unused');
});

test('a misspelt member of what ec.* answers does not pass', async () => {
  const at = policyFolder({ 'main.rego': 'package main\n\np := ec.oci.descriptor("a").digset\n' });
  const run = await sluice(['policy', 'check', at('main.rego')]);
  expect(run.exit).toBe(1);
  expect(run.err).toContain('rego_type_error');
});

test.each([
  [{ 'readme.md': '' }, 2, 'At least one .rego file was expected'],
  [{}, 2, 'At least one .rego file was expected'],
])('checking nothing is no success: %j', async (files, exit, sentence) => {
  const run = await sluice(['policy', 'check', policyFolder(files)()]);
  expect(run).toMatchObject({ exit, out: '' });
  expect(run.err).toContain(sentence);
});

test('bytes that are no UTF-8 end in a sentence', async () => {
  const at = policyFolder({ 'main.rego': '' });
  const { writeFileSync } = await import('node:fs');
  writeFileSync(at('main.rego'), Buffer.from([0x70, 0xff, 0xfe, 0x00]));
  const run = await sluice(['policy', 'check', at('main.rego')]);
  expect(run.exit).toBe(1);
  expect(run.err).toContain('rego_parse_error');
});

test('the tree of a module is printed for people and as JSON', async () => {
  const at = policyFolder({ 'main.rego': good });
  const pretty = await sluice(['policy', 'parse', at('main.rego')]);
  expect(pretty.out).toContain('module\n package\n  ref\n   data\n   "main"\n import\n');
  const json = await sluice(['policy', 'parse', '--format', 'json', at('main.rego')]);
  expect(JSON.parse(json.out)).toMatchObject({ rules: [{ head: { name: 'allow' } }], comments: expect.any(Array) });
  const bare = await sluice(['policy', 'parse', '-f', 'json', '--json-include=-comments', at('main.rego')]);
  expect(JSON.parse(bare.out)).not.toHaveProperty('comments');
});

test('what does not parse has no tree', async () => {
  const at = policyFolder({ 'bad.rego': 'package' });
  const run = await sluice(['policy', 'parse', at('bad.rego')]);
  expect(run).toMatchObject({ exit: 1, out: '' });
  expect(JSON.parse(run.err)).toMatchObject({ errors: [{ code: 'rego_parse_error' }] });
  expect((await sluice(['policy', 'parse', at('none.rego')])).exit).toBe(3);
  expect((await sluice(['policy', 'parse', '--json-include', 'locations', at('bad.rego')])).exit).toBe(2);
});

test('an inspection lists packages, data and annotations', async () => {
  const at = policyFolder({ 'p/main.rego': good, 'p/x/data.yaml': 'a: 1', 'p/other.yaml': 'b: 1' });
  const pretty = await sluice(['policy', 'inspect', '--annotations', at('p')]);
  expect(pretty.out).toContain('│ data.main │');
  expect(pretty.out).toContain('│ data.x    │');
  expect(pretty.out).toContain(
    `ANNOTATIONS:\nMain\n====\n\nPackage:  main\nLocation: ${at('p/main.rego')}:5\nScope: package\n\nCustom:\n id: 7\n\n`,
  );
  const json = JSON.parse((await sluice(['policy', 'inspect', '-f', 'json', at('p')])).out);
  expect(json).toMatchObject({
    manifest: { revision: '', roots: [''] },
    namespaces: { 'data.main': [at('p/main.rego')], 'data.x': [at('p/x/data.yaml')] },
  });
  expect(json).not.toHaveProperty('annotations');
});

test('what cannot be inspected is said', async () => {
  const at = policyFolder({ 'bad.rego': 'package' });
  expect(await sluice(['policy', 'inspect', at('bad.rego')])).toMatchObject({ exit: 1, out: '' });
  expect(await sluice(['policy', 'inspect', at('none')])).toMatchObject({ exit: 3, out: '' });
});
