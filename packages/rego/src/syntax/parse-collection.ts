// SPDX-License-Identifier: Apache-2.0
import { objectOf } from '../value/object.ts';
import { setOf } from '../value/set.ts';
import type { Value } from '../value/value.ts';
import type { Term } from './ast.ts';
import type { Cursor, Mark } from './cursor.ts';
import { parseLiteralCollection } from './parse-literal.ts';
import { parseInfixItem } from './parse-operator.ts';
import { T, type Token, tokenName } from './token.ts';

type Entry = readonly [key: Term, value: Term];

/**
 * Brackets and braces. `[x | …]` and `{x | …}` are comprehensions whenever what follows the bar reads as a body;
 * otherwise the bar is the union of sets. Every function leaves the cursor on the closing bracket.
 */
export function parseArray(cursor: Cursor): Term | undefined {
  const literal = parseLiteralCollection(cursor);
  if (literal) return literal;
  const at = cursor.start;
  cursor.next();
  if (cursor.token === T.rightBracket) return arrayOf([], at);
  const mayComprehend = !eatLeadingComma(cursor);
  const mark = cursor.mark();
  const head = cursor.grammar.term(cursor);
  if (!head) return undefined;
  switch (cursor.token) {
    case T.rightBracket:
      return arrayOf([head], at);
    case T.comma: {
      cursor.next();
      return arrayOf(parseItems(cursor, T.rightBracket, [head]), at);
    }
    case T.pipe: {
      if (!mayComprehend) break;
      cursor.next();
      const body = cursor.grammar.body(cursor, T.rightBracket);
      if (body) return { kind: 'array-comprehension', term: head, body, at };
      if (cursor.token !== T.comma) return undefined;
    }
  }
  cursor.reset(mark);
  return arrayOf(parseItems(cursor, T.rightBracket, []), at);
}

/** A set, an object, or a comprehension of either. */
export function parseBraces(cursor: Cursor): Term | undefined {
  const literal = parseLiteralCollection(cursor);
  if (literal) return literal;
  const at = cursor.start;
  cursor.next();
  if (cursor.token === T.rightBrace) return objectTerm([], at);
  const mayComprehend = !eatLeadingComma(cursor);
  const mark = cursor.mark();
  const first = cursor.grammar.term(cursor);
  if (!first) return undefined;
  if (cursor.token === T.colon) return parseObject(cursor, first, mayComprehend, at);
  const isBar = cursor.token === T.pipe && mayComprehend;
  if (isBar || cursor.token === T.rightBrace || cursor.token === T.comma) {
    return parseSet(cursor, mark, first, mayComprehend, at);
  }
  cursor.reset(mark);
  const operation = parseInfixItem(cursor);
  if (!operation) return undefined;
  switch (cursor.token) {
    case T.rightBrace:
    case T.comma:
      return parseSet(cursor, mark, operation, false, at);
    case T.colon:
      return parseObject(cursor, operation, mayComprehend, at);
  }
  cursor.unexpected('non-terminated set');
  return undefined;
}

function parseSet(cursor: Cursor, mark: Mark, first: Term, mayComprehend: boolean, at: number): Term | undefined {
  switch (cursor.token) {
    case T.rightBrace:
      return setTerm([first], at);
    case T.comma:
      cursor.next();
      return setTerm(parseItems(cursor, T.rightBrace, [first]), at);
  }
  if (mayComprehend) {
    cursor.next();
    const body = cursor.grammar.body(cursor, T.rightBrace);
    if (body) return { kind: 'set-comprehension', term: first, body, at };
    if (cursor.token !== T.comma) return undefined;
  }
  cursor.reset(mark);
  return setTerm(parseItems(cursor, T.rightBrace, []), at);
}

function parseObject(cursor: Cursor, key: Term, mayComprehend: boolean, at: number): Term | undefined {
  cursor.next();
  const mark = cursor.mark();
  const value = cursor.grammar.term(cursor);
  if (!value) return undefined;
  if (mayComprehend) {
    // Behind a comma or brace there is no other reading, so its errors stand.
    if (cursor.token === T.rightBrace || cursor.token === T.comma) return parseEntries(cursor, [key, value], at);
    if (cursor.token === T.pipe) {
      const comprehension = parseObjectComprehension(cursor, key, value, at);
      if (comprehension) return comprehension;
    }
  }
  cursor.reset(mark);
  const operation = parseInfixItem(cursor);
  if (!operation) return undefined;
  if (cursor.token === T.rightBrace || cursor.token === T.comma) return parseEntries(cursor, [key, operation], at);
  cursor.unexpected('non-terminated object');
  return undefined;
}

function parseObjectComprehension(cursor: Cursor, key: Term, value: Term, at: number): Term | undefined {
  cursor.next();
  const body = cursor.grammar.body(cursor, T.rightBrace);
  return body && { kind: 'object-comprehension', key, value, body, at };
}

/** The entries behind the first one. */
function parseEntries(cursor: Cursor, first: Entry, at: number): Term | undefined {
  const entries: Entry[] = [first];
  while (cursor.token === T.comma) {
    cursor.next();
    if (cursor.token === T.rightBrace) break;
    const entry = parseEntry(cursor);
    if (!entry) return undefined;
    entries.push(entry);
  }
  return objectTerm(entries, at);
}

function parseEntry(cursor: Cursor): Entry | undefined {
  const key = parseInfixItem(cursor);
  if (!key) return undefined;
  if (cursor.token !== T.colon) {
    cursor.unexpected('expected ":"');
    return undefined;
  }
  cursor.next();
  const value = parseInfixItem(cursor);
  if (!value) return undefined;
  if (cursor.token === T.comma || cursor.token === T.rightBrace) return [key, value];
  cursor.unexpected('expected "," or "}"');
  return undefined;
}

/** Items up to a closing bracket, with or without a comma before it; `before` were read already. */
export function parseItems(cursor: Cursor, end: Token, before: readonly Term[]): readonly Term[] | undefined {
  const items = [...before];
  while (cursor.token !== end) {
    const item = parseInfixItem(cursor);
    if (!item) return undefined;
    items.push(item);
    if (cursor.token === end) break;
    if (cursor.token !== T.comma) {
      cursor.unexpected(`expected "," or "${tokenName(end)}"`);
      return undefined;
    }
    cursor.next();
  }
  return items;
}

/** `[, x]` was accepted once and still is. */
function eatLeadingComma(cursor: Cursor): boolean {
  if (cursor.token !== T.comma) return false;
  cursor.next();
  return true;
}

function arrayOf(items: readonly Term[] | undefined, at: number): Term | undefined {
  if (!items) return undefined;
  const values = constantValues(items);
  return values ? { kind: 'constant', value: values, at } : { kind: 'array', items, at };
}

function setTerm(items: readonly Term[] | undefined, at: number): Term | undefined {
  if (!items) return undefined;
  const values = constantValues(items);
  return values ? { kind: 'constant', value: setOf(values), at } : { kind: 'set', items, at };
}

function objectTerm(entries: readonly Entry[], at: number): Term {
  const keys = constantValues(entries.map(([key]) => key));
  const values = constantValues(entries.map(([, value]) => value));
  if (!keys || !values) return { kind: 'object', entries, at };
  // The lists are equally long.
  const value = objectOf(keys.map((key, index) => [key, values[index] as Value] as const));
  return value.size < entries.length ? { kind: 'object', entries, at } : { kind: 'constant', value, at };
}

function constantValues(terms: readonly Term[]): readonly Value[] | undefined {
  const values: Value[] = [];
  for (const term of terms) {
    if (term.kind !== 'constant') return undefined;
    values.push(term.value);
  }
  return values;
}
