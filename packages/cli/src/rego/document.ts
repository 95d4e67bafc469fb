// SPDX-License-Identifier: Apache-2.0
import { fromJson, RegoError, type Value } from '@sluice/rego';
import { callBuiltin } from './builtin-call.ts';

/** JSON text, every digit kept. Throws one sentence that names the file. */
export function readJson(file: string, text: string): Value {
  return read(file, 'JSON', () => fromJson(text));
}

/** The first document of YAML text, as `yaml.unmarshal` reads it. Throws one sentence that names the file. */
export function readYaml(file: string, text: string): Value {
  return read(file, 'YAML', () => callBuiltin('yaml.unmarshal(input[0])', [text]) ?? null);
}

/** What may be either, as OPA reads an input. */
export function readJsonOrYaml(file: string, text: string): Value {
  try {
    return fromJson(text);
  } catch (error) {
    if (!(error instanceof RegoError)) throw error;
    return readYaml(file, text);
  }
}

function read(file: string, language: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof RegoError)) throw error;
    const reason = error.reason.replace(/^yaml\.unmarshal: /, '').replace(/\.$/, '');
    throw new BadDocument(`${file} was expected to hold ${language}, but it does not: ${reason}.`, { cause: error });
  }
}

/** A data or input file that is not what its name says. */
export class BadDocument extends Error {
  override readonly name = 'BadDocument';
  readonly code = 'configuration';
}
