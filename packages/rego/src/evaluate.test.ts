// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { type CompileOptions, compile } from './compile.ts';
import { type EvaluateOptions, type Evaluation, evaluate, evaluateWithHost } from './evaluate.ts';
import { parseModule } from './parse.ts';
import { fromPlain, toPlain } from './value/json.ts';
import { emptyObject } from './value/object.ts';
import { isObject, type Value } from './value/value.ts';

interface Given extends EvaluateOptions {
  readonly input?: unknown;
  readonly data?: unknown;
  readonly compile?: CompileOptions;
}

function policyOf(text: string, options: CompileOptions = {}) {
  return compile([parseModule('test.rego', `package test\n${text}`)], options);
}

function evaluation(text: string, { input, data, compile: options, ...rest }: Given = {}) {
  const base = fromPlain(data ?? {});
  return evaluate(
    policyOf(text, options),
    { ...(input !== undefined && { input: fromPlain(input) }), ...(isObject(base) && { data: base }) },
    rest,
  );
}

function resultOf(text: string, given: Given = {}, rule = 'p') {
  const value = evaluation(text, given).value(['test', rule]);
  return value === undefined ? undefined : toPlain(value);
}

describe('a rule', () => {
  test('is undefined when its body does not hold', () => {
    expect(resultOf('p := 1 if input.x')).toBeUndefined();
    expect(resultOf('p := 1 if input.x', { input: { x: false } })).toBeUndefined();
    expect(resultOf('p := 1 if input.x', { input: { x: 0 } })).toBe(1);
  });

  test('falls back to its default and its else', () => {
    const text = 'default p := "none"\np := "a" if input.a\nelse := "b" if input.b';
    expect(resultOf(text, { input: { a: true, b: true } })).toBe('a');
    expect(resultOf(text, { input: { b: true } })).toBe('b');
    expect(resultOf(text)).toBe('none');
  });

  test('with null as its value is not undefined, the second time either', () => {
    expect(resultOf('f(x) := null\np := [a, b] if { a := f(1); b := f(1) }')).toEqual([null, null]);
  });

  test('that says two things is a conflict with its name and place', () => {
    const run = () => resultOf('p := x if some x in [1, 2]');
    expect(run).toThrow('test.rego:2: eval_conflict_error: rule data.test.p produced conflicting values');
    expect(() => resultOf('f(x) := 1\nf(x) := 2\np := f(1)')).toThrow('function data.test.f produced conflicting');
    expect(() => resultOf('p[1] := x if some x in ["a", "b"]')).toThrow('rule data.test.p[1] produced');
    expect(() => resultOf('p[k] := x if { k := 1; some x in ["a", "b"] }')).toThrow('object keys must be unique');
  });

  test('that failed fails in the same way when it is asked for again', () => {
    const run = evaluation('p := x if some x in [1, 2]\nq := p');
    expect(() => run.value(['test', 'q'])).toThrow('produced conflicting values');
    expect(() => run.value(['test', 'q'])).toThrow('produced conflicting values');
  });

  test('with variables in its name builds objects of objects and sets', () => {
    const text =
      'p[x].size := count(x) if some x in ["a", "bb"]\np.c.size := 3\nq[x] contains y if some x, y in [5, 5]';
    expect(resultOf(text)).toEqual({ a: { size: 1 }, bb: { size: 2 }, c: { size: 3 } });
    expect(resultOf(text, {}, 'q')).toEqual({ '0': [5], '1': [5] });
  });

  test('can be asked for one key without computing the others', () => {
    const text = 'p[x] := y if { some x in [1, 2]; y := q[x] }\nq[x] := x / (x - 2) if some x in [1, 2]\nr := p[1]';
    expect(resultOf(text, { strict: true }, 'r')).toBe(-1);
  });

  test('is merged with base data around it', () => {
    const all = evaluation('p.a := 1', { data: { test: { p: { b: 2 } }, other: 3 } });
    expect(toPlain(all.value([]) ?? null)).toEqual({ other: 3, test: { p: { a: 1, b: 2 } } });
  });
});

describe('a body', () => {
  test('may bind both sides of an equation', () => {
    expect(resultOf('p := [x, y, z] if { [x, 2, {"k": y}] = [1, z, {"k": 3}] }')).toEqual([1, 3, 2]);
  });

  test('goes through everything an unbound variable can be', () => {
    expect(resultOf('p := [[i, x] | x := input[i]]', { input: { b: 2, a: 1 } })).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  test('holds for every member, and for none at all', () => {
    expect(resultOf('p if every x in [1, 2] { x > 0 }')).toBe(true);
    expect(resultOf('p if every x in [] { x > 0 }')).toBe(true);
    expect(resultOf('p if every x in [1, -2] { x > 0 }')).toBeUndefined();
    expect(resultOf('p if every x in input { x > 0 }', { input: 7 })).toBeUndefined();
  });

  test('tells undefined from false under not', () => {
    expect(resultOf('p if not input.x')).toBe(true);
    expect(resultOf('p if not input.x', { input: { x: false } })).toBe(true);
    expect(resultOf('p if not startswith(input.x, "a")')).toBeUndefined();
  });
});

describe('with', () => {
  test('changes input and data for one expression only', () => {
    const text = 'q := input.a\np := [x, q] if x := q with input.a as 2';
    expect(resultOf(text, { input: { a: 1 } })).toEqual([2, 1]);
    expect(resultOf('p := x if x := data.other.k with data.other as {"k": 5}', { data: { other: { k: 1 } } })).toBe(5);
  });

  test('puts data in the place of rules', () => {
    expect(resultOf('q := 1\np := [x, q] if x := q with data.test.q as 2')).toEqual([2, 1]);
  });

  test('replaces functions by values and by functions, which see the original', () => {
    expect(resultOf('f(x) := x\np := y if y := f(1) with f as 7')).toBe(7);
    expect(resultOf('mock(x) := count(x) + 100\np := y if y := count([1]) with count as mock')).toBe(101);
  });
});

describe('errors of built-in functions', () => {
  test('make the call undefined and are kept', () => {
    const run = evaluation('p := 1 / input.x', { input: { x: 0 } });
    expect(run.value(['test', 'p'])).toBeUndefined();
    expect(run.builtinErrors.map(({ message }) => message)).toEqual([
      'test.rego:2: eval_builtin_error: div: divide by zero',
    ]);
  });

  test('end a strict evaluation', () => {
    expect(() => resultOf('p := 1 / input.x', { input: { x: 0 }, strict: true })).toThrow('divide by zero');
  });
});

describe('a budget', () => {
  const many = 'p := count([1 | some x in numbers.range(1, 1000); some y in numbers.range(1, 1000)])';

  test.each([
    ['steps', { maxSteps: 100_000 }],
    ['values in collections', { maxValues: 10_000 }],
  ])('of %s ends in its own error', (what, limits) => {
    expect(() => resultOf(many, { limits })).toThrow(new RegExp(`rego_limit_error: Expected at most .* ${what}`));
  });

  test('of time ends in a cancellation', () => {
    let now = 0;
    const deadline = { clock: () => now++, until: 3 };
    expect(() => resultOf(many, { deadline })).toThrow('eval_cancel_error');
  });

  test('is spent by the caller saying so', () => {
    expect(() => resultOf(many, { signal: AbortSignal.abort() })).toThrow('eval_cancel_error');
  });

  test('of rules inside each other ends in its own error', () => {
    const rules = Array.from({ length: 300 }, (_, at) => `r${at} := r${at + 1}`);
    const text = `${rules.join('\n')}\nr300 := 1\np := r0`;
    expect(resultOf(text)).toBe(1);
    expect(() => resultOf(text, { limits: { maxCallDepth: 200 } })).toThrow('rules inside each other');
  });

  test('is not needed for a stack that is used up', () => {
    const rules = Array.from({ length: 6_000 }, (_, at) => `r${at} := x if { [a | a := r${at + 1}][_] = x }`);
    const text = `${rules.join('\n')}\nr6000 := 1\np := r0`;
    const policy = policyOf(text, { checked: true });
    const run = evaluate(policy, {}, { limits: { maxCallDepth: 1_000_000 } });
    expect(() => run.value(['test', 'p'])).toThrow('rego_limit_error');
  });

  test('refuses a limit it does not know', () => {
    expect(() => resultOf('p := 1', { limits: { maxStep: 1 } as object })).toThrow(TypeError);
  });
});

describe('a query', () => {
  test('gives one solution for each way it holds', () => {
    const solutions = evaluation('p contains x if some x in [1, 2]').query('data.test.p[x]; y := x + 1');
    expect(solutions.map((bindings) => Object.fromEntries(bindings))).toEqual([
      { x: 1, y: 2 },
      { x: 2, y: 3 },
    ]);
  });

  test('shows the value of each expression as opa eval does', () => {
    const shown = (query: string) =>
      evaluation('p := {"a": false}')
        .results(query)
        .map(({ bindings, expressions }) => [[...bindings], expressions.map(({ text, value }) => [text, value])]);
    expect(shown('data.test.p.a')).toEqual([[[], [['data.test.p.a', false]]]]);
    expect(shown('1 == 2')).toEqual([[[], [['1 == 2', false]]]]);
    expect(shown('data.test.p.b')).toEqual([]);
    expect(shown('x := 1; x == 2')).toEqual([]);
    expect(shown('x := 1; y = x + 1; count([x])')).toEqual([
      [
        [
          ['x', 1],
          ['y', 2],
        ],
        [
          ['x := 1', true],
          ['y = x + 1', true],
          ['count([x])', 1],
        ],
      ],
    ]);
  });

  test('that is unsafe is refused', () => {
    expect(() => evaluation('p := 1').query('x > 1')).toThrow('rego_unsafe_var_error: var x is unsafe');
  });
});

describe('lent functions', () => {
  const declaration = 'registry.manifest(ref: string) manifest: object[string: any]';
  const text = `
p := {ref: m.size |
  some ref in ["a", "b"]
  m := registry.manifest(ref)
}
q := registry.manifest(registry.manifest("a").next).size`;

  test('are awaited together, and again for what depends on them', async () => {
    const asked: string[][] = [];
    const policy = policyOf(text, {
      builtins: [
        {
          declaration,
          ask: async ([ref]) => {
            asked.push([String(ref)]);
            return fromPlain({ size: String(ref).length, next: 'next' });
          },
        },
      ],
    });
    const found = await evaluateWithHost(policy, {}, {}, (run) => [run.value(['test', 'p']), run.value(['test', 'q'])]);
    expect(found.map((value) => value !== undefined && toPlain(value))).toEqual([{ a: 1, b: 1 }, 4]);
    expect(asked.flat()).toEqual(['a', 'b', 'next']);
  });

  describe('and the rounds that wait for them', () => {
    const ask = async ([x]: readonly Value[]): Promise<Value> => Number(x) + 1;

    async function rounds(text: string) {
      const counted: unknown[] = [];
      const count = (args: readonly Value[]): Value => counted.push(args[0]);
      const builtins = [
        { declaration: 'ask(x: number) y: number', ask },
        { declaration: 'count_call(x: any) y: number', run: count },
      ];
      const policy = policyOf(text, { builtins });
      const randomBytes = (bytes: Uint8Array): void => {
        for (let at = 0; at < bytes.length; at++) bytes[at] = Math.random() * 256;
      };
      let said: Evaluation | undefined;
      const value = await evaluateWithHost(policy, { input: emptyObject }, { randomBytes }, (evaluation) => {
        said = evaluation;
        return evaluation.value(['test', 'p']);
      });
      return { value: value && toPlain(value), counted, errors: said?.builtinErrors.map(({ reason }) => reason) };
    }

    test('compute once what needs no answer', async () => {
      const { value, counted } = await rounds(`p := [q, f(1), m.k, ask(ask(1))]
q := count_call("rule")
f(x) := count_call(["function", x])
m[k] := count_call("member") if k := "k"`);
      expect(value).toEqual([2, 1, 3, 3]);
      expect(counted).toHaveLength(3);
    });

    test.each([
      ['a rule', 'p := [q, ask(ask(0))]\nq := r\nr := ask(1)'],
      ['a rule that reads a known one', 'p := [[x | x := r], [x | x := q]]\nq := r\nr := ask(1)'],
      ['a function', 'p := [f(1), f(1), g, h]\nf(x) := ask(x)\ng := f(1)\nh := f(1)'],
      ['a rule that reads a known result', 'p := [[x | x := f(1)], [x | x := q]]\nq := f(1)\nf(x) := ask(x)'],
      ['members of an object', 'p := [m.a, g, m.a]\nm[k] := ask(ask(1)) if some k in ["a", "b"]\ng := m.a'],
      ['a set', 'p := [q, count(q)]\nq contains y if { some x in [1, 2]; y := ask(x) }'],
      ['a rule that has no value without it', 'p := [q, r]\nq := 1 if not r == 1\ndefault r := 1\nr := ask(1)'],
      ['a changed document', 'p := y if y := q with input.x as ask(1)\nq := [input.x, r]\nr := ask(input.x)'],
    ])('compute again what %s got too early', async (_name, text) => {
      const known = policyOf(text, {
        builtins: [{ declaration: 'ask(x: number) y: number', run: ([x]) => Number(x) + 1 }],
      });
      const atOnce = evaluate(known, { input: emptyObject }).value(['test', 'p']);
      expect(atOnce).toBeDefined();
      expect((await rounds(text)).value).toEqual(atOnce && toPlain(atOnce));
    });

    test('draw one random value for one evaluation', async () => {
      const { value } = await rounds(
        'p := q == uuid.rfc4122("a") if { q != ""; ask(ask(1)) == 3 }\nq := uuid.rfc4122("a")',
      );
      expect(value).toBe(true);
    });

    test('report an error of a built-in function once', async () => {
      const { errors } = await rounds('p := ask(ask(1)) if not q\nq if to_number("x") > 0');
      expect(errors).toHaveLength(1);
    });
  });

  test('that never come to an end are given up', async () => {
    const policy = policyOf('p := f(f(f(f(1))))', {
      builtins: [{ declaration: 'f(x: number) y: number', ask: async ([x]) => Number(x) + 1 }],
    });
    const run = evaluateWithHost(policy, {}, { maxRounds: 3 }, (each) => each.value(['test', 'p']));
    await expect(run).rejects.toThrow('eval_host_error');
  });

  test('that are too many are given up', async () => {
    const policy = policyOf('p := [y | some x in numbers.range(1, 100); y := f(x)]', {
      builtins: [{ declaration: 'f(x: number) y: number', ask: async ([x]) => Number(x) }],
    });
    const run = evaluateWithHost(policy, {}, { maxRequests: 99 }, (each) => each.value(['test', 'p']));
    await expect(run).rejects.toThrow('Expected at most 99 different look-ups');
  });

  test('that fail end the evaluation', async () => {
    const policy = policyOf('p := f(1)', {
      builtins: [{ declaration: 'f(x: number) y: number', ask: () => Promise.reject(new Error('refused')) }],
    });
    await expect(evaluateWithHost(policy, {}, {}, (run) => run.value(['test', 'p']))).rejects.toThrow('refused');
  });

  test('cannot be asked without a host', () => {
    const ask = async (): Promise<number> => 1;
    const builtins = [{ declaration: 'f(x: number) y: number', ask }];
    expect(() => resultOf('p if not f(1)', { compile: { builtins } })).toThrow('eval_host_error: f has to be fetched');
  });
});
