// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compile, evaluate, fromJson, parseModule, toJson } from '../src/index.ts';

const folder = new URL('fuzzed/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');
const input = fromJson(read('input.json'));

/**
 * What `interop/rego-fuzz` once found to differ from OPA, by the smallest module that showed it, and a few calls of each
 * family. The answers are those of `opa eval` 1.22.
 */
describe('modules that the fuzzer found to differ', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.rego'));

  it.each(names)('%s has OPA’s answers', (name) => {
    const policy = compile([parseModule(name, read(name))]);
    const value = evaluate(policy, { input }).value(['fuzzed']) ?? null;
    expect(JSON.parse(toJson(value))).toEqual(JSON.parse(read(name.replace('.rego', '.json'))));
  });
});
