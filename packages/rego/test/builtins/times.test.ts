// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compile, evaluate, fromPlain, parseModule, toJson } from '../../src/index.ts';

const policy = compile([
  parseModule(
    'a.rego',
    `package a
quick := time.parse_rfc3339_ns(input)
slow := time.parse_ns("2006-01-02T15:04:05Z07:00", input)`,
  ),
]);

function read(text: string): readonly unknown[] {
  const run = evaluate(policy, { input: fromPlain(text) });
  return ['quick', 'slow'].map((name) => {
    const value = run.value(['a', name]);
    return value === undefined ? run.builtinErrors.at(-1)?.reason.replace(/^time\.\w+: /, '') : toJson(value);
  });
}

const digits = (from: number, to: number, width = 2) =>
  fc.integer({ min: from, max: to }).map((number) => String(number).padStart(width, '0'));

it('a time in RFC 3339 is the same by its layout, whether it exists or not', () => {
  const time = fc
    .tuple(digits(1600, 2300, 4), digits(0, 13), digits(0, 32), digits(0, 25), digits(0, 61), digits(0, 61))
    .map(([year, month, day, hour, minute, second]) => `${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  fc.assert(
    fc.property(time, (text) => {
      const [quick, slow] = read(text);
      expect([text, quick]).toEqual([text, slow]);
    }),
    {
      numRuns: 3_000,
      examples: ['2024-02-29T23:59:59Z', '1900-02-29T00:00:00Z', '2000-01-01T24:00:00Z'].map((t) => [t]),
    },
  );
});
