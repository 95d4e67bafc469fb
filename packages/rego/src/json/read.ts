// SPDX-License-Identifier: Apache-2.0
import { JsonError } from './error.ts';

/** What JSON text becomes; strings, booleans and null are themselves. */
export interface JsonMaker<T> {
  /** A number as it is written. */
  readonly number: (text: string) => T;
  readonly array: (items: T[]) => T;
  /** Of a name that is given twice the last value counts. */
  readonly object: (members: Map<string, T>) => T;
}

/** Nesting that JSON text may have, well within what the stack holds for all that is done with a value later. */
export const maxJsonDepth = 2_000;

/**
 * Reads JSON text (RFC 8259) without losing a digit of its numbers; lone surrogates become U+FFFD.
 *
 * Not `JSON.parse`, and not only for the digits: that of Node 24.21 gives a wrong name to a member whose name is one
 * escaped character, once an object with a member `"\\"` was parsed.
 *
 * @throws {JsonError} With what was expected and where.
 */
export function readJson<T>(text: string, make: JsonMaker<T>): T | string | boolean | null {
  const reader: Reader<T> = { text, make, at: 0, depth: 0 };
  const value = readValue(reader);
  skipSpace(reader);
  if (reader.at < text.length) fail(reader, 'the end of the text');
  return value;
}

interface Place {
  readonly text: string;
  at: number;
}

interface Reader<T> extends Place {
  readonly make: JsonMaker<T>;
  depth: number;
}

type Read<T> = T | string | boolean | null;

function readValue<T>(reader: Reader<T>): Read<T> {
  skipSpace(reader);
  switch (reader.text.charCodeAt(reader.at)) {
    case 0x7b:
      return nested(reader, readObject);
    case 0x5b:
      return nested(reader, readArray);
    case 0x22:
      return readString(reader);
    case 0x74:
      return readWord(reader, 'true', true);
    case 0x66:
      return readWord(reader, 'false', false);
    case 0x6e:
      return readWord(reader, 'null', null);
    default:
      return readNumber(reader);
  }
}

function nested<T>(reader: Reader<T>, read: (reader: Reader<T>) => T): T {
  if (++reader.depth > maxJsonDepth) {
    throw new JsonError(`Expected at most ${maxJsonDepth} levels of JSON, found more.`, 'too-deep');
  }
  reader.at++;
  const value = read(reader);
  reader.depth--;
  return value;
}

function readObject<T>(reader: Reader<T>): T {
  const members = new Map<string, Read<T>>();
  if (!eat(reader, 0x7d)) {
    do {
      skipSpace(reader);
      if (reader.text.charCodeAt(reader.at) !== 0x22) fail(reader, 'a key in double quotes');
      const key = readString(reader);
      if (!eat(reader, 0x3a)) fail(reader, "':' behind a key");
      members.set(key, readValue(reader));
    } while (eat(reader, 0x2c));
    if (!eat(reader, 0x7d)) fail(reader, "',' or '}'");
  }
  // A maker's values hold strings, booleans and null, as all values of JSON do.
  return reader.make.object(members as Map<string, T>);
}

function readArray<T>(reader: Reader<T>): T {
  const items: Read<T>[] = [];
  if (!eat(reader, 0x5d)) {
    do items.push(readValue(reader));
    while (eat(reader, 0x2c));
    if (!eat(reader, 0x5d)) fail(reader, "',' or ']'");
  }
  return reader.make.array(items as T[]); // as above
}

/** What ends a run of characters that stand for themselves: a quote, a backslash, a control character. */
const special = /[^ !#-[\]-\uffff]/g;

function readString(place: Place): string {
  const { text } = place;
  const start = ++place.at;
  let parts = '';
  let from = start;
  for (;;) {
    special.lastIndex = place.at;
    const found = special.exec(text);
    place.at = found?.index ?? text.length;
    if (found?.[0] === '"') break;
    if (found?.[0] !== '\\') fail(place, 'a string without control characters, ended by a quote');
    parts += text.slice(from, place.at) + readEscape(place);
    from = place.at;
  }
  const whole = from === start ? text.slice(start, place.at) : parts + text.slice(from, place.at);
  place.at++;
  return whole.isWellFormed() ? whole : whole.toWellFormed();
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

function readEscape(place: Place): string {
  const letter = place.text[place.at + 1] ?? '';
  if (letter === 'u') {
    const digits = place.text.slice(place.at + 2, place.at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) fail(place, 'four hexadecimal digits behind \\u');
    place.at += 6;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }
  const character = escapes.get(letter);
  if (character === undefined) return fail(place, 'an escape of JSON');
  place.at += 2;
  return character;
}

function readWord<Word>(place: Place, word: string, value: Word): Word {
  if (!place.text.startsWith(word, place.at)) fail(place, 'a value');
  place.at += word.length;
  return value;
}

const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

function readNumber<T>(reader: Reader<T>): T {
  numberPattern.lastIndex = reader.at;
  const text = numberPattern.exec(reader.text)?.[0];
  if (text === undefined) return fail(reader, 'a value');
  reader.at += text.length;
  return reader.make.number(text);
}

function eat(place: Place, code: number): boolean {
  skipSpace(place);
  if (place.text.charCodeAt(place.at) !== code) return false;
  place.at++;
  return true;
}

function skipSpace(place: Place): void {
  for (;;) {
    const unit = place.text.charCodeAt(place.at);
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
    place.at++;
  }
}

function fail(place: Place, expected: string): never {
  const found = place.at < place.text.length ? JSON.stringify(place.text[place.at]) : 'the end of the text';
  throw new JsonError(`Expected ${expected} in JSON at offset ${place.at}, found ${found}.`, 'malformed');
}
