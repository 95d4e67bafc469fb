// SPDX-License-Identifier: Apache-2.0

import { renderTemplate } from '../template/render.ts';
import { TemplateError } from '../template/syntax.ts';
import { numberText } from '../value/number.ts';
import { objectOf, type RegoObject } from '../value/object.ts';
import { print } from '../value/print.ts';
import type { RegoSet } from '../value/set.ts';
import { isArray, isNumber, isObject, isSet, type Value } from '../value/value.ts';
import { type BuiltinContext, BuiltinError, type Family } from './builtin.ts';
import { binary, object, string } from './operands.ts';

export const templates: Family = {
  'strings.render_template': binary(string, object, (template, variables, context) => {
    try {
      return renderTemplate(template, membersAsGo(variables, context), context).replaceAll('<no value>', '<undefined>');
    } catch (error) {
      if (error instanceof TemplateError) throw new BuiltinError(error.message, 'eval_builtin_error', error);
      throw error;
    }
  }),
};

/** Go's template gets numbers as `json.Number`, which is a string: `eq .n 1` is an error, and 0 is as true as any text. */
function asGo(value: Value, context: BuiltinContext): Value {
  context.tick(1);
  if (isNumber(value)) return numberText(value);
  if (isSet(value)) throw new BuiltinError(refusalOf(value));
  if (isArray(value)) return value.map((item) => asGo(item, context));
  return isObject(value) ? membersAsGo(value, context) : value;
}

function membersAsGo(variables: RegoObject, context: BuiltinContext): RegoObject {
  return objectOf(variables.entries().map(([key, member]) => [key, asGo(member, context)] as const));
}

/** OPA takes the Rego text of a set for JSON, which it is not. */
function refusalOf(set: RegoSet): string {
  const [first] = set.items();
  if (first === undefined) return "invalid character 's' looking for beginning of value";
  if (typeof first !== 'string')
    return `invalid character '${print(first).charAt(0)}' looking for beginning of object key string`;
  return `invalid character '${set.size > 1 ? ',' : '}'}' after object key`;
}
