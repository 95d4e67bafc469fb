// SPDX-License-Identifier: Apache-2.0
import { renderTemplate } from '../template/render.ts';
import { TemplateError } from '../template/syntax.ts';
import { BuiltinError, type Family } from './builtin.ts';
import { binary, object, string } from './operands.ts';

export const templates: Family = {
  'strings.render_template': binary(string, object, (template, variables, context) => {
    try {
      return renderTemplate(template, variables, context).replaceAll('<no value>', '<undefined>');
    } catch (error) {
      if (error instanceof TemplateError) throw new BuiltinError(error.message, 'eval_builtin_error', error);
      throw error;
    }
  }),
};
