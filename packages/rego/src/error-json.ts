// SPDX-License-Identifier: Apache-2.0
import { RegoError, type RegoErrors } from './error.ts';
import type { Plain } from './value/json.ts';

/** Findings in the shape of `opa check --format json`: `{"errors": [{message, code, location}]}`. */
export function errorsToJson(found: RegoError | RegoErrors): { readonly errors: readonly Plain[] } {
  const errors = found instanceof RegoError ? [found] : found.errors;
  return { errors: errors.map(errorToJson) };
}

function errorToJson({ reason, code, location, details }: RegoError): Plain {
  return {
    message: reason,
    code,
    ...(location && { location: { file: location.file, row: location.row, col: location.col } }),
    ...(code === 'rego_parse_error' && details.length === 2 && { details: caretDetails(details) }),
  };
}

/** The row of a parse error and how far into it the caret points. */
function caretDetails([line = '', caret = '']: readonly string[]): Plain {
  return { line, idx: caret.indexOf('^') };
}
