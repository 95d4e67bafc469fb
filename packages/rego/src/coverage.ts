// SPDX-License-Identifier: Apache-2.0
import { locate, type Source } from './location.ts';
import type { Body, Expr, Module, Rule, Term } from './syntax/ast.ts';

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

type Span = readonly [at: number, end: number];

/**
 * Collects which rules and expressions evaluations have reached. Compile with `watch: true` and hand {@link reached}
 * to each evaluation.
 */
export class Coverage {
  readonly #reached = new Map<Source, Map<number, number>>();

  readonly reached = (source: Source, at: number, end: number): void => {
    let spans = this.#reached.get(source);
    if (!spans) {
      spans = new Map();
      this.#reached.set(source, spans);
    }
    spans.set(at, Math.max(end, spans.get(at) ?? 0));
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
    const reached: readonly Span[] = [...(this.#reached.get(source) ?? [])];
    const isCovered = ([at, end]: Span): boolean => reached.some((span) => span[0] <= at && end <= span[1]);
    const missed = module.rules.flatMap(spansOfRule).filter((span) => !isCovered(span));
    const covered = rangesOf(source, reached);
    const notCovered = rangesOf(source, missed);
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

function rangesOf(source: Source, spans: readonly Span[]): readonly CoverageRange[] {
  const seen = new Map(spans.map((span) => [span.join(), span]));
  return [...seen.values()]
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([at, end]) => ({ start: positionOf(source, at), end: positionOf(source, end) }));
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

/** Heads and expressions of a rule, of its branches, and of the bodies inside them. */
function spansOfRule(rule: Rule): readonly Span[] {
  const { head } = rule;
  const own: readonly Span[] = [[head.at, head.end], ...spansOfBody(rule.body)];
  const parts = [...(head.key ? [head.key] : []), ...(head.value ? [head.value] : [])];
  return [...own, ...parts.flatMap(spansOfTerm), ...(rule.else ? spansOfRule(rule.else) : [])];
}

function spansOfBody(body: Body): readonly Span[] {
  return body.flatMap(spansOfExpr);
}

function spansOfExpr(expr: Expr): readonly Span[] {
  if (expr.generated) return [];
  const isDeclaration = expr.kind === 'some' && expr.symbols[0]?.kind !== 'call';
  const own: readonly Span[] = isDeclaration ? [] : [[expr.at, expr.end]];
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
