// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { compile } from './compile.ts';
import { evaluate } from './evaluate.ts';
import { parseModule } from './parse.ts';
import { loadPolicy, savePolicy } from './save.ts';
import { fromPlain } from './value/json.ts';
import { print } from './value/print.ts';

const text = `package a
# METADATA
# title: The rule
# custom:
#   short_name: p
p contains result if {
  some k, v in {1.50: {"__proto__", "x"}, "b": set()}
  result := [k, v, rego.metadata.chain()[0].annotations.custom.short_name]
}
default q := "none"
q := x if x := input.x
else := "else" if input.y
f({"k": x}) := x
r := f({"k": 10000000000000000000001})`;

function compiled() {
  return compile([parseModule('a.rego', text, { annotations: true })]);
}

describe('a saved policy', () => {
  test('says what it said before', () => {
    const before = compiled();
    const after = loadPolicy(savePolicy(before));
    if (!after) throw new Error('Expected the policy to load.');
    for (const input of [{}, { x: 1 }, { y: true }]) {
      const [a, b] = [before, after].map((policy) => evaluate(policy, { input: fromPlain(input) }).value(['a']));
      expect(print(b ?? null)).toBe(print(a ?? null));
    }
  });

  test('keeps where its rules stand', () => {
    const conflict = 'package a\nimport rego.v1\nr := x if some x in ["é", "b"]';
    const after = loadPolicy(savePolicy(compile([parseModule('a.rego', conflict)])));
    if (!after) throw new Error('Expected the policy to load.');
    expect(() => evaluate(after, {}).value(['a', 'r'])).toThrow(/a\.rego:3.*conflicting values/);
  });

  test('is not loaded for other options, from another version, or from anything else', () => {
    const saved = savePolicy(compiled());
    expect(loadPolicy(saved, { strict: true })).toBeUndefined();
    expect(loadPolicy(Buffer.from(saved.toString().replace('sluice-rego-4', 'sluice-rego-3')))).toBeUndefined();
    expect(loadPolicy(Buffer.from(''))).toBeUndefined();
    expect(loadPolicy(Buffer.from('null\n'))).toBeUndefined();
  });
});
