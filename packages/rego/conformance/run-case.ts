// SPDX-License-Identifier: Apache-2.0
import { randomFillSync } from 'node:crypto';
import { compile } from '../src/compile.ts';
import { RegoError, RegoErrors } from '../src/error.ts';
import { evaluate } from '../src/evaluate.ts';
import { parseModule } from '../src/parse.ts';
import type { Bindings } from '../src/query.ts';
import { compare, equal } from '../src/value/compare.ts';
import { fromJson, toJson } from '../src/value/json.ts';
import { emptyObject, objectOf } from '../src/value/object.ts';
import { print } from '../src/value/print.ts';
import { setOf } from '../src/value/set.ts';
import { isArray, isObject, type Value } from '../src/value/value.ts';
import type { Case, CompileCase } from './cases.ts';

/** Runs a case as OPA's own runner does; says what is wrong, or undefined. */
export function runCase(one: Case): string | undefined {
  try {
    const solutions = solve(one);
    if (one.wantError !== undefined || one.wantErrorCode !== undefined) {
      return `expected the error ${one.wantErrorCode ?? ''} ${one.wantError ?? ''}, found ${shown(solutions)}`;
    }
    return checkSolutions(one, solutions);
  } catch (thrown) {
    return checkError(one, thrown);
  }
}

const sleep = { declaration: 'test.sleep(string) null', run: (): null => null };

function solve(one: Case): readonly Bindings[] {
  const version = one.corpus === 'v0' ? 'v0' : 'v1';
  const modules = one.modules.map((text, at) => parseModule(`test-${at}.rego`, text, { version, annotations: true }));
  const policy = compile(modules, { builtins: [sleep] });
  const input = one.inputTerm === undefined ? one.input : termValue(one.inputTerm);
  const data = one.data !== undefined && isObject(one.data) ? one.data : undefined;
  const evaluation = evaluate(
    policy,
    { ...(input !== undefined && { input }), ...(data && { data }) },
    {
      strict: one.strictError,
      runtime: emptyObject,
      now: BigInt(Date.now()) * 1_000_000n,
      randomBytes: (bytes) => {
        randomFillSync(bytes);
      },
    },
  );
  return evaluation.query(one.query);
}

function termValue(text: string): Value | undefined {
  return evaluate(compile([]), {}).query(`term := ${text}`)[0]?.get('term');
}

function checkSolutions(one: Case, solutions: readonly Bindings[]): string | undefined {
  const wanted = setOf(one.wantResult ?? []);
  const found = setOf(solutions.map((bindings) => resultOf(one, bindings)));
  return equal(wanted, found) ? undefined : `expected ${print(wanted)}, found ${print(found)}`;
}

function resultOf(one: Case, bindings: Bindings): Value {
  const entries = [...bindings].map(([name, value]): [string, Value] => {
    const plain = fromJson(toJson(value));
    return [name, one.sortBindings && isArray(plain) ? plain.toSorted(compare) : plain];
  });
  return objectOf(entries);
}

function checkError(one: Case, thrown: unknown): string | undefined {
  if (!(thrown instanceof RegoError)) {
    return `unexpected ${thrown instanceof Error && !(thrown instanceof RegoErrors) ? thrown.stack : String(thrown)}`;
  }
  if (one.wantErrorCode === undefined && one.wantError === undefined) return `unexpected ${thrown.message}`;
  if (one.wantErrorCode !== undefined && thrown.code !== one.wantErrorCode) {
    return `expected the code ${one.wantErrorCode}, found ${thrown.message}`;
  }
  if (one.wantError !== undefined && !thrown.message.includes(one.wantError)) {
    return `expected the error ${one.wantError}, found ${thrown.message}`;
  }
  return undefined;
}

function shown(solutions: readonly Bindings[]): string {
  return solutions.map((bindings) => print(objectOf(bindings))).join(' ') || 'undefined';
}

/** Compiles the modules of a compiler case and compares the errors with the wanted ones. */
export function runCompileCase(one: CompileCase): string | undefined {
  const found = compileErrors(one);
  const missing = one.wantErrors.filter(
    (wanted) =>
      !found.some(
        (error) =>
          error.code === wanted.code &&
          (wanted.row === 0 || error.location?.row === wanted.row) &&
          (wanted.col === 0 || error.location?.col === wanted.col) &&
          error.message.includes(wanted.message),
      ),
  );
  const many = one.exhaustive && found.length !== one.wantErrors.length;
  if (missing.length === 0 && !many) return undefined;
  return `expected ${JSON.stringify(one.wantErrors)}, found ${JSON.stringify(found.map((error) => error.message))}`;
}

function compileErrors(one: CompileCase): readonly RegoError[] {
  try {
    const modules = one.modules.map((text, at) => parseModule(`test-${at}.rego`, text, { version: one.version }));
    compile(modules, { strict: one.strict, print: one.print });
    return [];
  } catch (thrown) {
    if (thrown instanceof RegoErrors) return thrown.errors;
    throw thrown;
  }
}
