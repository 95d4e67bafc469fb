// SPDX-License-Identifier: Apache-2.0
import { aggregates } from './aggregates.ts';
import { arrays } from './arrays.ts';
import { aws } from './aws.ts';
import { bits } from './bits.ts';
import type { Family, Implementation } from './builtin.ts';
import { casts } from './casts.ts';
import { certificates } from './certificates.ts';
import { comparison } from './comparison.ts';
import { digests } from './digests.ts';
import { encoding } from './encoding.ts';
import { globs } from './glob.ts';
import { graphql } from './graphql.ts';
import { graphs } from './graphs.ts';
import { http } from './http.ts';
import { jsonPatch } from './json-patch.ts';
import { jsonPaths } from './json-paths.ts';
import { jsonSchema } from './json-schema.ts';
import { jwt } from './jwt.ts';
import { net } from './net.ts';
import { numbers } from './numbers.ts';
import { objects } from './objects.ts';
import { regex } from './regex.ts';
import { rego } from './rego.ts';
import { semver } from './semver.ts';
import { sets } from './sets.ts';
import { strings } from './strings.ts';
import { templates } from './templates.ts';
import { times } from './times.ts';
import { tracing } from './tracing.ts';
import { types } from './types.ts';
import { units } from './units.ts';
import { urls } from './urls.ts';
import { uuids } from './uuids.ts';
import { walking } from './walk.ts';
import { yaml } from './yaml.ts';

const families: readonly Family[] = [
  aggregates,
  arrays,
  bits,
  casts,
  comparison,
  numbers,
  objects,
  sets,
  strings,
  types,
  aws,
  certificates,
  http,
  yaml,
  digests,
  encoding,
  jwt,
  net,
  rego,
  uuids,
  globs,
  graphql,
  graphs,
  jsonPatch,
  jsonSchema,
  jsonPaths,
  regex,
  semver,
  templates,
  times,
  tracing,
  units,
  urls,
  walking,
];

const implementations: ReadonlyMap<string, Implementation> = new Map(
  families.flatMap((family) => Object.entries(family)),
);

/**
 * How a built-in function is computed. Undefined for those the evaluator itself is for (`eq`, `assign`) and for names
 * that are not OPA's; `walk`, being a relation, answers with the array of all its pairs.
 */
export function implementationOf(name: string): Implementation | undefined {
  return implementations.get(name);
}
