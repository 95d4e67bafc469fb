// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSources } from '../conformance/sources.ts';
import { compile } from '../src/compile.ts';
import { RegoError, RegoErrors } from '../src/error.ts';
import { evaluate } from '../src/evaluate.ts';
import { parseModule } from '../src/parse.ts';
import { fromJson } from '../src/value/json.ts';

/** Parses, compiles and evaluates; whatever the text is, it ends in a result or in an error of ours. */
function run(text: string | Uint8Array): 'result' | RegoError | RegoErrors {
  try {
    const module = parseModule('fuzz.rego', text, { annotations: true });
    const policy = compile([module]);
    evaluate(policy, { input: fromJson('{"a": [1, {"b": "c"}]}') }, { limits: { maxSteps: 200_000 } }).query(
      'x := data',
    );
    return 'result';
  } catch (error) {
    if (error instanceof RegoError || error instanceof RegoErrors) return error;
    throw error;
  }
}

function refusal(text: string | Uint8Array): string {
  const outcome = run(text);
  return outcome === 'result' ? outcome : outcome.message;
}

describe('a policy from outside', () => {
  it('may nest brackets only so deep', () => {
    expect(refusal(`package a\n\np := ${'['.repeat(10_000)}`)).toContain('max parsing recursion depth exceeded');
    expect(refusal(`package a\n\np := ${'['.repeat(10_000)}x${']'.repeat(10_000)}`)).toContain('recursion depth');
    expect(refusal(`package a\n\np if ${'('.repeat(10_000)}1${')'.repeat(10_000)}`)).toContain('recursion depth');
    expect(refusal(`package a\n\np if ${'not '.repeat(10_000)}x`)).toContain('rego_parse_error');
  });

  it('may be ten megabytes of rules or one string, and no more than the limit', () => {
    expect(run(`package a\n\np := "${'x'.repeat(10_000_000)}"\n`)).toBe('result');
    expect(refusal(`package a\n\n# ${'x'.repeat(20_000_000)}\n`)).toContain('rego_limit_error: module too large');
  });

  it('may not hold a number that cannot be worked with', () => {
    expect(refusal(`package a\n\np := ${'9'.repeat(1_000_000)}\n`)).toContain('number too big');
    expect(refusal('package a\n\np := 1e999999999\n')).toContain('number too big');
  });

  it('may use names that objects inherit elsewhere', () => {
    const text =
      'package a\n\np := {"__proto__": 1, "constructor": 2}\n\n__proto__ := 3\n\nq := p.__proto__ + data.a.constructor\n';
    expect(run(text)).toBe('result');
  });

  it('is refused when its bytes are no UTF-8', () => {
    expect(refusal(Uint8Array.of(0x70, 0xc3, 0x28, 0x00, 0xed, 0xa0, 0x80))).toContain('illegal utf-8 character');
  });
});

// A fixed seed in the suite; with SLUICE_FUZZ_RUNS, that many runs of chance.
const runs = process.env['SLUICE_FUZZ_RUNS'];
const fuzzing = runs === undefined ? { numRuns: 400, seed: 20_260_101 } : { numRuns: Number(runs) };

describe('mangled policies', () => {
  const folder = new URL('sources/', import.meta.url);
  const file = process.env['SLUICE_REGO_SOURCES'];
  const given = file === undefined ? [] : readSources(file).map(({ source }) => source);
  const corpus = [...readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8')), ...given];
  const tokens = [
    '[',
    ']',
    '{',
    '}',
    '(',
    ')',
    '|',
    ',',
    ':',
    ':=',
    '=',
    '"',
    '`',
    '$"',
    '\\',
    '\n',
    '#',
    '.',
    ' not ',
    ' in ',
  ];
  const words = [
    ' if ',
    ' else ',
    ' with ',
    ' as ',
    ' some ',
    ' every ',
    ' contains ',
    ' and ',
    'data.',
    'input',
    '_',
    '-',
    '0',
    '1e',
  ];

  const mutation = fc.record({
    text: fc.constantFrom(...corpus),
    cuts: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        drop: fc.nat({ max: 12 }),
        insert: fc.oneof(fc.constantFrom(...tokens, ...words), fc.string({ unit: 'binary', maxLength: 4 })),
      }),
      // One cut often leaves a module that still compiles.
      { minLength: 1, maxLength: 3, size: 'xsmall' },
    ),
  });

  it('end in a result or in an error of ours', () => {
    fc.assert(
      fc.property(mutation, ({ text, cuts }) => {
        const mangled = cuts.reduce((current, { at, drop, insert }) => {
          const from = Math.floor(at * current.length);
          return current.slice(0, from) + insert + current.slice(from + drop);
        }, text);
        run(mangled);
      }),
      fuzzing,
    );
  });

  it('end so for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        run(bytes);
        run(Uint8Array.of(...Buffer.from('package a\n\np := '), ...bytes));
      }),
      fuzzing,
    );
  });
});
