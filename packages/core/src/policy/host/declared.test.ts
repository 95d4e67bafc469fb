// SPDX-License-Identifier: Apache-2.0
import { compile, evaluate, parseModule } from '@sluice/rego';
import { expect, test } from 'vitest';
import { declaredBuiltins } from './declared.ts';

function value(rule: string) {
  const module = parseModule('p.rego', `package p\nanswer := ${rule}`);
  const evaluation = evaluate(compile([module], { builtins: declaredBuiltins() }), {});
  return { answer: evaluation.value(['p', 'answer']), errors: evaluation.builtinErrors.map(({ reason }) => reason) };
}

test('a package URL is read without an image', () => {
  expect(value('ec.purl.parse("pkg:npm/left-pad@1.3.0").name').answer).toBe('left-pad');
});

test('a look-up without an image has no answer and says so', () => {
  const { answer, errors } = value('ec.oci.blob("example.com/a@sha256:00")');
  expect(answer).toBeUndefined();
  expect(errors).toEqual([expect.stringContaining('ec.oci.blob: there is no answer without an image')]);
});

test('a misspelt member of an answer does not compile', () => {
  expect(() => value('ec.oci.descriptor("a").digset')).toThrow(/undefined ref/);
});
