// SPDX-License-Identifier: Apache-2.0
import { BuiltinError, type CustomBuiltin } from '@sluice/rego';
import { hostBuiltins } from './builtins.ts';
import { declarations } from './declarations.ts';
import { purlFunctions } from './purl.ts';

/**
 * `ec.*` for commands that have no image and no registry: declared with ec's types, so that policies compile and tests
 * may replace them; `ec.purl.*` answer, a call of another one is the error of a built-in function.
 */
export function declaredBuiltins(): readonly CustomBuiltin[] {
  const pure = new Set(purlFunctions.map(({ declaration }) => declaration));
  const declared = Object.values(declarations).filter((declaration) => !pure.has(declaration));
  return [...hostBuiltins(purlFunctions), ...declared.map(unanswered)];
}

function unanswered(declaration: string): CustomBuiltin {
  return {
    declaration,
    run: () => {
      throw new BuiltinError(
        'there is no answer without an image; replace the call using "with", or validate an image',
      );
    },
  };
}
