// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { type CompileOptions, compile } from '../compile.ts';
import { RegoErrors } from '../error.ts';
import { parseModule } from '../parse.ts';

/** What the compiler says of some modules, each given as its body behind `package test`. */
function findings(texts: readonly string[], options: CompileOptions = {}): readonly string[] {
  const modules = texts.map((text, index) =>
    parseModule(`${index}.rego`, text.startsWith('package') ? text : `package test\n${text}`, { annotations: true }),
  );
  try {
    compile(modules, options);
  } catch (error) {
    if (error instanceof RegoErrors) return error.errors.map(({ message }) => message);
    throw error;
  }
  return [];
}

describe('a policy that cannot mean what it says', () => {
  it('is told which types do not fit, with what there is and what is wanted', () => {
    expect(findings(['p := upper(7)'])).toEqual([
      '0.rego:2: rego_type_error: upper: invalid argument(s)\n\thave: (number, ???)\n\twant: (string, string)',
    ]);
    expect(findings(['p if 1 == "x"'])).toEqual([
      '0.rego:2: rego_type_error: match error\n\tleft  : number\n\tright : string',
    ]);
  });

  it('is told which key a document lacks, and which it has', () => {
    expect(findings(['obj := {"a": 1, "b": 2}\np := obj.c'])).toEqual([
      [
        '0.rego:3: rego_type_error: undefined ref: data.test.obj.c',
        'data.test.obj.c',
        '              ^',
        '              have: "c"',
        '              want (one of): ["a" "b"]',
      ].join('\n\t'),
    ]);
  });

  it('is told about functions that are unknown, miscalled, used as values or old', () => {
    expect(findings(['p if nope(1)'])).toEqual(['0.rego:2: rego_type_error: undefined function nope']);
    expect(findings(['f(a) := a\np := f(1, 2)'])[0]).toContain('function data.test.f has arity 1, got 2 arguments');
    expect(findings(['f(a) := a\np := f'])[0]).toContain('function data.test.f used as reference, not called');
    expect(findings(['p := any([true])'])[0]).toContain('deprecated built-in function calls in expression: any');
    expect(findings(['p if http.send({})'], { without: ['http.send'] })[0]).toContain('undefined function http.send');
  });

  it('is told about several mistakes at once, and about one that others follow from only once', () => {
    expect(findings(['p if 1 == "x"\nq := upper(7)\nr if q == 8'])).toHaveLength(2);
  });

  it('is told about rules that exclude each other', () => {
    expect(findings(['p := 1\np contains 2'])[0]).toContain('conflicting rules data.test.p found');
    expect(findings(['p.q := 1\np.q.r := 2'])[0]).toContain(
      'rule data.test.p.q conflicts with:\n  rule data.test.p.q.r at 0.rego:3',
    );
    expect(findings(['default p := 1\ndefault p := 2'])[0]).toContain(
      'multiple default rules data.test.p found at 0.rego:2, 0.rego:3',
    );
    expect(findings(['package a\nb := 1', 'package a.b\nc := 1'])[0]).toContain(
      'package a.b conflicts with rule b defined at 0.rego:2',
    );
  });

  it('is told about rules that need themselves, or may', () => {
    expect(findings(['p if q\nq if p'])).toEqual([
      '0.rego:2: rego_recursion_error: rule data.test.p is recursive: data.test.p -> data.test.q -> data.test.p',
      '0.rego:3: rego_recursion_error: rule data.test.q is recursive: data.test.q -> data.test.p -> data.test.q',
    ]);
    const doubtful = (rule: string): string | undefined => /\((.*)\)$/m.exec(findings([rule])[0] ?? '')?.[1];
    expect(doubtful('p if data.test[input.x]')).toBe('data.test[input.x] refers to data.test.p if input.x is "p"');
    expect(doubtful('p if { x := input.x; data[x].p }')).toBe(
      'data[x].p refers to data.test.p if x is "test" (x comes from input.x)',
    );
    expect(doubtful('p if { x = y; y = x; x = lower(input.x); data.test[x] }')).toContain('if x is "p"');
    expect(findings(['p if {\n some name in ["a", "b"]\n data.test[name]\n}'])).toEqual([]);
  });

  it('is told about names that hide a document, an import or nothing', () => {
    expect(findings(['input := 1'])[0]).toContain('rules must not shadow input (use a different rule name)');
    expect(findings(['p if {\n data := 1\n data == 1\n}'])[0]).toContain('variables must not shadow data');
    expect(findings(['f(input) := 1'])[0]).toContain('args must not shadow input');
    expect(findings(['import data.a\nimport data.b.a'])[0]).toContain('import must not shadow import data.a');
    expect(findings(['p if {\n some x\n true\n}'])[0]).toContain('declared var x unused');
  });

  it('is told about idle imports, arguments and variables in strict mode only', () => {
    const text = 'import data.a\nf(x) := 1\np if {\n y := 2\n}';
    expect(findings([text])).toEqual([]);
    expect(findings([text], { strict: true })).toEqual([
      '0.rego:2: rego_compile_error: import data.a unused',
      '0.rego:3: rego_compile_error: unused argument x. (hint: use _ (wildcard variable) instead)',
      '0.rego:5: rego_compile_error: assigned var y unused',
    ]);
  });

  it('is told about METADATA that says the same thing twice', () => {
    const block = '# METADATA\n# scope: document\n# title: x\n';
    expect(findings([`\n${block}p := 1\n\n${block}p := 1\n`])[0]).toContain('document annotation redeclared: 0.rego:3');
  });

  it('hears of ten findings and no more', () => {
    const rules = Array.from({ length: 20 }, (_, at) => `p${at} := upper(7)`).join('\n');
    expect(findings([rules])).toHaveLength(11);
    expect(findings([rules]).at(-1)).toBe('rego_compile_error: error limit reached');
  });
});

describe('a policy that replaces documents with `with`', () => {
  it('may give them another type', () => {
    expect(findings(['p := {"a": 1}\nq if p.b == 2 with data.test.p as {"b": 2}'])).toEqual([]);
    expect(findings(['p := {"a": 1}\nr := p\nq if r.b == 2 with data.test.p as {"b": 2}'])).toEqual([]);
  });

  it('must keep the arity of functions', () => {
    expect(findings(['f(x) := x\ng(x, y) := x\nq if f(1) == 1 with f as g'])[0]).toContain('arity mismatch');
  });
});
