// SPDX-License-Identifier: Apache-2.0
import { type CoverageReport, type QueryResult, toJson, type Value } from '@sluice/rego';
import { arrayText, escapeJson, indentJson, objectText } from './json-text.ts';
import { table } from './table.ts';

export type EvalFormat = 'json' | 'values' | 'bindings' | 'pretty' | 'raw' | 'discard';

export interface Outcome {
  readonly results: readonly QueryResult[];
  readonly coverage: CoverageReport | undefined;
}

/** The solutions of a query in one of the formats of `opa eval`, with the line end. */
export function resultText({ results, coverage }: Outcome, format: EvalFormat): string {
  switch (format) {
    case 'json':
      return document(results.length > 0 ? arrayText(results.map(solutionText)) : undefined, coverage);
    case 'discard':
      return document(results.length > 0 ? '"discarded"' : undefined, coverage);
    case 'values':
      return results.map(({ expressions }) => laidOut(expressions.map(({ value }) => value))).join('');
    case 'bindings':
      return results.map((result) => `${indentJson(bindingsText(result))}\n`).join('');
    case 'raw':
      return results.map(({ expressions }) => `${expressions.map(({ value }) => rawText(value)).join(' ')}\n`).join('');
    case 'pretty':
      return prettyResults(results) + (coverage ? table(undefined, [coverageRow(coverage)]) : '');
  }
}

function document(result: string | undefined, coverage: CoverageReport | undefined): string {
  return `${indentJson(objectText({ result, coverage: coverage && JSON.stringify(coverage) }))}\n`;
}

function solutionText(result: QueryResult): string {
  const expressions = result.expressions.map(({ value, text, row, col }) =>
    objectText({ value: toJson(value), text: JSON.stringify(text), location: JSON.stringify({ row, col }) }),
  );
  return objectText({
    expressions: arrayText(expressions),
    bindings: result.bindings.size > 0 ? bindingsText(result) : undefined,
  });
}

function bindingsText({ bindings }: QueryResult): string {
  const sorted = [...bindings].sort(([a], [b]) => (a < b ? -1 : 1));
  return objectText(Object.fromEntries(sorted.map(([name, value]) => [name, toJson(value)])));
}

function laidOut(value: Value): string {
  return `${indentJson(toJson(value))}\n`;
}

function rawText(value: Value): string {
  return typeof value === 'string' ? value : escapeJson(toJson(value));
}

function coverageRow({ coverage }: CoverageReport): readonly string[] {
  return ['Overall Coverage', coverage.toFixed(2)];
}

function prettyResults(results: readonly QueryResult[]): string {
  const [first] = results;
  if (!first) return 'undefined\n';
  const { expressions } = first;
  const alone = results.length === 1 && first.bindings.size === 0;
  if (alone && (expressions.length === 1 || expressions.every(({ value }) => typeof value === 'boolean'))) {
    return laidOut(expressions[0]?.value ?? null);
  }
  const columns = columnsOf(first);
  const rows = results.map((result) => columns.map(({ read }) => escapeJson(toJson(read(result)))));
  return table(
    columns.map(({ head }) => head),
    rows,
  );
}

interface Column {
  readonly head: string;
  readonly read: (result: QueryResult) => Value;
}

/** Expressions that are no mere condition, then the variables. */
function columnsOf(first: QueryResult): readonly Column[] {
  const conditions = first.bindings.size > 0;
  const expressions = first.expressions.flatMap(({ value, text }, at): readonly Column[] =>
    conditions && typeof value === 'boolean'
      ? []
      : [{ head: text, read: (result) => result.expressions[at]?.value ?? null }],
  );
  const names = [...first.bindings.keys()].sort();
  return [
    ...expressions,
    ...names.map((name): Column => ({ head: name, read: (result) => result.bindings.get(name) ?? null })),
  ];
}
