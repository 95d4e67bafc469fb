// SPDX-License-Identifier: Apache-2.0
import { declarationOf } from './builtins/declaration.ts';
import { errorAt, RegoError, RegoErrors } from './error.ts';
import { chooseLimits, type Limits } from './limits.ts';
import type { Source } from './location.ts';
import { parseAnnotations } from './syntax/annotations.ts';
import type { Body, Module, RegoVersion, Term } from './syntax/ast.ts';
import { defaultCapabilities, importableKeywords, type SyntaxCapabilities } from './syntax/capabilities.ts';
import { Cursor } from './syntax/cursor.ts';
import { decodeUtf8 } from './syntax/decode.ts';
import { assembleModule } from './syntax/module.ts';
import { grammar } from './syntax/parse-body.ts';
import { parseStatements } from './syntax/statement.ts';
import type { TermSpans } from './syntax/term-spans.ts';
import { addKeywords, baseKeywords, futureKeywords, type Keywords, v1Keywords } from './syntax/token.ts';

export interface ParseOptions {
  /** Dialect to read the text as; `v1` unless told otherwise. */
  readonly version?: RegoVersion;
  /** Read METADATA comments; off unless told otherwise, because most evaluations do not look at them. */
  readonly annotations?: boolean;
  readonly capabilities?: SyntaxCapabilities;
  readonly limits?: Partial<Limits>;
  /** Names a rule must not have, because calling them means a built-in function; OPA's unless told otherwise. */
  readonly isBuiltin?: (name: string) => boolean;
}

/**
 * Reads a module.
 *
 * @param file Its name in messages.
 * @param text Its text, or its bytes as UTF-8.
 * @throws {RegoErrors} Everything that is wrong with it, with code `rego_parse_error`, OPA's words, and the row with a
 *   caret below.
 */
export function parseModule(file: string, text: string | Uint8Array, options: ParseOptions = {}): Module {
  const { cursor, source, version } = open(file, text, options);
  const statements = parseStatements(cursor, { rules: true });
  const { comments } = cursor;
  const found = options.annotations
    ? parseAnnotations(source, comments, parseLoneTerm)
    : { annotations: [], errors: [] };
  refuse([...cursor.errors, ...found.errors]);
  const isBuiltin = options.isBuiltin ?? ((name: string) => declarationOf(name) !== undefined);
  const module = assembleModule({ source, version, statements, comments, annotations: found.annotations, isBuiltin });
  if (!('kind' in module)) throw new RegoErrors(module);
  return module;
}

/**
 * Reads a query: the body of a rule without the rule.
 *
 * @throws {RegoErrors} As {@link parseModule} does.
 */
export function parseQuery(
  text: string,
  options: ParseOptions & { readonly file?: string } = {},
): { readonly source: Source; readonly body: Body } {
  const { cursor, source } = open(options.file ?? '', text, options);
  const statements = parseStatements(cursor, { rules: false });
  refuse(cursor.errors);
  if (statements.some(({ kind }) => kind !== 'query')) {
    throw new RegoErrors([errorAt(source, 0, 'rego_parse_error', 'expected a query, found a package, import or rule')]);
  }
  const body = statements.flatMap((statement) => (statement.kind === 'query' ? statement.body : []));
  return { source, body };
}

/** Where the terms of a module that was read before begin and end. */
export function spansOfTerms({ source, version }: Module): TermSpans {
  const spans: TermSpans = new Map();
  const { cursor } = open(source.file, source.text, { version }, spans);
  parseStatements(cursor, { rules: true });
  return spans;
}

/** The one term a text consists of, as METADATA names documents. */
function parseLoneTerm(text: string): Term | undefined {
  try {
    const [expr, ...more] = parseQuery(text).body;
    return expr?.kind === 'term-expr' && more.length === 0 ? expr.term : undefined;
  } catch (error) {
    if (error instanceof RegoErrors) return undefined;
    throw error;
  }
}

interface Opened {
  readonly cursor: Cursor;
  readonly source: Source;
  readonly version: RegoVersion;
}

function open(file: string, input: string | Uint8Array, options: ParseOptions, spans?: TermSpans): Opened {
  const version = options.version ?? 'v1';
  const limits = chooseLimits(options.limits);
  if (input.length > limits.maxModuleSize) {
    const message = `module too large: expected at most ${limits.maxModuleSize} bytes, found ${input.length}`;
    throw new RegoErrors([
      new RegoError('rego_limit_error', message, { location: { file, row: 1, col: 1, offset: 0 } }),
    ]);
  }
  const source: Source = { file, text: typeof input === 'string' ? input : decodeUtf8(input) };
  const capabilities = options.capabilities ?? defaultCapabilities(version);
  const importable = importableKeywords(capabilities, version);
  if (typeof importable === 'string') throw new RegoErrors([new RegoError('rego_parse_error', importable)]);
  const keywords = addKeywords(baseKeywords, startingKeywords(version));
  const notBodies = version === 'v2';
  const context = { grammar, source, version, capabilities, importable, keywords, notBodies, limits };
  return { cursor: new Cursor({ ...context, ...(spans && { spans }) }), source, version };
}

/** Keywords a dialect has without an import. */
function startingKeywords(version: RegoVersion): Keywords {
  if (version === 'v2') return futureKeywords;
  return version === 'v1' ? v1Keywords : new Map();
}

function refuse(errors: readonly RegoError[]): void {
  if (errors.length > 0) throw new RegoErrors(errors);
}
