// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { clean } from './clean.ts';

test('an escape sequence from a registry is shown, not obeyed', () => {
  expect(clean('a\u001b[2Jb\rc')).toBe('a\\x1b[2Jb\\x0dc');
});

test('lines and tabs stay', () => {
  expect(clean('a\n\tb')).toBe('a\n\tb');
});

test('text cannot start a workflow command', () => {
  expect(clean('x\n  ::set-output name=a::b\n##[error]z')).toBe('x\n  : :set-output name=a::b\n# #[error]z');
});
