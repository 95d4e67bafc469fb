// SPDX-License-Identifier: Apache-2.0
import type { FlagSpecs } from '@sluice/cli';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flagsFrom, linesInput, optionalText, requiredText, switchInput } from './inputs.ts';

const job = (value: string) => ({ input: () => value.trim() });
const specs: FlagSpecs = {
  name: { type: 'string', help: '' },
  policy: { type: 'string', help: '' },
  many: { type: 'strings', help: '' },
  on: { type: 'boolean', help: '' },
};

test('a required input that is empty names the line to add, because the runner does not', () => {
  expect(() => requiredText(job(' '), 'image', 'ghcr.io/acme/app@sha256:…')).toThrow(
    'The input "image" was expected, but it is empty; add "image: ghcr.io/acme/app@sha256:…" under "with:".',
  );
});

test.each([
  ['true', true],
  ['True', true],
  ['FALSE', false],
  ['', undefined],
])('the switch %j is %j', (text, value) => {
  expect(switchInput(job(text), 'force')).toBe(value);
});

test.each(['yes', '1', 'on', 'tru', 'true\nfalse'])('the switch %j is refused', (text) => {
  expect(() => switchInput(job(text), 'force')).toThrow(/is true or false|is one line/);
});

test('an expression that was not evaluated is refused, because its text would be taken for a value', () => {
  expect(() => optionalText(job('$'.concat('{{ steps.build.outputs.digest }}')), 'image')).toThrow(
    'an expression that GitHub did not evaluate',
  );
});

test('a line break is refused where one line is meant, and taken in a document', () => {
  expect(() => flagsFrom(job('a\nb'), specs, ['name'])).toThrow('The input "name" is one line, but found 2.');
  expect(flagsFrom(job('identity:\n  issuer: a'), specs, ['policy'])).toEqual(['--policy=identity:\n  issuer: a']);
});

test('a control character is refused by its number', () => {
  expect(() => optionalText(job('a\u001bb'), 'image')).toThrow('the control character \\x1b');
});

test('one value a line, blank lines left out', () => {
  expect(linesInput(job('latest\r\n\n  stable  '), 'to')).toEqual(['latest', 'stable']);
});

test('whatever an input holds, it is one word of the command line that begins with its own flag', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      for (const name of ['name', 'policy', 'many', 'on']) {
        const words = attempt(() => flagsFrom(job(value), specs, [name]));
        for (const word of words) expect(word.startsWith(`--${name}=`)).toBe(true);
        if (name !== 'many') expect(words.length).toBeLessThanOrEqual(1);
      }
    }),
  );
});

/** A refusal gives no words. */
function attempt(work: () => readonly string[]): readonly string[] {
  try {
    return work();
  } catch (error) {
    expect(error).toMatchObject({ code: 'input' });
    return [];
  }
}

test("a value that is the flag's own default is not given", () => {
  const flag: FlagSpecs = {
    on: { type: 'boolean', default: true, help: '' },
    layout: { type: 'string', default: 'referrers', help: '' },
  };
  expect(flagsFrom({ input: (name) => (name === 'on' ? 'true' : 'referrers') }, flag, ['on', 'layout'])).toEqual([]);
  expect(flagsFrom({ input: () => 'false' }, flag, ['on'])).toEqual(['--on=false']);
});
