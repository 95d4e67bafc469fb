// SPDX-License-Identifier: Apache-2.0
import type { Json } from '../exact-json.ts';

/** A built-in function that needs the outside: the registry, trust material. Undefined is Rego's undefined. */
export interface HostFunction {
  /** Name, argument and result types in OPA's notation; the compiler refuses a misspelt member of the result. */
  readonly declaration: string;
  /** Answers at once and always the same; nothing is fetched. */
  readonly pure?: boolean;
  readonly answer: (args: readonly Json[]) => Promise<Json | undefined> | Json | undefined;
}
