// SPDX-License-Identifier: Apache-2.0
import { RegoErrors } from '../error.ts';
import { parseModule } from '../parse.ts';
import { moduleToJson } from '../syntax/ast-json.ts';
import { BuiltinError, type Family } from './builtin.ts';
import { binary, string } from './operands.ts';

export const rego: Family = {
  'rego.parse_module': binary(string, string, (file, text, context) => {
    context.tick(text.length);
    try {
      return moduleToJson(parseModule(file, text));
    } catch (error) {
      if (error instanceof RegoErrors) throw new BuiltinError(error.message, 'eval_builtin_error', error);
      throw error;
    }
  }),
};
