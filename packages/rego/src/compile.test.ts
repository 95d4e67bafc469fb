// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { type CompileOptions, compile } from './compile.ts';
import { RegoErrors } from './error.ts';
import { parseModule } from './parse.ts';

function errorsOf(text: string, options: CompileOptions = {}, version: 'v0' | 'v1' = 'v1'): readonly string[] {
  try {
    compile([parseModule('a.rego', `package a\n${text}`, { version })], options);
    return [];
  } catch (thrown) {
    if (thrown instanceof RegoErrors) return thrown.errors.map(({ message }) => message.split('\n')[0] ?? '');
    throw thrown;
  }
}

describe('a variable', () => {
  test.each([
    ['p if x > 1', 'a.rego:2: rego_unsafe_var_error: var x is unsafe'],
    ['p := x', 'a.rego:2: rego_unsafe_var_error: var x is unsafe'],
    ['p if not q[x]\nq := [1]', 'a.rego:2: rego_unsafe_var_error: var x is unsafe'],
    ['p := [x | y := 1]', 'a.rego:2: rego_unsafe_var_error: var x is unsafe'],
    ['p if { every x in y { x } }', 'a.rego:2: rego_unsafe_var_error: var y is unsafe'],
    ['p if { x = y; y = x }', 'a.rego:2: rego_unsafe_var_error: var y is unsafe'],
  ])('that nothing binds is named in %j', (text, message) => expect(errorsOf(text)).toContain(message));

  test.each([
    'p if { x > 1; x = 2 }',
    'p if { f(y); y = 1 }\nf(x) := x',
    'p if { [x, y] = [1, x]; y == 1 }',
    'p := [x | some x in [1]]',
    'p if { some k, v in {"a": 1}; k == "a"; v == 1 }',
    'p := {k: v | some k; v := input[k]}',
    'p := x if { x := [y | y := z]; z = 1 }',
    'f([x, {"k": y}]) := x + y',
    'p if { count := 1; count == 1 }',
  ])('is found bound wherever it is bound: %j', (text) => expect(errorsOf(text)).toEqual([]));

  test.each([
    ['p if { x := 1; x := 2 }', 'var x assigned above'],
    ['p if { x == 1; x := 2 }', 'var x referenced above'],
    ['p if { some x; some x; x = 1 }', 'var x declared above'],
    ['f(x) if { x := 1 }', 'arg x redeclared'],
    ['p if { some x in x }', 'var x assigned before'],
    ['p if { 1 := 2 }', 'cannot assign to number'],
    ['p if { input.x := 2 }', 'cannot assign to ref'],
  ])('cannot be declared so: %j', (text, message) => {
    expect(errorsOf(text).join('\n')).toContain(`rego_compile_error: ${message}`);
  });

  test('in two rules of one row is told apart by the rule', () => {
    expect(errorsOf('p { x > 1 } q { y > 1 }', {}, 'v0').join('\n')).toContain('var x is unsafe in rule p');
  });
});

describe('recursion', () => {
  test.each(['p if q\nq if p', 'p := p', 'f(x) := f(x)', 'p[x] if { x := 1; p[2] }', 'p if data.a[_]'])(
    'is refused in %j',
    (text) => expect(errorsOf(text).join()).toContain('rego_recursion_error: rule data.a.'),
  );

  test('is not seen where two keys differ', () => {
    expect(errorsOf('p[x].a := 1 if some x in [1]\np[x].b := y if { some x in [1]; y := p[x].a }')).toEqual([]);
  });
});

describe('with', () => {
  test.each([
    ['p if q with foo as 1\nq := 1', 'with keyword target must reference existing input, data, or a function'],
    ['p if q with data.a.q.x as 1\nq := {}', 'with keyword cannot partially replace virtual document(s)'],
    ['p if q with walk as 1\nq := 1', 'target must not be a relation'],
    ['p if q with internal.member_2 as 1\nq := 1', 'replacement of internal function'],
  ])('is refused in %j', (text, message) => expect(errorsOf(text).join('\n')).toContain(message));
});

describe('built-in functions', () => {
  test('that were taken away do not exist', () => {
    expect(errorsOf('p := http.send({})')).toEqual([]);
    expect(errorsOf('p := http.send({})', { without: ['http.send'] }).join()).toContain('undefined function http.send');
  });

  test('of the embedder are checked against their types', () => {
    const builtins = [{ declaration: 'lib.f(x: string) y: object<size: number>', run: () => undefined }];
    expect(errorsOf('p := lib.f("a").size', { builtins })).toEqual([]);
    expect(errorsOf('p := lib.f(1)', { builtins }).join()).toContain('rego_type_error');
    expect(errorsOf('p := lib.f("a").sise', { builtins }).join()).toContain('rego_type_error: undefined ref');
  });

  test('without a body are misuse', () => {
    expect(() => errorsOf('p := 1', { builtins: [{ declaration: 'f(x: any) y: any' }] })).toThrow(TypeError);
  });
});
