// SPDX-License-Identifier: Apache-2.0
import { checks } from './compiler/checks.ts';
import { type CustomBuiltin, Policy } from './policy.ts';
import type { Module, Rule } from './syntax/ast.ts';

export interface CompileOptions {
  /** Functions the embedder adds, such as `ec.oci.blob`. */
  readonly builtins?: readonly CustomBuiltin[];
  /** Built-in functions that do not exist for these modules, such as `http.send`. */
  readonly without?: readonly string[];
  /** OPA's strict checks. */
  readonly strict?: boolean;
  /** Keep calls of `print`; they are left out unless told otherwise. */
  readonly print?: boolean;
  /** For `runTests`: tests of one name are told apart. */
  readonly tests?: boolean;
  /** Plans tell which expressions they reach; slower, and only for coverage. */
  readonly watch?: boolean;
  /** The very same modules passed the checks before, so that they need not be made again. */
  readonly checked?: boolean;
}

/**
 * Compiles modules together.
 *
 * @throws {RegoErrors} What is wrong with them, sorted by position, with OPA's codes and words.
 */
export function compile(modules: readonly Module[], options: CompileOptions = {}): Policy {
  return newPolicy(modules, options);
}

/** The same, with rules of an earlier compilation where there are some. */
export function newPolicy(
  modules: readonly Module[],
  options: CompileOptions,
  prepared?: (index: number) => Rule | undefined,
): Policy {
  return new Policy(modules, {
    strict: options.strict ?? false,
    print: options.print ?? false,
    tests: options.tests ?? false,
    watch: options.watch ?? false,
    checked: options.checked ?? false,
    checks,
    ...(prepared && { prepared }),
    ...(options.builtins && { builtins: options.builtins }),
    ...(options.without && { without: options.without }),
  });
}
