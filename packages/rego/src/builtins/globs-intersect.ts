// SPDX-License-Identifier: Apache-2.0
import { type BuiltinContext, BuiltinError } from './builtin.ts';

/**
 * Whether two patterns of characters, `.`, sets and the flags `+` and `*` have a string in common, in the reading of
 * github.com/yashtewari/glob-intersection. Its backtracking is kept, but no pair of positions is tried twice.
 */
export function globsIntersect(left: string, right: string, context: BuiltinContext): boolean {
  const [a, b] = [simplify(tokenize(left)), simplify(tokenize(right))];
  const trimmed = trim(a, b);
  return trimmed !== undefined && new Search(trimmed[0], trimmed[1], context).normal(0, 0);
}

interface Token {
  /** Undefined for any character. */
  readonly runes: ReadonlySet<number> | undefined;
  readonly isSet: boolean;
  flag: '' | '+' | '*';
}

/** Positions in the two patterns; `true` turns the pair round. */
class Search {
  readonly #sides: readonly [readonly Token[], readonly Token[]];
  readonly #context: BuiltinContext;
  readonly #known = new Map<string, boolean>();

  constructor(a: readonly Token[], b: readonly Token[], context: BuiltinContext) {
    this.#sides = [a, b];
    this.#context = context;
  }

  /** Steps through tokens without flags until one has a flag. */
  normal(i: number, j: number): boolean {
    return this.#remembered(`n${i},${j}`, () => {
      const [a, b] = this.#sides;
      for (; i < a.length && j < b.length; i++, j++) {
        const [x, y] = [a[i], b[j]];
        if (!x || !y) break;
        if (x.flag !== '' || y.flag !== '') return this.#special(i, j);
        if (!match(x, y)) return false;
      }
      return i === a.length && j === b.length;
    });
  }

  #special(i: number, j: number): boolean {
    const flag = this.#sides[0][i]?.flag;
    if (flag === '+') return this.#plus(0, i, j);
    if (flag === '*') return this.#star(0, i, j);
    return this.#sides[1][j]?.flag === '+' ? this.#plus(1, j, i) : this.#star(1, j, i);
  }

  /** The flagged token at `i` of one side takes at least the token at `j` of the other. */
  #plus(side: 0 | 1, i: number, j: number): boolean {
    const [x, y] = [this.#sides[side][i], this.#sides[1 - side]?.[j]];
    if (!x || !y || !match(x, y)) return false;
    if (this.#star(side, i, j + 1)) return true;
    return y.flag !== '' && this.#turned(side, i + 1, j);
  }

  /** The flagged token at `i` takes tokens of the other side until what follows it matches the rest. */
  #star(side: 0 | 1, i: number, j: number): boolean {
    return this.#remembered(`s${side},${i},${j}`, () => {
      const [own, other] = [this.#sides[side], this.#sides[1 - side] ?? []];
      const [star, next] = [own[i], own[i + 1]];
      if (!star) return false;
      for (let at = j; at < other.length; at++) {
        const token = other[at];
        if (!token) break;
        this.#context.tick(1);
        if (next && match(token, next) && this.#turned(side, i + 1, at)) return true;
        if (!match(token, star)) return false;
      }
      return next === undefined;
    });
  }

  #turned(side: 0 | 1, own: number, other: number): boolean {
    return side === 0 ? this.normal(own, other) : this.normal(other, own);
  }

  #remembered(key: string, compute: () => boolean): boolean {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#context.tick(1);
    const result = compute();
    this.#known.set(key, result);
    return result;
  }
}

function match(a: Token, b: Token): boolean {
  if (!a.runes || !b.runes) return true;
  const [small, large] = a.runes.size <= b.runes.size ? [a.runes, b.runes] : [b.runes, a.runes];
  for (const rune of small) if (large.has(rune)) return true;
  return false;
}

/** Cuts what both begin and end with, up to one token at each end. */
function trim(a: readonly Token[], b: readonly Token[]): readonly [readonly Token[], readonly Token[]] | undefined {
  let left = 0;
  for (let pair = plainPair(a, b, left, left); pair; pair = plainPair(a, b, left, left)) {
    if (!match(...pair)) return undefined;
    left++;
  }
  if (left > 0) left--;
  let [endA, endB] = [a.length - 1, b.length - 1];
  while (endA >= left && endB >= left) {
    const pair = plainPair(a, b, endA, endB);
    if (!pair) break;
    if (!match(...pair)) return undefined;
    endA--;
    endB--;
  }
  if (endA < a.length - 1) {
    endA++;
    endB++;
  }
  return [a.slice(left, endA + 1), b.slice(left, endB + 1)];
}

function plainPair(a: readonly Token[], b: readonly Token[], i: number, j: number): [Token, Token] | undefined {
  const [x, y] = [a[i], b[j]];
  return x && y && x.flag === '' && y.flag === '' ? [x, y] : undefined;
}

/** Of equal flagged tokens in a row one is enough. */
function simplify(tokens: readonly Token[]): readonly Token[] {
  const simple: Token[] = [];
  for (const token of tokens) {
    const latest = simple.at(-1);
    if (latest && latest.flag !== '' && token.flag !== '' && same(latest, token)) {
      if (token.flag === '+') latest.flag = '+';
    } else simple.push(token);
  }
  return simple;
}

function same(a: Token, b: Token): boolean {
  if (a.isSet !== b.isSet || a.runes?.size !== b.runes?.size) return false;
  return [...(a.runes ?? [])].every((rune) => b.runes?.has(rune));
}

const maxRunes = 100_000;

function tokenize(pattern: string): Token[] {
  const points = [...pattern];
  const tokens: Token[] = [];
  let at = 0;
  while (at < points.length) {
    const point = points[at] ?? '';
    let token: Token;
    if (point === '.') [token, at] = [{ runes: undefined, isSet: false, flag: '' }, at + 1];
    else if (point === '[') [token, at] = readSet(points, at + 1);
    else if (point === ']') throw invalid(points, at + 1, "set-close ']' with no preceding '['");
    else if (point === '+' || point === '*') {
      throw invalid(points, at + 1, `flag '${point}' must be preceded by a non-flag`);
    } else [token, at] = [character(readPoint(points, at)), at + (point === '\\' ? 2 : 1)];
    const flag = points[at];
    if (flag === '+' || flag === '*') {
      token.flag = flag;
      at++;
    }
    tokens.push(token);
  }
  return tokens;
}

function character(point: string): Token {
  return { runes: new Set([point.codePointAt(0) ?? 0]), isSet: false, flag: '' };
}

function readPoint(points: readonly string[], at: number): string {
  if (points[at] !== '\\') return points[at] ?? '';
  const escaped = points[at + 1];
  if (escaped === undefined) throw invalid(points, at, 'input ends with a \\ (escape) character');
  return escaped;
}

function readSet(points: readonly string[], from: number): [Token, number] {
  const runes = new Set<number>();
  let previous: number | undefined;
  for (let at = from; at < points.length; ) {
    const plain = points[at] !== '\\';
    const point = readPoint(points, at);
    at += plain ? 1 : 2;
    if (plain && point === ']') return [{ runes, isSet: true, flag: '' }, at];
    if (plain && point === '-') {
      const [last, next] = readRangeEnd(points, at, previous);
      for (let rune = previous ?? 0; rune <= last; rune++) runes.add(rune);
      if (runes.size > maxRunes) throw invalid(points, at, 'range is too large');
      [previous, at] = [undefined, next];
    } else {
      previous = point.codePointAt(0) ?? 0;
      runes.add(previous);
    }
  }
  throw invalid(points, points.length, 'found [ without matching ]');
}

function readRangeEnd(points: readonly string[], at: number, previous: number | undefined): [number, number] {
  if (previous === undefined) throw invalid(points, at, "range character '-' must be preceded by a Unicode character");
  if (at >= points.length - 1) throw invalid(points, at, "range character '-' must be followed by a Unicode character");
  const plain = points[at] !== '\\';
  const point = readPoint(points, at);
  const next = at + (plain ? 1 : 2);
  if (plain && (point === ']' || point === '-')) {
    throw invalid(points, next, "range character '-' cannot be followed by a special symbol");
  }
  const last = point.codePointAt(0) ?? 0;
  if (last < previous) {
    const first = String.fromCodePoint(previous);
    throw invalid(points, next, `range is out of order: '${point}' comes before '${first}' in Unicode`);
  }
  return [last, next];
}

function invalid(points: readonly string[], at: number, reason: string): BuiltinError {
  return new BuiltinError(`input:${points.join('')}, pos:${at}, ${reason}: the input provided is invalid`);
}
