// SPDX-License-Identifier: Apache-2.0
import { type Node, type Pipe, type Template, TemplateError, type Term } from './syntax.ts';

const maxDepth = 200;

/** Reads a template: text, actions, `if`, `with`, `range`, `define`, `block` and `template`. */
export function parseTemplate(text: string): Template {
  const reader: Reader = { pieces: cut(text), at: 0, defined: new Map(), depth: 0 };
  const { nodes, ended } = readList(reader);
  if (ended !== undefined) fail(`unexpected {{${ended.words[0]?.text}}}`);
  return { nodes, defined: reader.defined };
}

/** Text, or the words of an action. */
type Piece = { readonly text: string } | { readonly words: readonly Word[] };

interface Word {
  readonly kind: 'name' | 'field' | 'variable' | 'string' | 'number' | 'sign' | 'space' | 'dot';
  readonly text: string;
}

interface Reader {
  readonly pieces: readonly Piece[];
  readonly defined: Map<string, readonly Node[]>;
  at: number;
  depth: number;
}

function fail(message: string): never {
  throw new TemplateError(`template: template:1: ${message}`);
}

/** Text and actions; a minus beside the braces takes the space before or behind away. */
function cut(text: string): Piece[] {
  const pieces: Piece[] = [];
  let [at, trim] = [0, false];
  for (;;) {
    const open = text.indexOf('{{', at);
    const raw = text.slice(at, open < 0 ? undefined : open);
    const trimsBefore = open >= 0 && /^\{\{-[ \t\r\n]/.test(text.slice(open, open + 4));
    const left = trim ? raw.replace(/^[ \t\r\n]+/, '') : raw;
    const plain = trimsBefore ? trimEnd(left) : left;
    if (plain !== '') pieces.push({ text: plain });
    if (open < 0) return pieces;
    const start = open + (trimsBefore ? 3 : 2);
    const { words, end, trimsAfter } = readWords(text, start);
    if (words.length > 0) pieces.push({ words });
    [at, trim] = [end, trimsAfter];
  }
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\r\n'.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

const wordShape =
  /(\s+)|("(?:[^"\\\n]|\\.)*"|`[^`]*`)|('(?:[^'\\\n]|\\.)+')|(\$[\p{L}\p{Nd}_]*)|(\.[\p{L}_][\p{L}\p{Nd}_]*)|([+-]?(?:0[xX][0-9a-fA-F]+|[0-9][0-9_]*(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|\.[0-9]+))|([\p{L}_][\p{L}\p{Nd}_]*)|(:=|[=,|().])/uy;

function readWords(text: string, from: number): { words: Word[]; end: number; trimsAfter: boolean } {
  const comment = /[ \t\r\n]*\/\*[\s\S]*?\*\/([ \t\r\n]-)?\}\}/y;
  comment.lastIndex = from;
  const found = comment.exec(text);
  if (found) return { words: [], end: comment.lastIndex, trimsAfter: found[1] !== undefined };
  const words: Word[] = [];
  for (let at = from; ; ) {
    if (text.startsWith('}}', at)) return { words: trimmed(words), end: at + 2, trimsAfter: false };
    if (/^[ \t\r\n]-\}\}/.test(text.slice(at, at + 4))) return { words: trimmed(words), end: at + 4, trimsAfter: true };
    wordShape.lastIndex = at;
    const match = wordShape.exec(text);
    if (!match)
      return at >= text.length ? fail('unclosed action') : fail(`unexpected ${JSON.stringify(text[at])} in action`);
    words.push(wordOf(match));
    at = wordShape.lastIndex;
  }
}

function trimmed(words: readonly Word[]): Word[] {
  const from = words[0]?.kind === 'space' ? 1 : 0;
  const to = words.at(-1)?.kind === 'space' ? words.length - 1 : words.length;
  const inner = words.slice(from, Math.max(from, to));
  return inner.length > 0 ? inner : fail('missing value for command');
}

function wordOf(match: RegExpExecArray): Word {
  const [text, space, string, character, variable, field, number, name] = match;
  if (space !== undefined) return { kind: 'space', text };
  if (string !== undefined) return { kind: 'string', text: unquote(text) };
  if (character !== undefined) return { kind: 'number', text: String(unquote(text).codePointAt(0) ?? 0) };
  if (variable !== undefined) return { kind: 'variable', text };
  if (field !== undefined) return { kind: 'field', text: text.slice(1) };
  if (number !== undefined) return { kind: 'number', text };
  if (name !== undefined) return { kind: 'name', text };
  return { kind: text === '.' ? 'dot' : 'sign', text };
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function unquote(text: string): string {
  const inside = text.slice(1, -1);
  if (text.startsWith('`')) return inside;
  return inside.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/g,
    (_, ...groups) => {
      const [x, u, U, octal, letter]: (string | undefined)[] = groups;
      const hex = x ?? u ?? U;
      if (hex !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return escapes[letter ?? ''] ?? letter ?? '';
    },
  );
}

type Action = Extract<Piece, { words: readonly Word[] }>;

/** Nodes up to an `end` or `else`. */
function readList(reader: Reader): { nodes: Node[]; ended: Action | undefined } {
  if (++reader.depth > maxDepth) fail('nested too deeply');
  const nodes: Node[] = [];
  while (reader.at < reader.pieces.length) {
    const piece = reader.pieces[reader.at++];
    if (!piece) break;
    if ('text' in piece) nodes.push({ kind: 'text', text: piece.text });
    else {
      const word = piece.words[0]?.kind === 'name' ? piece.words[0].text : '';
      if (word === 'end' || word === 'else') {
        reader.depth--;
        return { nodes, ended: piece };
      }
      const node = readAction(reader, word, piece.words);
      if (node) nodes.push(node);
    }
  }
  reader.depth--;
  return { nodes, ended: undefined };
}

function readAction(reader: Reader, word: string, words: readonly Word[]): Node | undefined {
  switch (word) {
    case 'if':
    case 'with':
    case 'range':
      return readControl(reader, word, words.slice(1));
    case 'break':
    case 'continue':
      return { kind: word };
    case 'define':
    case 'block': {
      const name = words.find(({ kind }) => kind === 'string')?.text ?? fail(`unexpected {{end}} in ${word} clause`);
      const { nodes, ended } = readList(reader);
      if (ended?.words[0]?.text !== 'end') fail('unexpected EOF');
      reader.defined.set(name, nodes);
      return word === 'define' ? undefined : { kind: 'template', name, pipe: restPipe(words) };
    }
    case 'template': {
      const name = words.find(({ kind }) => kind === 'string')?.text ?? fail('missing template name');
      return { kind: 'template', name, pipe: restPipe(words) };
    }
    default:
      return { kind: 'action', pipe: readPipe(words, 'command') };
  }
}

/** The pipe behind the name of a template. */
function restPipe(words: readonly Word[]): Pipe | undefined {
  const rest = words.slice(words.findIndex(({ kind }) => kind === 'string') + 1).filter(({ kind }) => kind !== 'space');
  return rest.length > 0 ? readPipe(rest, 'template clause') : undefined;
}

function readControl(reader: Reader, kind: 'if' | 'with' | 'range', words: readonly Word[]): Node {
  const pipe = readPipe(words, kind);
  const { nodes, ended } = readList(reader);
  const [first, ...rest] = ended?.words.filter((word) => word.kind !== 'space') ?? [];
  if (first === undefined) return fail('unexpected EOF');
  if (first.text === 'end') return { kind, pipe, body: nodes, otherwise: [] };
  const [next] = rest;
  if (next && (next.text === 'if' || next.text === 'with') && kind !== 'range') {
    const chained = ended?.words.slice((ended.words.findIndex((word) => word.text === next.text) ?? 0) + 1) ?? [];
    return { kind, pipe, body: nodes, otherwise: [readControl(reader, next.text, chained)] };
  }
  const otherwise = readList(reader);
  if (otherwise.ended?.words[0]?.text !== 'end') fail('expected end; found {{else}}');
  return { kind, pipe, body: nodes, otherwise: otherwise.nodes };
}

function readPipe(words: readonly Word[], where: string): Pipe {
  const cursor = { words, at: 0 };
  const pipe = pipeAt(cursor, where);
  if (cursor.at < words.length) fail(`unexpected "${words[cursor.at]?.text}" in ${where}`);
  return pipe;
}

interface WordCursor {
  readonly words: readonly Word[];
  at: number;
}

function pipeAt(cursor: WordCursor, where: string): Pipe {
  const { variables, declares } = readTargets(cursor);
  const commands: Term[][] = [];
  do commands.push(readCommand(cursor, where));
  while (eatSign(cursor, '|'));
  return { variables, declares, commands };
}

/** `$x :=`, `$x =` and, in a range, `$i, $x :=`. */
function readTargets(cursor: WordCursor): { variables: string[]; declares: boolean } {
  const start = cursor.at;
  const variables: string[] = [];
  for (;;) {
    skipSpace(cursor);
    const word = cursor.words[cursor.at];
    if (word?.kind !== 'variable') break;
    cursor.at++;
    variables.push(word.text);
    if (eatSign(cursor, ',')) continue;
    if (eatSign(cursor, ':=')) return { variables, declares: true };
    if (eatSign(cursor, '=')) return { variables, declares: false };
    break;
  }
  cursor.at = start;
  return { variables: [], declares: false };
}

function skipSpace(cursor: WordCursor): void {
  while (cursor.words[cursor.at]?.kind === 'space') cursor.at++;
}

function eatSign(cursor: WordCursor, sign: string): boolean {
  const before = cursor.at;
  skipSpace(cursor);
  if (cursor.words[cursor.at]?.kind === 'sign' && cursor.words[cursor.at]?.text === sign) {
    cursor.at++;
    return true;
  }
  cursor.at = before;
  return false;
}

function readCommand(cursor: WordCursor, where: string): Term[] {
  const terms: Term[] = [];
  for (;;) {
    skipSpace(cursor);
    const word = cursor.words[cursor.at];
    if (!word || (word.kind === 'sign' && word.text !== '(')) break;
    terms.push(readTerm(cursor, word, where));
  }
  return terms.length > 0 ? terms : fail(`missing value for ${where}`);
}

function readTerm(cursor: WordCursor, word: Word, where: string): Term {
  cursor.at++;
  switch (word.kind) {
    case 'string':
      return { kind: 'literal', value: word.text };
    case 'number':
      return { kind: 'number', text: word.text };
    case 'variable':
      return { kind: 'field', from: word.text, path: readFields(cursor) };
    case 'dot':
      return { kind: 'field', from: '.', path: [] };
    case 'field':
      return { kind: 'field', from: '.', path: [word.text, ...readFields(cursor)] };
    case 'name':
      if (word.text === 'nil') return { kind: 'literal', value: null };
      if (word.text === 'true' || word.text === 'false') return { kind: 'literal', value: word.text === 'true' };
      return { kind: 'function', name: word.text };
    default: {
      const pipe = pipeAt(cursor, where);
      if (!eatSign(cursor, ')')) fail('unclosed left paren');
      return { kind: 'field', from: pipe, path: readFields(cursor) };
    }
  }
}

function readFields(cursor: WordCursor): string[] {
  const path: string[] = [];
  for (let word = cursor.words[cursor.at]; word?.kind === 'field'; word = cursor.words[cursor.at]) {
    path.push(word.text);
    cursor.at++;
  }
  return path;
}
