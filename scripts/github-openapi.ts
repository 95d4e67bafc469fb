// SPDX-License-Identifier: Apache-2.0
// Cuts the operations that we call out of GitHub's OpenAPI description (npm @octokit/openapi, MIT), which has 400 MB.
// `node scripts/github-openapi.ts FOLDER-OF-PACKAGE` prints what stands in actions/test/data/github-openapi.json.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const openApiVersion = '23.0.2';

/** `METHOD path`, as the description spells the path. */
export const operations = [
  'get /repos/{owner}/{repo}',
  'post /repos/{owner}/{repo}/check-runs',
  'patch /repos/{owner}/{repo}/check-runs/{check_run_id}',
  'get /repos/{owner}/{repo}/commits/{ref}/check-runs',
  'post /repos/{owner}/{repo}/attestations',
] as const;

type Json = { readonly [name: string]: Json } | readonly Json[] | string | number | boolean | null;

/** Parameters, body and the kinds of answers of each operation; examples and long descriptions are left out. */
export function cutOut(description: Json): Json {
  const at = (value: Json | undefined, ...names: string[]): Json | undefined =>
    names.reduce<Json | undefined>(
      (found, name) =>
        typeof found === 'object' && found !== null && !Array.isArray(found) ? Reflect.get(found, name) : undefined,
      value,
    );
  const resolve = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const reference = Reflect.get(value, '$ref');
    if (typeof reference === 'string') {
      const target = at(description, ...reference.replace('#/', '').split('/'));
      if (target === undefined) throw new Error(`${reference} was expected in the description`);
      return resolve(target);
    }
    const drop = (name: string, inner: Json) =>
      ['examples', 'example', 'x-github', 'x-octokit'].includes(name) ||
      (name === 'description' && typeof inner === 'string');
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name, inner]) => !drop(name, inner))
        .map(([name, inner]) => [name, resolve(inner)]),
    );
  };
  return Object.fromEntries(
    operations.map((name) => {
      const [method = '', path = ''] = name.split(' ');
      const operation = at(description, 'paths', path, method);
      if (operation === undefined) throw new Error(`${name} was expected in the description`);
      const body = at(operation, 'requestBody', 'content', 'application/json', 'schema');
      return [
        name,
        {
          parameters: resolve(at(operation, 'parameters') ?? []),
          ...(body === undefined ? {} : { body: resolve(body) }),
          answers: Object.keys(at(operation, 'responses') ?? {}),
        },
      ];
    }),
  );
}

if (import.meta.main) {
  const file = join(process.argv[2] ?? '', 'generated/api.github.com.json');
  process.stdout.write(`${JSON.stringify(cutOut(JSON.parse(readFileSync(file, 'utf8'))), null, 2)}\n`);
}
