// SPDX-License-Identifier: Apache-2.0
import {
  anyType,
  arrayType,
  booleanType,
  type FunctionType,
  functionType,
  nullType,
  numberType,
  objectType,
  type Property,
  setType,
  stringType,
  type Type,
  unionOf,
} from '../compiler/types.ts';
import { declarations } from './declarations.ts';

/** What the compiler knows about a built-in function. */
export interface Declaration {
  readonly name: string;
  readonly type: FunctionType;
  /** The operator it is written as, such as `+`. */
  readonly infix?: string;
  /** It has any number of answers, as `walk` has. */
  readonly relation: boolean;
  /** Not part of Rego v1. */
  readonly deprecated: boolean;
  /** Two calls with the same arguments may differ. */
  readonly nondeterministic: boolean;
}

/** Reads one declaration, `name(argument: type, …) result: type @note …`; its types are OPA's own notation. */
export function parseDeclaration(line: string): Declaration {
  const [signature = '', ...notes] = line.split(' @');
  const open = signature.indexOf('(');
  const reader: Reader = { text: signature, at: open + 1 };
  const args: Type[] = [];
  let variadic: Type | undefined;
  while (!eat(reader, ')')) {
    if (args.length > 0) expect(reader, ', ');
    if (eat(reader, '...')) variadic = readNamed(reader);
    else args.push(readNamed(reader));
  }
  expect(reader, ' ');
  const result = eat(reader, 'void') ? undefined : readNamed(reader);
  const infix = notes.find((note) => note.startsWith('infix '))?.slice('infix '.length);
  return {
    name: signature.slice(0, open),
    type: functionType(args, result, variadic),
    ...(infix !== undefined && { infix }),
    relation: notes.includes('relation'),
    deprecated: notes.includes('deprecated'),
    nondeterministic: notes.includes('nondeterministic'),
  };
}

const lines: ReadonlyMap<string, string> = new Map(
  declarations
    .trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf('(')), line]),
);

const known = new Map<string, Declaration>();

/** Names of all of OPA's built-in functions. */
export function declaredNames(): readonly string[] {
  return [...lines.keys()];
}

/** The declaration of one of OPA's built-in functions; undefined when there is none of this name. */
export function declarationOf(name: string): Declaration | undefined {
  const found = known.get(name);
  if (found) return found;
  const line = lines.get(name);
  if (line === undefined) return undefined;
  const declaration = parseDeclaration(line);
  known.set(name, declaration);
  return declaration;
}

/** Reads one type in OPA's notation, such as `any<string, array[number]>`. */
export function parseType(text: string): Type {
  const reader: Reader = { text, at: 0 };
  const type = readType(reader);
  if (reader.at < text.length) fail(reader, 'the end of the type');
  return type;
}

interface Reader {
  readonly text: string;
  at: number;
}

/** The name before a type is there for people only. */
function readNamed(reader: Reader): Type {
  const named = /([A-Za-z_][A-Za-z0-9_ ]*): /y;
  named.lastIndex = reader.at;
  const match = named.exec(reader.text);
  if (match) reader.at = named.lastIndex;
  return readType(reader);
}

function readType(reader: Reader): Type {
  const word = /[a-z]+/y;
  word.lastIndex = reader.at;
  const name = word.exec(reader.text)?.[0] ?? '';
  reader.at += name.length;
  switch (name) {
    case 'null':
      return nullType;
    case 'boolean':
      return booleanType;
    case 'number':
      return numberType;
    case 'string':
      return stringType;
    case 'any':
      return reader.text[reader.at] === '<' ? unionOf(readList(reader, readType)) : anyType;
    case 'array': {
      const items = reader.text[reader.at] === '<' ? readList(reader, readType) : [];
      return arrayType(items, readBracketed(reader, readType));
    }
    case 'set':
      return setType(readBracketed(reader, readType));
    case 'object': {
      const properties = reader.text[reader.at] === '<' ? readList(reader, readProperty) : [];
      return objectType(properties, readBracketed(reader, readRest));
    }
    default:
      return fail(reader, 'a type');
  }
}

function readProperty(reader: Reader): Property {
  const colon = reader.text.indexOf(': ', reader.at);
  const key = reader.text.slice(reader.at, colon);
  reader.at = colon + 2;
  return { key, value: readType(reader) };
}

function readRest(reader: Reader): { key: Type; value: Type } {
  const key = readType(reader);
  expect(reader, ': ');
  return { key, value: readType(reader) };
}

function readList<T>(reader: Reader, read: (reader: Reader) => T): T[] {
  expect(reader, '<');
  const parts = [read(reader)];
  while (eat(reader, ', ')) parts.push(read(reader));
  expect(reader, '>');
  return parts;
}

function readBracketed<T>(reader: Reader, read: (reader: Reader) => T): T | undefined {
  if (!eat(reader, '[')) return undefined;
  const inside = read(reader);
  expect(reader, ']');
  return inside;
}

function eat(reader: Reader, text: string): boolean {
  if (!reader.text.startsWith(text, reader.at)) return false;
  reader.at += text.length;
  return true;
}

function expect(reader: Reader, text: string): void {
  if (!eat(reader, text)) fail(reader, `"${text}"`);
}

function fail(reader: Reader, expected: string): never {
  throw new TypeError(`Expected ${expected} at offset ${reader.at} of "${reader.text}".`);
}
