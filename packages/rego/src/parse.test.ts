// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { RegoErrors } from './error.ts';
import { parseModule, parseQuery } from './parse.ts';
import type { Module } from './syntax/ast.ts';
import { print } from './value/print.ts';

function findings(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof RegoErrors) return error.errors.map(({ message }) => message);
    throw error;
  }
  return [];
}

describe('a parsed module', () => {
  it('keeps a literal object as one value, numbers with their text', () => {
    const { rules } = parseModule(
      'a.rego',
      'package a\n\np := {"x": [1.0, -2, 1e3], `y`: {3, "\\u00e9"}, "z": null}\n',
    );
    const value = rules[0]?.head.value;
    expect(value?.kind).toBe('constant');
    expect(value?.kind === 'constant' && print(value.value)).toBe('{"x": [1.0, -2, 1e3], "y": {3, "é"}, "z": null}');
  });

  it('does not mistake a comprehension, a comment or a variable for a literal', () => {
    const text = 'package a\n\np := [1 | true]\n\nq := [1, # one\n 2]\n\nr := {"a": [1, x]} if x := 1\n';
    expect(parseModule('a.rego', text).rules.map(({ head }) => head.value?.kind)).toEqual([
      'array-comprehension',
      'constant',
      'object',
    ]);
  });

  it('tells where a branch, a chained body and a default stand', () => {
    const text = 'package a\n\ndefault p := 1\n\np := 2 if false\nelse := 3\n';
    const { rules } = parseModule('a.rego', text);
    expect(rules.map(({ at, default: isDefault, else: branch }) => [at, isDefault, branch?.at])).toEqual([
      [text.indexOf('default'), true, undefined],
      [text.indexOf('p := 2'), false, text.indexOf('else')],
    ]);
  });

  it('reads the dialect that was asked for', () => {
    expect(parseModule('a.rego', 'package a\n\np { true }\n', { version: 'v0' }).newest).toBe('v0');
    expect(parseModule('a.rego', 'package a\n\nimport rego.v1\n', { version: 'v0' }).newest).toBe('v1');
    expect(findings(() => parseModule('a.rego', 'package a\n\np { true }\n'))).toEqual([
      'a.rego:3: rego_parse_error: `if` keyword is required before rule body',
    ]);
  });

  it('has the annotations of each rule only when asked', () => {
    const text = '# METADATA\n# title: T\npackage a\n\n# METADATA\n# custom: {short_name: x}\np := 1\n';
    const with_: Module = parseModule('a.rego', text, { annotations: true });
    expect(with_.annotations.map(({ scope, title }) => [scope, title])).toEqual([
      ['package', 'T'],
      ['rule', undefined],
    ]);
    expect(with_.rules[0]?.annotations[0]?.custom?.get('short_name')).toBe('x');
    expect(parseModule('a.rego', text).annotations).toEqual([]);
  });
});

describe('a text that is no module', () => {
  it('is refused with the row and a caret below the token', () => {
    expect(findings(() => parseModule('a.rego', 'package a\n\np if {\n\tx := [1, 2\n}\n'))).toEqual([
      'a.rego:5: rego_parse_error: unexpected } token: expected "," or "]"\n\t}\n\t^',
    ]);
  });

  it('is refused for a number with two points', () => {
    const findingsOf = (number: string): readonly string[] =>
      findings(() => parseModule('a.rego', `package a\n\np := ${number}\n`)).map((line) => line.split('\n')[0] ?? '');
    expect([findingsOf('.5'), findingsOf('-.5e3')]).toEqual([[], []]);
    expect(findingsOf('-.0.35')).toContain('a.rego:3: rego_parse_error: unexpected number token: invalid float');
    expect(findingsOf('.0.35e2')).toContain('a.rego:3: rego_parse_error: unexpected number token: invalid float');
  });

  it('is refused for several things at once', () => {
    const text = 'package a\n\nif := 1\n';
    expect(findings(() => parseModule('', text))).toEqual([
      '3:1: rego_parse_error: if keyword cannot be used for rule name\n\tif := 1\n\t^',
    ]);
    expect(findings(() => parseModule('a.rego', 'package a\n\np { true }\n\nq[x] { x := 1 }\n'))).toHaveLength(3);
  });

  it('hints at the import that is missing', () => {
    const [found] = findings(() => parseModule('a.rego', 'package a\n\np { x in [1] }\n', { version: 'v0' }));
    expect(found).toContain('(hint: `import future.keywords.in` for `x in xs` expressions)');
  });

  it('is refused when it is empty, has no package, or has two', () => {
    expect(findings(() => parseModule('a.rego', ''))).toEqual(['a.rego:1: rego_parse_error: empty module']);
    expect(findings(() => parseModule('a.rego', 'p := 1\n'))).toEqual(['a.rego:1: rego_parse_error: package expected']);
    expect(findings(() => parseModule('a.rego', 'package a\npackage b\n'))).toEqual([
      'a.rego:2: rego_parse_error: unexpected package',
    ]);
  });

  it('is refused where its bytes are no UTF-8', () => {
    const bytes = Uint8Array.of(...Buffer.from('package a\n\np := "'), 0xff, ...Buffer.from('"\n'));
    expect(findings(() => parseModule('a.rego', bytes)).join()).toContain(
      'a.rego:3: rego_parse_error: illegal utf-8 character',
    );
  });
});

describe('a query', () => {
  it('is a body without a rule', () => {
    expect(parseQuery('x := data.a.b; x > 1').body.map(({ kind }) => kind)).toEqual(['call-expr', 'call-expr']);
  });

  it('is not a module', () => {
    expect(findings(() => parseQuery('package a'))).toHaveLength(1);
  });
});
