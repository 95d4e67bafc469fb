// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../parse.ts';
import { printBody, printExpr } from './print.ts';

function printed(text: string): string {
  return printBody(parseQuery(text).body);
}

describe('printed syntax', () => {
  it.each([
    ['x = data.a["b-c"].if[i]', 'x = data.a["b-c"]["if"][i]'],
    ['x := [1, "a", {"k": v}]', 'assign(x, [1, "a", {"k": v}])'],
    ['1 + 2 * y == z', 'equal(plus(1, mul(2, y)), z)'],
    ['some k, v in xs', 'some k, v in xs'],
    ['every x in xs { x > 1; y }', 'every x in xs { gt(x, 1); y }'],
    ['not f(_) with input.a as 1', 'not f(_) with input.a as 1'],
    ['{a | b | c}', '{a | or(b, c)}'],
    ['[(x + 1) | x := y[_]]', '[(x + 1) | assign(x, y[_])]'],
    ['$"a{x}b"', '$"a{x}b"'],
  ])('%s is shown as %s', (text, wanted) => {
    expect(printed(text)).toBe(wanted);
  });

  it('reads back as what it was, whatever the strings', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer(), (text, number) => {
        const query = `x = {${JSON.stringify(text.toWellFormed())}: [${number}, y]}`;
        const [expr] = parseQuery(query).body;
        const shown = expr ? printExpr(expr) : '';
        const [again] = parseQuery(shown).body;
        expect(again && printExpr(again)).toBe(shown);
      }),
      { examples: [['__proto__', 1]] },
    );
  });
});
