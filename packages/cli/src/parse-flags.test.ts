// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { FlagSpecs } from './command.ts';
import { parseFlags } from './parse-flags.ts';

const SPECS = {
  strict: { type: 'boolean', short: 's', default: true, help: '' },
  info: { type: 'boolean', short: 'i', help: '' },
  policy: { type: 'string', short: 'p', help: '' },
  output: { type: 'strings', short: 'o', help: '' },
  names: { type: 'list', help: '' },
  workers: { type: 'integer', default: 5, help: '' },
  trace: { type: 'string', bare: 'log', help: '' },
  layout: { type: 'string', options: ['tags', 'both'], help: '' },
} as const satisfies FlagSpecs;

const parse = (line: string) => parseFlags(SPECS, line.split(' '));

test('a boolean takes its value only after an equals sign, as pflag reads it', () => {
  expect(parse('--strict=false x').values['strict']).toBe(false);
  expect(parse('--info false')).toMatchObject({ values: { info: true }, args: ['false'] });
});

test('values stand in the next word, after an equals sign, or right behind a short flag', () => {
  for (const line of ['--policy a=b', '--policy=a=b', '-p a=b', '-pa=b', '-p=a=b', '-ip a=b', '-sipa=b']) {
    expect(parse(line).values['policy'], line).toBe('a=b');
  }
});

test('repeated flags gather; a list is split at commas, other values are not', () => {
  const { values } = parse('-o json -o yaml=a,b --names a,b --names c');
  expect(values).toMatchObject({ output: ['json', 'yaml=a,b'], names: ['a', 'b', 'c'] });
});

test('a flag that means something by itself takes its value only after an equals sign', () => {
  expect(parse('--trace cpu')).toMatchObject({ values: { trace: 'log' }, args: ['cpu'] });
  expect(parse('--trace=cpu').values['trace']).toBe('cpu');
});

test('two dashes end the flags', () => {
  expect(parse('x -- --info')).toMatchObject({ args: ['x', '--info'], values: { info: false } });
});

test.each([
  ['--polcy x', 'Flag --polcy is not known here; did you mean --policy?'],
  ['--toString', 'Flag --toString is not known here; --help lists the flags.'],
  ['-z', 'Flag -z is not known here; --help lists the flags.'],
  ['--policy', '--policy expects a value, but the command line ends there.'],
  ['--strict=maybe', '--strict expects true or false, but found "maybe".'],
  ['--workers 5x', '--workers expects a whole number, but found "5x".'],
  ['--layout tag', '--layout expects one of tags, both, but found "tag".'],
])('%s is refused', (line, message) => {
  expect(() => parse(line)).toThrow(message);
});
