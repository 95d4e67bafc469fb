// SPDX-License-Identifier: Apache-2.0
import { type RegoError, RegoErrors } from '../error.ts';
import type { Source } from '../location.ts';
import type { Body, CallExpr, Ref } from '../syntax/ast.ts';
import { captureInBody } from './capture-terms.ts';
import { orderBody } from './check-safety.ts';
import { checkWith } from './check-with.ts';
import { flattenBody } from './flatten-calls.ts';
import { liftBody } from './lift-terms.ts';
import { resolveQuery } from './resolve-names.ts';
import { arityOfCall, type CompileContext } from './stages.ts';

/** Brings a query through the same stages as a rule's body. */
export function prepareQuery(
  body: Body,
  source: Source,
  globals: ReadonlyMap<string, Ref>,
  context: CompileContext,
): Body {
  const errors: RegoError[] = [];
  const { names, set, builtins } = context;
  const arity = (call: CallExpr): number | undefined => arityOfCall(call, context);
  const steps: readonly ((body: Body) => Body)[] = [
    (query) => resolveQuery(query, { source, globals, names, errors, isBuiltin: (name: string) => builtins.has(name) }),
    (query) =>
      captureInBody(query, {
        source,
        names,
        errors,
        arity,
        isRelation: (name) => builtins.get(name)?.relation ?? false,
        isAlwaysDefined: () => false,
        print: context.print,
      }),
    (query) =>
      flattenBody(query, { names, checkWith: (modifier) => checkWith(modifier, { source, set, builtins, errors }) }),
    (query) => orderBody(query, new Set(['data', 'input']), { source, names, arity, scope: '' }, errors),
    (query) => liftBody(query, names),
  ];
  return steps.reduce((query, step) => {
    const next = step(query);
    if (errors.length > 0) throw new RegoErrors(errors);
    return next;
  }, body);
}
