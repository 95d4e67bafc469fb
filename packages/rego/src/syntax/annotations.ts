// SPDX-License-Identifier: Apache-2.0
import { caretLines, RegoError } from '../error.ts';
import { locate, rowOf, type Source } from '../location.ts';
import { YamlError } from '../yaml/node.ts';
import { readYaml } from '../yaml/read.ts';
import { type AnnotationContent, AnnotationError, decodeAnnotations, ShapeError } from './annotation-fields.ts';
import type { Comment, Ref, Term } from './ast.ts';

/** A METADATA block before it is known what it stands above. */
export interface DraftAnnotations {
  /** As written; empty when the block leaves it to the statement below. */
  readonly scope: string;
  readonly content: AnnotationContent;
  readonly at: number;
  readonly end: number;
}

/**
 * The METADATA blocks among a module's comments: a comment `# METADATA` at the start of a row, and the comments at the
 * start of the rows right below it, which together are YAML.
 */
export function parseAnnotations(
  source: Source,
  comments: readonly Comment[],
  parseTerm: (text: string) => Term | undefined,
): { readonly annotations: readonly DraftAnnotations[]; readonly errors: readonly RegoError[] } {
  const annotations: DraftAnnotations[] = [];
  const errors: RegoError[] = [];
  for (const block of findBlocks(source, comments)) {
    const found = parseBlock(source, block, parseTerm);
    if (found instanceof RegoError) errors.push(found);
    else annotations.push(found);
  }
  return { annotations, errors };
}

interface Block {
  readonly head: Comment;
  readonly rows: readonly Comment[];
}

function findBlocks(source: Source, comments: readonly Comment[]): readonly Block[] {
  const blocks: Block[] = [];
  for (let index = 0; index < comments.length; index++) {
    const head = comments[index];
    if (!head || !isHead(source, head)) continue;
    const rows: Comment[] = [];
    let row = rowOf(source, head.at);
    for (let next = comments[index + 1]; next; next = comments[index + rows.length + 1]) {
      if (!startsRow(source, next) || rowOf(source, next.at) !== row + 1 || isHead(source, next)) break;
      rows.push(next);
      row++;
    }
    blocks.push({ head, rows });
    // As in OPA, the comment that ended the block is passed over with it, unless it opens the next one.
    index += rows.length;
  }
  return blocks;
}

function isHead(source: Source, comment: Comment): boolean {
  return startsRow(source, comment) && comment.text.trim().startsWith('METADATA');
}

function startsRow({ text }: Source, { at }: Comment): boolean {
  return at === 0 || text.charCodeAt(at - 1) === 0x0a;
}

function parseBlock(
  source: Source,
  { head, rows }: Block,
  parseTerm: (text: string) => Term | undefined,
): DraftAnnotations | RegoError {
  const text = rows.map((row) => `${row.text.startsWith(' ') ? row.text.slice(1) : row.text}\n`).join('');
  if (text.trim() === '') return fail(source, head.at, 'expected METADATA block, found whitespace');
  try {
    const { scope, content } = decodeAnnotations(readYaml(text), {
      ref: (term) => asRef(parseTerm(term), false),
      term: (term) => asRef(parseTerm(term), true),
    });
    const last = rows.at(-1) ?? head;
    return { scope, content, at: head.at, end: last.at + 1 + last.text.length };
  } catch (error) {
    if (error instanceof YamlError || error instanceof ShapeError) {
      return fail(source, yamlErrorAt(error.message, head, rows), error.message + spaceHints(source, rows));
    }
    if (error instanceof AnnotationError) return fail(source, head.at, error.message);
    throw error;
  }
}

/** A reference; a lone variable or string counts as one where a name is enough. */
function asRef(term: Term | undefined, nameIsEnough: boolean): Ref | undefined {
  if (term?.kind === 'ref') return term;
  const isName = term?.kind === 'var' || (term?.kind === 'constant' && typeof term.value === 'string');
  return term && isName && nameIsEnough ? { kind: 'ref', head: term, path: [], at: term.at } : undefined;
}

function fail(source: Source, at: number, message: string): RegoError {
  return new RegoError('rego_parse_error', message, { location: locate(source, at), details: caretLines(source, at) });
}

/** OPA takes the line of the message for an index into the comments. */
function yamlErrorAt(message: string, head: Comment, rows: readonly Comment[]): number {
  const line = /^yaml:(?: unmarshal errors:\s*)? line (\d+):/.exec(message.replace(/\s+/g, ' '))?.[1];
  if (line === undefined) return (rows[0] ?? head).at;
  return (rows[Math.min(Number(line), rows.length - 1)] ?? head).at;
}

/** YAML takes `key:value` for a word; a guess at what was meant. */
function spaceHints(source: Source, rows: readonly Comment[]): string {
  let hints = '';
  for (const row of rows) {
    const odd = oddCharacters(row.text);
    if (odd.length === 0) continue;
    const line = rowOf(source, row.at);
    const list = odd.map((character) => `'${character}'`).join(' ');
    hints += `\n  Hint: on line ${line}, symbol(s) [${list}] immediately following a key/value separator ':' is not a legal yaml space character`;
  }
  return hints;
}

function oddCharacters(text: string): readonly string[] {
  const odd: string[] = [];
  const parts = text.split(':').slice(1);
  for (const [index, part] of parts.entries()) {
    if (part === '' && index === parts.length - 1) break;
    const [character = '\ufffd'] = part;
    if (character === ' ' || character === '\t') break;
    odd.push(escapeCharacter(character));
  }
  return odd;
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return character === "'" || character === '\\' ? `\\${character}` : character;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}
