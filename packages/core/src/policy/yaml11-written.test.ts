// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify, type ToStringOptions } from 'yaml';
import { ExactNumber } from './exact-json.ts';
import { parseYaml11, parseYaml11Stream } from './yaml11.ts';

/** Text that a writer has to think about, and all of it printable: YAML has no place for the rest. */
const oddText = fc.oneof(
  fc.constantFrom('', 'y', 'No', '~', 'null', '010', '1_000', '0x1f', '1e3', '.5', '.inf', '2026-01-02', '=', '--- '),
  fc.constantFrom(
    'a: b',
    '- a',
    '# a',
    'a #b',
    '&a',
    '*a',
    '!a',
    '%a',
    '@a',
    '`a',
    '[a',
    '{a',
    "it's",
    '"a"',
    '\\',
    '🙂',
  ),
  // The library writes what begins with a colon without quotes, which libyaml refuses between brackets.
  fc.string({ unit: fc.constantFrom(...'ab:-#[]{},&*!|>%@`\'" \n\t\\1.~é🙂') }).filter((text) => !text.startsWith(':')),
);

/** Text of several rows, with empty ones between and behind them. */
const longText = fc
  .tuple(
    fc.array(fc.array(fc.constantFrom('word', 'longer', 'x', "it's"), { minLength: 1, maxLength: 9 }), {
      minLength: 1,
    }),
    fc.constantFrom('\n', '\n\n', '\n\n\n'),
    fc.constantFrom('', '\n', '\n\n'),
  )
  .map(([rows, between, end]) => rows.map((words) => words.join(' ')).join(between) + end);

function valueWith(text: fc.Arbitrary<string>) {
  const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(text, number, fc.boolean(), fc.constant(null)),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(text, tie('any'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  // At the root the library does not indent a block scalar, as libyaml demands.
  return any.map((each) => ({ value: each }));
}

type StringType = 'PLAIN' | 'QUOTE_SINGLE' | 'QUOTE_DOUBLE' | 'BLOCK_LITERAL' | 'BLOCK_FOLDED';

const layout = {
  collectionStyle: fc.constantFrom<'any' | 'flow'>('any', 'flow'),
  indent: fc.integer({ min: 1, max: 8 }),
  indentSeq: fc.boolean(),
  flowCollectionPadding: fc.boolean(),
  singleQuote: fc.constantFrom(true, false, null),
  defaultKeyType: fc.constantFrom<null | StringType>(null, 'PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE'),
};

interface Written {
  readonly value: unknown;
  readonly options: ToStringOptions;
}

/** Values with the styles in which the library writes what it is given. */
const written: fc.Arbitrary<Written> = fc.oneof(
  fc.record({
    value: valueWith(oddText),
    options: fc.record({
      ...layout,
      blockQuote: fc.constant(false),
      lineWidth: fc.constant(0),
      doubleQuotedAsJSON: fc.boolean(),
      defaultStringType: fc.constantFrom<StringType>('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE'),
    }),
  }),
  fc.record({
    value: valueWith(longText),
    options: fc.record({
      ...layout,
      blockQuote: fc.constantFrom<true | 'literal' | 'folded'>(true, 'literal', 'folded'),
      lineWidth: fc.constant(0),
      defaultStringType: fc.constantFrom<StringType>('PLAIN', 'BLOCK_LITERAL', 'BLOCK_FOLDED'),
    }),
  }),
  fc.record({
    value: valueWith(longText),
    options: fc.record({
      ...layout,
      blockQuote: fc.constant(false),
      lineWidth: fc.constantFrom(20, 40, 80),
      doubleQuotedAsJSON: fc.constant(true),
      defaultStringType: fc.constantFrom<StringType>('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE'),
    }),
  }),
);

function write({ value, options }: Written): string {
  return stringify(value, { version: '1.1', ...options });
}

/** The value with its numbers as JavaScript's; -0 is 0. (V8's JSON.parse confuses some keys with backslashes.) */
function plain(value: unknown): unknown {
  if (value instanceof ExactNumber) return Number(value.text) + 0;
  if (typeof value === 'number') return value + 0;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

function read(yaml: string): unknown {
  return plain(parseYaml11(yaml, 'f.yaml'));
}

describe('YAML that another program wrote', () => {
  it('gives back the value, in every style', () => {
    fc.assert(
      fc.property(written, (each) => {
        expect(read(write(each))).toEqual(plain(each.value));
      }),
      { numRuns: 1000 },
    );
  });

  it('gives back what is written once and referred to', () => {
    fc.assert(
      fc.property(written, ({ value, options }) => {
        const shared = { first: value, list: [value, { again: value }], last: [value] };
        expect(read(write({ value: shared, options }))).toEqual(plain(shared));
      }),
    );
  });

  it('gives back each document of a stream', () => {
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 4 }), (list) => {
        const yaml = list.map((each) => `%YAML 1.1\n---\n${write(each)}`).join('...\n');
        const documents = parseYaml11Stream(yaml, 'f.yaml');
        expect(plain(documents)).toEqual(plain(list.map(({ value }) => value)));
      }),
    );
  });

  it('is read with the ends of rows that Windows has, and with a byte order mark', () => {
    fc.assert(
      fc.property(written, (each) => {
        expect(read(`\ufeff${write(each).replaceAll('\n', '\r\n')}`)).toEqual(plain(each.value));
      }),
    );
  });

  it('is JSON just as well', () => {
    fc.assert(
      fc.property(valueWith(oddText), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const json = JSON.stringify(value, undefined, indent)
          .replaceAll('é', '\\u00e9')
          .replaceAll('🙂', '\\ud83d\\ude42');
        expect(read(json.replaceAll('/', '\\/'))).toEqual(plain(value));
      }),
    );
  });
});
