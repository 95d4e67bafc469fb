// SPDX-License-Identifier: Apache-2.0
import { locate, rowOf, type Source, type Span } from './location.ts';
import { spansOfTerms } from './parse.ts';
import type { Body, Expr, Module, Rule, Term } from './syntax/ast.ts';
import { keyOfTerm, type TermSpans } from './syntax/term-spans.ts';

/** A place in a file; rows and columns start at 1. */
export interface Position {
  readonly row: number;
  readonly col: number;
}

export interface CoverageRange {
  readonly start: Position;
  readonly end: Position;
}

export interface FileCoverage {
  readonly covered?: readonly CoverageRange[];
  readonly not_covered?: readonly CoverageRange[];
  readonly covered_lines?: number;
  readonly not_covered_lines?: number;
  /** Percent. */
  readonly coverage?: number;
}

/** Coverage in the form of `opa test --coverage --format json`. */
export interface CoverageReport {
  readonly files: Readonly<Record<string, FileCoverage>>;
  readonly covered_lines: number;
  readonly not_covered_lines: number;
  readonly coverage: number;
}

/**
 * Collects which rules and expressions evaluations have reached. Compile with `watch: true` and hand {@link reached}
 * to each evaluation.
 */
export class Coverage {
  readonly #reached = new Map<Source, Set<Span>>();

  readonly reached = (source: Source, span: Span): void => {
    let spans = this.#reached.get(source);
    if (!spans) {
      spans = new Set();
      this.#reached.set(source, spans);
    }
    spans.add(span);
  };

  report(modules: readonly Module[]): CoverageReport {
    const files: Record<string, FileCoverage> = Object.create(null);
    let covered = 0;
    let missed = 0;
    for (const module of modules) {
      const file = this.#fileReport(module);
      files[module.source.file] = file;
      covered += file.covered_lines ?? 0;
      missed += file.not_covered_lines ?? 0;
    }
    return { files, covered_lines: covered, not_covered_lines: missed, coverage: percentage(covered, missed) };
  }

  #fileReport(module: Module): FileCoverage {
    const { source } = module;
    const covered = rangesOf(source, [...(this.#reached.get(source) ?? [])]);
    const notCovered = rangesOf(source, spansOfModule(module)).filter((range) => !isWithin(range, covered));
    const coveredLines = countRows(covered);
    const missedLines = countRows(notCovered);
    const coverage = percentage(coveredLines, missedLines);
    return {
      ...(covered.length > 0 && { covered }),
      ...(notCovered.length > 0 && { not_covered: notCovered }),
      ...(coveredLines > 0 && { covered_lines: coveredLines }),
      ...(missedLines > 0 && { not_covered_lines: missedLines }),
      ...(coverage > 0 && { coverage }),
    };
  }
}

function percentage(covered: number, missed: number): number {
  return covered + missed === 0 ? 0 : (100 * covered) / (covered + missed);
}

function isWithin({ start, end }: CoverageRange, ranges: readonly CoverageRange[]): boolean {
  return ranges.some((outer) => order(outer.start, start) <= 0 && order(end, outer.end) <= 0);
}

function order(a: Position, b: Position): number {
  return a.row - b.row || a.col - b.col;
}

function rangesOf(source: Source, spans: readonly Span[]): readonly CoverageRange[] {
  const ranges = new Map<string, CoverageRange>();
  for (const span of spans) {
    const { at, end, from = at } = span;
    const key = `${at} ${end} ${from}`;
    if (!ranges.has(key)) ranges.set(key, rangeOf(source, span));
  }
  return [...ranges.values()].sort((a, b) => order(a.start, b.start) || order(a.end, b.end));
}

function rangeOf(source: Source, { at, end, from = at }: Span): CoverageRange {
  const start = positionOf(source, at);
  const stop = positionOf(source, end);
  if (from === at) return { start, end: stop };
  const rows = rowOf(source, end) - rowOf(source, from);
  if (rows > 0) return { start, end: { row: start.row + rows, col: stop.col } };
  return { start, end: { row: start.row, col: start.col + stop.col - positionOf(source, from).col } };
}

function positionOf(source: Source, offset: number): Position {
  const { row, col } = locate(source, offset);
  return { row, col };
}

function countRows(ranges: readonly CoverageRange[]): number {
  const rows = new Set<number>();
  for (const { start, end } of ranges) for (let row = start.row; row <= end.row; row++) rows.add(row);
  return rows.size;
}

function spansOfModule(module: Module): readonly Span[] {
  const terms = spansOfTerms(module);
  return module.rules.flatMap((rule) => spansOfRule(rule, terms));
}

/** Heads and expressions of a rule, of its branches, and of the bodies inside them. */
function spansOfRule(rule: Rule, terms: TermSpans): readonly Span[] {
  const { head } = rule;
  // The `true` that nobody wrote stands where the value does.
  const isAtValue = rule.generatedBody && head.value && rule.body[0]?.at === head.value.at;
  const atValue = isAtValue && terms.get(keyOfTerm(head.value));
  const body = atValue ? [atValue] : spansOfBody(rule.body);
  const own: readonly Span[] = [{ at: head.at, end: head.end }, ...body];
  const parts = [...(head.key ? [head.key] : []), ...(head.value ? [head.value] : [])];
  return [...own, ...parts.flatMap(spansOfTerm), ...(rule.else ? spansOfRule(rule.else, terms) : [])];
}

function spansOfBody(body: Body): readonly Span[] {
  return body.flatMap(spansOfExpr);
}

function spansOfExpr(expr: Expr): readonly Span[] {
  const own: readonly Span[] = expr.kind === 'some' ? [] : [{ at: expr.at, end: expr.end }];
  switch (expr.kind) {
    case 'term-expr':
      return [...own, ...spansOfTerm(expr.term)];
    case 'call-expr':
      return [...own, ...expr.args.flatMap(spansOfTerm)];
    case 'some':
      return [...own, ...expr.symbols.flatMap(spansOfTerm)];
    case 'every':
      return [...own, ...spansOfTerm(expr.domain), ...spansOfBody(expr.body)];
    case 'not':
      return [...own, ...spansOfBody(expr.body)];
    default:
      return [...own, ...spansOfBody(expr.left), ...spansOfBody(expr.right)];
  }
}

function spansOfTerm(term: Term): readonly Span[] {
  switch (term.kind) {
    case 'constant':
    case 'var':
    case 'template':
      return [];
    case 'ref':
      return [term.head, ...term.path].flatMap(spansOfTerm);
    case 'call':
      return term.args.flatMap(spansOfTerm);
    case 'array':
    case 'set':
      return term.items.flatMap(spansOfTerm);
    case 'object':
      return term.entries.flat().flatMap(spansOfTerm);
    case 'object-comprehension':
      return [...spansOfTerm(term.key), ...spansOfTerm(term.value), ...spansOfBody(term.body)];
    default:
      return [...spansOfTerm(term.term), ...spansOfBody(term.body)];
  }
}
