// SPDX-License-Identifier: Apache-2.0
import { type CustomBuiltin, toJson, type Value } from '@sluice/rego';
import type { Json } from '../exact-json.ts';
import { jsonOfValue, valueOfJson } from '../json-of-value.ts';
import type { HostFunction } from './host-function.ts';

/** Answers that are large and belong to one image; they are not kept for the run. */
const heavy = /^ec\.oci\.(blob|parsed_blob|blob_files|image_files)\(/;

/**
 * The functions as the engine takes them. Answers are kept for the whole run, so that fifty images with one task bundle
 * ask for its manifest once; requests for the same thing at the same time are one.
 */
export function hostBuiltins(functions: readonly HostFunction[]): CustomBuiltin[] {
  const answers = new Map<string, Promise<Value | undefined>>();
  return functions.map(({ declaration, answer, pure }) => {
    if (pure === true)
      return { declaration, pure, run: (args) => asValue(answer(args.map(jsonOfValue)) as Json | undefined) };
    return {
      declaration,
      ask: (args) => {
        const fetch = async () => asValue(await answer(args.map(jsonOfValue)));
        if (heavy.test(declaration)) return fetch();
        const key = `${declaration.split('(', 1)[0]}${args.map(toJson).join(',')}`;
        const running = answers.get(key) ?? fetch();
        answers.set(key, running);
        return running;
      },
    };
  });
}

function asValue(json: Json | undefined): Value | undefined {
  return json === undefined ? undefined : valueOfJson(json);
}
