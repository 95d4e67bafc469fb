// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { COMMANDS } from '../src/commands.ts';
import { sluice, sluiceProcess } from './sluice.ts';

test('the version is printed by the real process', async () => {
  const run = await sluiceProcess(['version']);
  expect(run).toMatchObject({ exit: 0, err: '' });
  expect(run.out).toMatch(/^sluice \d+\.\d+\.\d+ \(node v24\./);
});

test('without a command the list of commands is shown, and that is wrong usage', async () => {
  const run = await sluiceProcess([]);
  expect(run.exit).toBe(2);
  expect(run.err).toContain('Usage: sluice COMMAND');
});

test.each(COMMANDS.map((entry) => entry.name))('sluice %s --help shows what it does, with examples', async (name) => {
  const entry = COMMANDS.find((c) => c.name === name);
  const command = await entry?.load();
  const run = await sluice([...name.split(' '), '--help']);
  expect(run.exit).toBe(0);
  expect(command?.summary).toBe(entry?.summary);
  expect(command?.examples.length).toBeGreaterThan(0);
  for (const example of command?.examples ?? []) expect(example).toContain(`sluice ${name}`);
  expect(run.out).toContain(`Usage: sluice ${name} [flags]`);
});

test.each([
  [['verfy'], 'There is no command "verfy"; did you mean "verify"?'],
  [['image'], 'Usage: sluice COMMAND'],
  [['image', 'apend'], 'There is no command "image apend"; did you mean "image append"?'],
  [['version', 'now'], '"sluice version" expects no arguments, but found "now"'],
  [['verify'], '"sluice verify" expects IMAGE, but found nothing'],
  [['version', '--jsno'], 'Flag --jsno is not known here; did you mean --json?'],
])('%j is wrong usage', async (argv, sentence) => {
  const run = await sluice(argv);
  expect(run).toMatchObject({ exit: 2, out: '' });
  expect(run.err).toContain(sentence);
});

test('with --json an error is a document for machines', async () => {
  const run = await sluice(['image', 'digest', '--json', 'acme/UPPER']);
  expect(run).toMatchObject({ exit: 2, err: '' });
  expect(JSON.parse(run.out)).toMatchObject({ error: { code: 'bad-reference' } });
});

test('the stack is shown only with --debug', async () => {
  expect((await sluice(['image', 'digest', 'acme/UPPER'])).err).not.toContain('    at ');
  expect((await sluice(['image', 'digest', '--debug', 'acme/UPPER'])).err).toContain('    at ');
});
