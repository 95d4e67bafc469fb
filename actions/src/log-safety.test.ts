// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { harmless } from './sluice.ts';

test.each([
  '::set-output name=digest::sha256:evil',
  '  ::error::x',
  '::add-mask::a',
  '##[error]x',
  'a ##[set-env name=PATH]b',
])('the line %j is not obeyed by the runner', (line) => {
  expect(harmless(line)).not.toMatch(/^\s*::/);
  expect(harmless(line)).not.toContain('##[');
});

test('groups of our own are still folded', () => {
  expect(harmless('::group::secure')).toBe('::group::secure');
  expect(harmless('::endgroup::')).toBe('::endgroup::');
});

test('no line begins a command but those that fold', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const line of text.split(/\r?\n/)) expect(/^\s*::(?!group::|endgroup::)/.test(harmless(line))).toBe(false);
    }),
  );
});
