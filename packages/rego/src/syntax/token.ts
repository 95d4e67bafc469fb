// SPDX-License-Identifier: Apache-2.0
import type { RegoVersion } from './ast.ts';

const codes = {
  illegal: 0,
  eof: 1,
  whitespace: 2,
  ident: 3,
  comment: 4,
  package: 5,
  import: 6,
  as: 7,
  default: 8,
  else: 9,
  not: 10,
  some: 11,
  with: 12,
  null: 13,
  true: 14,
  false: 15,
  number: 16,
  string: 17,
  /** Text of a template string up to `{`, or up to its closing quote. */
  templatePart: 18,
  templateEnd: 19,
  rawTemplatePart: 20,
  rawTemplateEnd: 21,
  leftBracket: 22,
  rightBracket: 23,
  leftBrace: 24,
  rightBrace: 25,
  leftParen: 26,
  rightParen: 27,
  comma: 28,
  colon: 29,
  plus: 30,
  minus: 31,
  mul: 32,
  div: 33,
  rem: 34,
  ampersand: 35,
  pipe: 36,
  unify: 37,
  equal: 38,
  assign: 39,
  in: 40,
  notEqual: 41,
  greater: 42,
  less: 43,
  greaterOrEqual: 44,
  lessOrEqual: 45,
  dot: 46,
  semicolon: 47,
  every: 48,
  contains: 49,
  if: 50,
  and: 51,
  or: 52,
} as const;

/** A kind of token: a small integer, because the scanner makes one for each character of punctuation. */
export type Token = number;

/** The kinds by name. Their type is not literal: a token that was compared once is another one after the next step. */
export const T: Readonly<Record<keyof typeof codes, Token>> = codes;

/** How OPA's messages name each token. Operators carry the name of the built-in function they stand for. */
const names: readonly string[] = [
  'illegal',
  'eof',
  'whitespace',
  'identifier',
  'comment',
  'package',
  'import',
  'as',
  'default',
  'else',
  'not',
  'some',
  'with',
  'null',
  'true',
  'false',
  'number',
  'string',
  'template-string-part',
  'template-string-end',
  'raw-template-string-part',
  'raw-template-string-end',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  ',',
  ':',
  'plus',
  'minus',
  'mul',
  'div',
  'rem',
  'and',
  'or',
  'eq',
  'equal',
  'assign',
  'in',
  'neq',
  'gt',
  'lt',
  'gte',
  'lte',
  '.',
  ';',
  'every',
  'contains',
  'if',
  'and',
  'or',
];

export function tokenName(token: Token): string {
  return names[token] ?? 'illegal';
}

export type Keywords = ReadonlyMap<string, Token>;

/** Keywords of every dialect. */
export const baseKeywords: Keywords = new Map<string, Token>([
  ['package', T.package],
  ['import', T.import],
  ['as', T.as],
  ['default', T.default],
  ['else', T.else],
  ['not', T.not],
  ['some', T.some],
  ['with', T.with],
  ['null', T.null],
  ['true', T.true],
  ['false', T.false],
]);

/** Keywords that v0 imports from `future.keywords` and v1 has. */
export const v1Keywords: Keywords = new Map<string, Token>([
  ['in', T.in],
  ['every', T.every],
  ['contains', T.contains],
  ['if', T.if],
]);

/** Keywords that v1 imports from `future.keywords` and v2 has. `not` is one because it gains a body in braces. */
export const v2Keywords: Keywords = new Map<string, Token>([
  ['not', T.not],
  ['and', T.and],
  ['or', T.or],
]);

export const futureKeywords: Keywords = new Map([...v2Keywords, ...v1Keywords]);

const futureTokens: ReadonlySet<Token> = new Set(futureKeywords.values());

/** Whether the token's name could be a keyword's; a cheap test before the real one. `|` and `&` are named `or` and `and`. */
export function isWordLike(token: Token): boolean {
  return wordLike[token] ?? false;
}

const wordLike: readonly boolean[] = names.map((name) => baseKeywords.has(name) || futureKeywords.has(name));

/** Whether messages call the token a keyword. OPA goes by the name, and no operator is named like a base keyword. */
export function isKeywordToken(token: Token): boolean {
  return baseKeywords.has(tokenName(token)) || futureTokens.has(token);
}

/** Whether a word is reserved in a dialect. */
export function isReservedWord(word: string, version: RegoVersion): boolean {
  if (baseKeywords.has(word)) return true;
  if (version === 'v0') return false;
  return v1Keywords.has(word) || (version === 'v2' && v2Keywords.has(word));
}

/** Whether a dialect could still import the word as a keyword. */
export function isImportableKeyword(word: string, version: RegoVersion): boolean {
  if (version === 'v2') return false;
  return version === 'v1' ? v2Keywords.has(word) : v1Keywords.has(word);
}

/** Adds keywords; `every` brings `in` with it because it cannot be written without. */
export function addKeywords(known: Keywords, added: Iterable<readonly [string, Token]>): Keywords {
  const all = new Map(known);
  for (const [word, token] of added) {
    all.set(word, token);
    if (token === T.every) all.set('in', T.in);
  }
  return all;
}

export function withoutFutureKeywords(known: Keywords): Keywords {
  return addKeywords(
    new Map(),
    [...known].filter(([word]) => !futureKeywords.has(word)),
  );
}
