// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { compile } from './compile.ts';
import { type EvaluateOptions, evaluate, evaluateWithHost } from './evaluate.ts';
import { parseModule } from './parse.ts';
import type { CustomBuiltin, Policy } from './policy.ts';
import { loadSettled, saveSettled } from './save-settled.ts';
import { fromPlain, toPlain } from './value/json.ts';
import { clockNumber } from './value/number.ts';
import { emptyObject, objectOf, type RegoObject } from './value/object.ts';
import { setOf } from './value/set.ts';
import { isArray, type Value } from './value/value.ts';

/** The values of `data.a.r` in evaluations of one policy over one data document, one for each input. */
function values(
  body: string,
  inputs: readonly unknown[],
  options: readonly EvaluateOptions[] = [],
): readonly unknown[] {
  const policy = compile([parseModule('a.rego', `package a\n${body}`)], { print: true });
  const data = objectOf([['list', [1, 2, 3]]]);
  return inputs.map((input, at) => {
    const value = evaluate(policy, { input: fromPlain(input), data }, options[at] ?? {}).value(['a', 'r']);
    return value === undefined ? undefined : toPlain(value);
  });
}

/** How often a lent function is called, which the evaluator cannot know to be the same each time. */
function counted(body: string, evaluations: number, { pure = false } = {}): number {
  let calls = 0;
  const builtin: CustomBuiltin = { declaration: 'test.count(x: any) n: number', run: () => ++calls, pure };
  const policy = compile([parseModule('a.rego', `package a\n${body}`)], { builtins: [builtin] });
  for (let i = 0; i < evaluations; i++) evaluate(policy, { data: emptyObject }).value(['a', 'r']);
  return calls;
}

describe('evaluations over the same data', () => {
  test('compute a rule that needs only data once', () => {
    const policy = compile([parseModule('a.rego', 'package a\nr contains x if some x in data.list')]);
    const over = (data: RegoObject, input: number) =>
      evaluate(policy, { input: fromPlain(input), data }).value(['a', 'r']);
    const data = objectOf([['list', [1, 2]]]);
    const first = over(data, 1);
    expect(over(data, 2)).toBe(first);
    expect(toPlain(over(objectOf([['list', [3]]]), 1) ?? null)).toEqual([3]);
  });

  test('compute a function once for the same arguments, as long as it needs no more', () => {
    const text = `package a
      f(x) := {x, data.list[0]}
      g(x) := {x, input.x}
      r := [f("k"), g("k")]`;
    const policy = compile([parseModule('a.rego', text)]);
    const data = objectOf([['list', [1, 2]]]);
    const [first, second] = [1, 2].map((x) => {
      const value = evaluate(policy, { input: fromPlain({ x }), data }).value(['a', 'r']);
      return value !== undefined && isArray(value) ? value : [];
    });
    expect(second?.[0]).toBe(first?.[0]);
    expect(toPlain(second ?? null)).toEqual([
      [1, 'k'],
      [2, 'k'],
    ]);
  });

  test('keep no result for arguments that are large, and not without end', () => {
    const policy = compile([parseModule('a.rego', 'package a\nf(x) := {count(x)}\nr := f(input.x)')]);
    const data = objectOf([]);
    const result = (x: unknown) => evaluate(policy, { input: fromPlain({ x }), data }).value(['a', 'r']);
    expect(result('small')).toBe(result('small'));
    const large = 'x'.repeat(20_000);
    expect(result(large)).not.toBe(result(large));
    for (let i = 0; i < 400; i++) result(`${i}${'x'.repeat(12_000)}`);
    const late = `late${'x'.repeat(12_000)}`;
    expect(result(late)).not.toBe(result(late));
  });

  test.each([
    ['a rule', 'r := input.x'],
    ['a rule that needs a rule', 'r := s\ns := t\nt := input.x'],
    ['a rule asked for a second time', 'r := [s, t]\nt := s\ns := input.x'],
    ['a function', 'r := f(1)\nf(y) := input.x if y == 1'],
    ['a function whose answer is remembered', 'r := [s, t]\ns := f(1)\nt := f(1)\nf(y) := input.x if y == 1'],
    ['a member of a partial object', 'r := [s, t]\ns := p.k\nt := p.k\np[k] := v if some k, v in {"k": input.x}'],
    ['a partial object', 'r := [p, s]\ns := p\np[k] := v if some k, v in {"k": input.x}'],
    ['a set', 'r := [p, s]\ns := p\np contains input.x'],
    ['an else branch', 'r := s\ns := 1 if input.x == 7\nelse := input.x'],
    ['a default', 'r := s\ndefault s := 0\ns := 1 if input.x == 2'],
    ['a comprehension', 'r := s\ns := [x | some x in input.y]'],
    ['a negation', 'r contains "same" if not s\ns if input.x == 2'],
    ['the whole of a package', 'r := data.b_is_not_there\nr := data.a.s\ns := input.x'],
    ['a rule under with', 'r := x if x := s with input.x as input.x\ns := input.x'],
    ['a rule under another with', 'r := [u, v]\nv := u\nu := x if x := s with data.list as [input.x]\ns := data.list'],
  ])('see their own input in %s', (_name, body) => {
    const inputs = [
      { x: 1, y: [1] },
      { x: 2, y: [2] },
      { x: 1, y: [1] },
    ];
    const [first, second, third] = values(body, inputs);
    expect(second).not.toEqual(first);
    expect(third).toEqual(first);
    expect(first).toEqual(values(body, inputs.slice(0, 1))[0]);
    expect(second).toEqual(values(body, inputs.slice(1, 2))[0]);
  });

  test('see their own clock', () => {
    const clocks = [{ now: 1n }, { now: 2n }];
    expect(values('r := [s, t]\ns := time.now_ns()\nt := s', [0, 0], clocks)).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test.each(['uuid.rfc4122("k")', 'rand.intn("k", 200)'])('draw their own %s', (call) => {
    const drawn = (byte: number): EvaluateOptions => ({ randomBytes: (bytes) => bytes.fill(byte) });
    const [first, second] = values(`r := [s, t]\ns := ${call}\nt := ${call}`, [0, 0], [drawn(1), drawn(2)]);
    expect(second).not.toEqual(first);
  });

  test('print all the same', () => {
    const printed: string[] = [];
    const options = { print: (text: string) => printed.push(text) };
    values('r := s\ns := 1 if print("here")', [0, 0], [options, options]);
    expect(printed).toEqual(['here', 'here']);
  });

  test('report the errors of built-in functions all the same', () => {
    const policy = compile([parseModule('a.rego', 'package a\nr if not s\ns := to_number("x")')]);
    for (let i = 0; i < 2; i++) {
      const evaluation = evaluate(policy, { data: emptyObject });
      evaluation.value(['a', 'r']);
      expect(evaluation.builtinErrors).toHaveLength(1);
    }
  });

  test('call what the embedder lends all the same', () => {
    expect(counted('r := [s, t]\ns := test.count(1)\nt := s', 3)).toBe(3);
  });

  test('call it once if the embedder says that its arguments are all it looks at', () => {
    expect(counted('r := [s, t]\ns := test.count(1)\nt := s', 3, { pure: true })).toBe(1);
    expect(
      counted('r := test.count(input.x) if input.x\nelse := test.count(1) if not input.x', 3, { pure: true }),
    ).toBe(3);
  });

  test('wait for their own answers', async () => {
    let answer = 0;
    const ask = async () => ++answer;
    const builtins = [{ declaration: 'test.ask(x: any) n: number', ask }];
    const policy = compile([parseModule('a.rego', 'package a\nr := s\ns := test.ask(1)')], { builtins });
    const answers: unknown[] = [];
    for (let i = 0; i < 2; i++)
      answers.push(await evaluateWithHost(policy, { data: emptyObject }, {}, (run) => run.value(['a', 'r'])));
    expect(answers).toEqual([1, 2]);
  });

  test('end with the same conflict', () => {
    const policy = compile([parseModule('a.rego', 'package a\nr := x if some x in [1, 2]')]);
    for (let i = 0; i < 2; i++)
      expect(() => evaluate(policy, { data: emptyObject }).value(['a', 'r'])).toThrow(/conflicting values/);
  });
});

describe('evaluations over data that differ in passing members', () => {
  const passing = new Set(['run']);
  const common = objectOf([['list', [1, 2]]]);
  const over = (run: number) => common.toBuilder().set('run', run).build();

  /** `data.a.r` over the common data, and over those of two runs, in an order. */
  function values(body: string, order: readonly number[] = [0, 1, 2]) {
    const policy = compile([parseModule('a.rego', `package a\n${body}`)]);
    const documents = order.map((run) => ({ data: run === 0 ? common : over(run), passing, like: common }));
    return documents.map((each) => evaluate(policy, each).value(['a', 'r']));
  }

  test('compute once what lasts', () => {
    const [first, second, third] = values('r := {x | some x in data.list}');
    expect(second).toBe(first);
    expect(third).toBe(first);
  });

  test('compute a function once for the same arguments', () => {
    const [first, second] = values('r := [f(1), data.run]\nf(x) := {x, data.list[0]}', [1, 2]);
    expect(isArray(second ?? null) && second).toEqual([isArray(first ?? null) && (first as Value[])[0], 2]);
  });

  test.each([
    ['a rule', 'default r := 0\nr := data.run'],
    ['a rule that needs a rule', 'default r := 0\nr := s\ns := t + data.list[0] - 1\nt := data.run'],
    ['a rule asked for twice', 'r := [t, s][1]\nt := s\ndefault s := 0\ns := data.run'],
    ['a function', 'r := f(1)\nf(x) := data.run if x == 1\nelse := 0'],
    ['a function asked twice', 'r := [s, f(1)][1]\ns := f(1)\nf(x) := data.run if x == 1\nelse := 0'],
    [
      'a function that does not always look',
      'r := [f(2), f(1)][1]\nf(x) := 9 if x == 2\nelse := data.run if data.run\nelse := 0',
    ],
  ])('see their own in %s', (_name, body) => {
    for (const order of [
      [0, 1, 2],
      [1, 0, 2],
      [2, 1, 0, 1],
    ])
      expect(values(body, order)).toEqual(order);
  });

  test('keep for the next run what they found out', () => {
    const now = 1_800_000_000_000_000_000n;
    const policy = compile([parseModule('a.rego', 'package a\nr := s\ns if time.now_ns() > 5')]);
    evaluate(policy, { data: over(1), passing, like: common }, { now }).value(['a', 'r']);
    const saved = JSON.parse(saveSettled(policy, { data: common, passing }, now) ?? '{}');
    expect(saved.clock).toMatchObject({ from: '6', values: [expect.anything(), expect.anything()] });
  });
});

describe('what lasts', () => {
  const now = 1_800_000_000_000_000_005n;
  const passing = new Set(['run']);
  const data = (at: number) =>
    objectOf([
      ['list', [1, 2]],
      ['run', at],
    ]);

  /** Evaluates `data.a.r` over data of one run, and begins the next with what was saved of it. */
  function nextRun(body: string): {
    readonly saved: string | undefined;
    readonly calls: number;
    readonly value: unknown;
  } {
    let calls = 0;
    const builtin: CustomBuiltin = { declaration: 'test.count(x: any) n: number', run: () => ++calls };
    const module = parseModule('a.rego', `package a\n${body}`);
    const first = compile([module], { builtins: [builtin] });
    const before = { data: data(1), passing };
    evaluate(first, { ...before, input: fromPlain({ x: 1 }) }, { now }).value(['a', 'r']);
    const saved = saveSettled(first, before, now);
    const second = compile([module], { builtins: [builtin] });
    const after = { data: data(2), passing };
    if (saved !== undefined) loadSettled(second, after, now + 1n, saved);
    const value = evaluate(second, { ...after, input: fromPlain({ x: 2 }) }, { now: now + 1n }).value(['a', 'r']);
    return { saved, calls, value: value === undefined ? undefined : toPlain(value) };
  }

  test('is what depends on the policy and its data', () => {
    expect(nextRun('r := [s, t]\ns contains x if some x in data.list\nt := count(data.list)')).toMatchObject({
      saved: expect.stringContaining('"s":[1,2]'),
      value: [[1, 2], 2],
    });
  });

  test('is what the next run begins with', () => {
    const module = parseModule('a.rego', 'package a\nr := data.list[0]');
    const first = compile([module]);
    const before = { data: data(1), passing };
    evaluate(first, before, { now }).value(['a', 'r']);
    const saved = saveSettled(first, before, now) ?? '';
    const second = compile([module]);
    const after = { data: data(2), passing };
    loadSettled(second, after, now, saved.replace(',1]', ',7]'));
    expect(evaluate(second, after, { now }).value(['a', 'r'])).toBe(7);
  });

  test('may be that a rule has no value', () => {
    expect(nextRun('r := 1 if not s\ns if data.list[0] == 7').value).toBe(1);
  });

  test.each([
    ['the clock', 'r := format_int(time.now_ns() - 1800000000000000000, 10)', '6'],
    ['the clock, by a rule', 'r := s\ns := time.now_ns() - 1800000000000000000', 6],
    ['the clock, by a function that is remembered', 'r := [s, f(1)][1]\ns := f(1)\nf(x) := time.now_ns() % 10 + x', 7],
    ['a passing member', 'r := data.run', 2],
    ['a passing member, by a rule asked for twice', 'r := [t, s][1]\nt := s\ns := data.run', 2],
    ['a passing member under with', 'r := x if x := s with data.list as []\ns := data.run', 2],
    ['the input', 'r := input.x', 2],
    ['what is lent', 'r := test.count(1)', 2],
  ])('is not what depends on %s', (_name, body, value) => {
    expect(nextRun(body).value).toEqual(value);
  });

  describe('and the clock', () => {
    /** What `data.a.r` is at one time, and at another in a run that begins with what was saved of the first. */
    function runs(body: string, from: number, to: number, wrap: (clock: Value) => Value = (clock) => clock) {
      const module = parseModule('a.rego', `package a\n${body.replaceAll(/\bT(\d)/g, '180000000000000$1000')}`);
      const [first, second, fresh] = [compile([module]), compile([module]), compile([module])];
      const at = (digit: number) => 1_800_000_000_000_000_000n + BigInt(digit * 1000);
      const over = (digit: number) => ({ data: objectOf([['clock', wrap(clockNumber(at(digit)))]]) });
      const valueAt = (policy: Policy, digit: number) => {
        const value = evaluate(policy, over(digit), { now: at(digit) }).value(['a', 'r']);
        return value === undefined ? undefined : toPlain(value);
      };
      const before = over(from);
      evaluate(first, before, { now: at(from) }).value(['a', 'r']);
      const saved = saveSettled(first, before, at(from)) ?? '{"nodes":0}';
      const after = over(to);
      const holds = loadSettled(second, after, at(to), saved);
      const value = evaluate(second, after, { now: at(to) }).value(['a', 'r']);
      const kept = JSON.parse(saved).clock?.values.length;
      return { holds, kept, value: value === undefined ? undefined : toPlain(value), fresh: valueAt(fresh, to) };
    }

    test.each([
      ['is behind a time', 'r if time.now_ns() > T3', 5, 7],
      ['is before a time', 'r if time.now_ns() < T8', 5, 7],
      ['is no time', 'r if time.now_ns() != T8', 5, 7],
      ['is at a time', 'r if time.now_ns() == T5', 5, 5],
      ['in the data is behind a time', 'r if data.clock > T3', 5, 4],
      [
        'in the data is behind it, by way of the clock',
        'r if object.get({"t": data.clock}, "t", time.now_ns()) > T3',
        5,
        4,
      ],
    ])('lasts while it %s', (_name, body, from, to) => {
      expect(runs(body, from, to)).toMatchObject({ value: true, fresh: true });
    });

    test('is begun with on the same side of everything it was compared with, and on no other', () => {
      const body = 'r := [x | some x in [T3, T7]; x < time.now_ns()]';
      expect(runs(body, 5, 4)).toMatchObject({ holds: true, kept: 1 });
      expect(runs(body, 5, 6)).toMatchObject({ holds: true, kept: 1 });
      for (const to of [2, 3, 7, 8, 9]) {
        const { holds, value, fresh } = runs(body, 5, to);
        expect({ holds, value }).toEqual({ holds: false, value: fresh });
      }
    });

    const member = (clock: Value) => objectOf([['t', clock]]);
    const list = (clock: Value) => [1, 2, 3, 4, 5, 6, 7, clock];
    test.each<[string, string, ((clock: Value) => Value)?]>([
      ['its digits', 'r := sprintf("%d", [time.now_ns()])'],
      ['what is computed with it', 'r := time.now_ns() - T0'],
      ['itself', 'r := time.now_ns()'],
      ['a list that holds it', 'r := [time.now_ns()]'],
      ['an object that holds it', 'r := {"at": data.clock}'],
      ['a rule that is the clock', 'r := s - T0\ns := time.now_ns()'],
      ['a comparison', 'r := time.now_ns() == T6'],
      ['a comparison the other way round', 'r := T6 == time.now_ns()'],
      ['a comparison with a fraction', 'r := time.now_ns() < T5.5'],
      ['a comparison of one clock with the other', 'r := [time.now_ns() == data.clock, data.clock == T6]'],
      ['a comparison by a function', 'r := [s, f(1)]\ns := f(1)\nf(x) := time.now_ns() < T6 if x == 1'],
      ['a comparison by a rule that is asked for twice', 'r := [s, t]\nt := s\ns := time.now_ns() < T6'],
      ['an order', 'r := sort([T6, time.now_ns(), T3])[0]\n'],
      ['the largest', 'r := max([T5, time.now_ns()]) == T5'],
      ['a set', 'r := count({T6, time.now_ns()})'],
      ['a key', 'r := {T6: "found"}[time.now_ns()] if true\nelse := "none"'],
      ['an argument', 'r := f(time.now_ns())\nf(x) := x == T6'],
      ['a member that is the same', 'r := time.now_ns() in [T6]'],
      ['equal objects', 'r := data.clock == {"t": T6}', member],
      ['equal objects, asked twice', 'r := [s, t]\ns := data.clock == {"t": T6}\nt := {"t": T6} == data.clock', member],
      [
        'equal sets, asked twice',
        'r := [s, t]\ns := data.clock == {T6}\nt := {T6} == data.clock',
        (clock) => setOf([clock]),
      ],
      ['lists in sets', 'r := [s, t]\ns := data.clock in {[]}\nt := data.clock in {[1, 2, 3, 4, 5, 6, 7, T6]}', list],
      ['a comparison under with', 'r := x if x := s with input as 1\ns := time.now_ns() < T6'],
    ])('is read anew for %s', (_name, body, wrap) => {
      const { value, fresh } = runs(body, 5, 6, wrap);
      expect(value).toEqual(fresh);
    });

    test('that is a JavaScript number goes unseen, so that nothing lasts', () => {
      const module = parseModule('a.rego', 'package a\nr := data.clock < 6');
      const policy = compile([module]);
      const documents = { data: objectOf([['clock', clockNumber(5n)]]) };
      evaluate(policy, documents, { now: 5n }).value(['a', 'r']);
      expect(saveSettled(policy, documents, 5n)).toBeUndefined();
      expect(loadSettled(policy, documents, 5n, '{"nodes":1,"values":[[0,7]],"clock":{"values":[]}}')).toBe(false);
    });

    test('of another evaluation over the same data drops what does not hold there', () => {
      const policy = compile([
        parseModule('a.rego', 'package a\nr := [s, t]\ns := time.now_ns() < 1800000000000000006\nt := 1'),
      ]);
      const data = objectOf([]);
      const at = (now: bigint) => {
        const value = evaluate(policy, { data }, { now }).value(['a', 'r']);
        return value === undefined ? undefined : toPlain(value);
      };
      expect([now, now + 1n, now].map(at)).toEqual([
        [true, 1],
        [false, 1],
        [true, 1],
      ]);
    });
  });

  test('is not begun with by another policy', () => {
    const saved = nextRun('r := data.list[0]').saved ?? '';
    const other = compile([parseModule('a.rego', 'package a\ns := 1\nr := data.list[1]')]);
    loadSettled(other, { data: data(1), passing }, now, saved);
    expect(evaluate(other, { data: data(1), passing }, { now }).value(['a', 'r'])).toBe(2);
  });
});
