// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { compile } from '../src/compile.ts';
import { RegoErrors } from '../src/error.ts';
import { parseModule } from '../src/parse.ts';
import type { Module } from '../src/syntax/ast.ts';
import { moduleToJson } from '../src/syntax/ast-json.ts';
import { toJson } from '../src/value/json.ts';

/** One text with what OPA says of it, read as v0 and as v1. */
export interface OpaSource {
  readonly source: string;
  readonly v0?: OpaAnswer;
  readonly v1?: OpaAnswer;
}

/** `strict` lists what strict mode finds besides `compile`. A text OPA cannot write as JSON has neither `ast` nor `parse`. */
export interface OpaAnswer {
  readonly ast?: unknown;
  readonly parse?: readonly OpaFinding[];
  readonly compile?: readonly OpaFinding[];
  readonly strict?: readonly OpaFinding[];
}

export interface OpaFinding {
  readonly code: string;
  readonly row: number;
  readonly col: number;
  readonly message: string;
}

export interface Mismatch {
  readonly index: number;
  readonly version: 'v0' | 'v1';
  readonly phase: 'parse' | 'compile' | 'strict';
  readonly reason: string;
}

/** Reads the sources from a JSON file, with gzip or without. */
export function readSources(file: string | URL): readonly OpaSource[] {
  const bytes = readFileSync(file);
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8');
  // Numbers beyond a double were written as Infinity.
  return JSON.parse(text.replace(/:(-?)Infinity\b/g, ':$11e999'));
}

/** How often OPA's word on a text was compared, and where ours differs. */
export function compareSources(sources: readonly OpaSource[]): {
  readonly compared: number;
  readonly mismatches: readonly Mismatch[];
} {
  let compared = 0;
  const mismatches: Mismatch[] = [];
  for (const [index, { source, ...answers }] of sources.entries()) {
    for (const version of ['v0', 'v1'] as const) {
      const answer = answers[version];
      if (!answer) continue;
      for (const [phase, reason] of compareOne(source, version, answer)) {
        compared++;
        if (reason !== undefined) mismatches.push({ index, version, phase, reason });
      }
    }
  }
  return { compared, mismatches };
}

type Compared = readonly [phase: Mismatch['phase'], reason: string | undefined];

function compareOne(source: string, version: 'v0' | 'v1', answer: OpaAnswer): readonly Compared[] {
  const parsed = attempt(() => parseModule('test.rego', source, { version, annotations: true }));
  if (answer.parse) return [['parse', compareFindings(answer.parse, parsed.findings)]];
  if (!parsed.result) return answer.ast ? [['parse', `expected a module, found ${shown(parsed.findings)}`]] : [];
  const module = parsed.result;
  if (answer.ast === undefined) return [];
  return [
    ['parse', compareTrees(answer.ast, module)],
    ['compile', compareFindings(answer.compile ?? [], attempt(() => compile([module])).findings)],
    ['strict', compareStrict(answer, attempt(() => compile([module], { strict: true })).findings)],
  ];
}

function attempt<Result>(run: () => Result): { readonly result?: Result; readonly findings: readonly OpaFinding[] } {
  try {
    return { result: run(), findings: [] };
  } catch (error) {
    if (!(error instanceof RegoErrors)) throw error;
    return {
      findings: error.errors.map(({ code, reason, location }) => ({
        code,
        row: location?.row ?? 0,
        col: location?.col ?? 0,
        message: reason,
      })),
    };
  }
}

function compareTrees(wanted: unknown, module: Module): string | undefined {
  // Zero has no sign in the file.
  const found: unknown = JSON.parse(toJson(moduleToJson(module)), (_, value) => (value === 0 ? 0 : value));
  return isDeepStrictEqual(wanted, found) ? undefined : 'the syntax trees differ';
}

/** The same codes at the same rows, whatever their number and words. OPA has no row for some; ours may have one. */
function compareFindings(wanted: readonly OpaFinding[], found: readonly OpaFinding[]): string | undefined {
  const ours = new Set(keys(found));
  const placed = new Set(keys(wanted.filter(({ row }) => row > 0)));
  const unplaced = new Set(wanted.filter(({ row }) => row === 0).map(({ code }) => code));
  const all =
    [...placed].every((key) => ours.has(key)) && [...unplaced].every((code) => found.some((own) => own.code === code));
  const only = found.every((own) => placed.has(keyOf(own)) || unplaced.has(own.code));
  return all && only ? undefined : `expected ${shown(wanted)}, found ${shown(found)}`;
}

/** In strict mode, a finding of `compile` may be hidden: by the limit, or because another one explains it. */
function compareStrict(answer: OpaAnswer, found: readonly OpaFinding[]): string | undefined {
  const own = answer.strict ?? [];
  if (own.length === 0) return compareFindings(answer.compile ?? [], found);
  const all = new Set(keys([...own, ...(answer.compile ?? [])]));
  const ours = new Set(keys(found));
  const fits = keys(found).every((key) => all.has(key)) && keys(own).every((key) => ours.has(key));
  return fits ? undefined : `expected ${shown(own)} and ${shown(answer.compile ?? [])}, found ${shown(found)}`;
}

function keys(findings: readonly OpaFinding[]): readonly string[] {
  return findings.map(keyOf);
}

function keyOf({ code, row }: OpaFinding): string {
  return `${row} ${code}`;
}

function shown(findings: readonly OpaFinding[]): string {
  return findings.length === 0
    ? 'nothing'
    : findings.map(({ row, code, message }) => `${row}: ${code}: ${message}`).join('; ');
}
