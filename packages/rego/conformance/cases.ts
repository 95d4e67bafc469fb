// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fromJson } from '../src/value/json.ts';
import { isArray, isObject, type Value } from '../src/value/value.ts';

/** One of OPA's conformance cases, as interop/rego-cases dumps them. */
export interface Case {
  /** File and index within it: notes occur twice. */
  readonly id: string;
  readonly note: string;
  readonly corpus: string;
  readonly modules: readonly string[];
  readonly query: string;
  readonly data: Value | undefined;
  readonly input: Value | undefined;
  readonly inputTerm: string | undefined;
  readonly wantResult: readonly Value[] | undefined;
  readonly sortBindings: boolean;
  readonly ignoreGeneratedVars: boolean;
  readonly strictError: boolean;
  readonly wantErrorCode: string | undefined;
  readonly wantError: string | undefined;
}

/** One of OPA's compiler cases. */
export interface CompileCase {
  readonly id: string;
  readonly modules: readonly string[];
  readonly version: 'v0' | 'v1';
  readonly strict: boolean;
  readonly print: boolean;
  readonly exhaustive: boolean;
  readonly wantErrors: readonly { code: string; row: number; col: number; message: string }[];
}

export interface Cases {
  readonly cases: readonly Case[];
  readonly compileCases: readonly CompileCase[];
}

/** Reads the cases from the file in SLUICE_REGO_CASES (JSON, or the same with gzip), else from the Go program. */
export function readCases(file: string | undefined): Cases {
  const bytes = file === undefined ? dumpCases() : readFileSync(file);
  const document = fromJson((bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8'));
  return {
    cases: numbered(list(document, 'cases')).map(([id, value]) => caseOf(id, value)),
    compileCases: numbered(list(document, 'compile_cases')).map(([id, value]) => compileCaseOf(id, value)),
  };
}

function dumpCases(): Buffer {
  const folder = new URL('../../../interop/rego-cases/', import.meta.url);
  return execFileSync('go', ['run', '.'], { cwd: folder, maxBuffer: 256 * 1024 * 1024 });
}

function caseOf(id: string, value: Value): Case {
  const wantResult = member(value, 'want_result');
  return {
    id,
    note: text(value, 'note') ?? '',
    corpus: text(value, 'corpus') ?? 'v1',
    modules: strings(value, 'modules'),
    query: text(value, 'query') ?? '',
    data: member(value, 'data'),
    input: member(value, 'input'),
    inputTerm: text(value, 'input_term'),
    wantResult: wantResult !== undefined && isArray(wantResult) ? wantResult : undefined,
    sortBindings: member(value, 'sort_bindings') === true,
    ignoreGeneratedVars: member(value, 'ignore_generated_vars') === true,
    strictError: member(value, 'strict_error') === true,
    wantErrorCode: text(value, 'want_error_code'),
    wantError: text(value, 'want_error'),
  };
}

function compileCaseOf(id: string, value: Value): CompileCase {
  return {
    id,
    modules: strings(value, 'modules'),
    version: text(value, 'rego_version') === 'v0' ? 'v0' : 'v1',
    strict: member(value, 'strict') === true,
    print: member(value, 'print_statements') === true,
    exhaustive: member(value, 'exhaustive') === true,
    wantErrors: list(value, 'want_errors').map((error) => ({
      code: text(error, 'code') ?? '',
      row: Number(member(error, 'row') ?? 0),
      col: Number(member(error, 'col') ?? 0),
      message: text(error, 'message') ?? '',
    })),
  };
}

function numbered(values: readonly Value[]): readonly (readonly [id: string, value: Value])[] {
  const seen = new Map<string, number>();
  return values.map((value) => {
    const file = (text(value, 'file') ?? '').replace(/^v1\/test\//, '');
    const index = seen.get(file) ?? 0;
    seen.set(file, index + 1);
    return [`${file}#${index}`, value] as const;
  });
}

function member(value: Value, name: string): Value | undefined {
  return isObject(value) ? value.get(name) : undefined;
}

function text(value: Value, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === 'string' ? found : undefined;
}

function list(value: Value, name: string): readonly Value[] {
  const found = member(value, name);
  return found !== undefined && isArray(found) ? found : [];
}

function strings(value: Value, name: string): readonly string[] {
  return list(value, name).filter((item) => typeof item === 'string');
}
