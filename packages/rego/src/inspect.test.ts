// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { RegoErrors } from './error.ts';
import { errorsToJson } from './error-json.ts';
import { inspect, inspectionToJson } from './inspect.ts';
import { parseModule } from './parse.ts';
import { toPlain } from './value/json.ts';

const text = `# METADATA
# title: The package
package a.b

# METADATA
# title: A rule
p if count(input.xs) > 1
`;

describe('an inspected policy', () => {
  it('lists its packages with their files, its annotations and the built-in functions it calls', () => {
    const modules = [
      parseModule('x.rego', text, { annotations: true }),
      parseModule('y.rego', 'package a.b\n\nq := 1\n'),
    ];
    expect(toPlain(inspectionToJson(inspect(modules)))).toEqual({
      namespaces: { 'data.a.b': ['x.rego', 'y.rego'] },
      annotations: [
        {
          annotations: { scope: 'package', title: 'The package' },
          location: { file: 'x.rego', row: 3, col: 1 },
          path: [
            { type: 'var', value: 'data' },
            { type: 'string', value: 'a' },
            { type: 'string', value: 'b' },
          ],
        },
        {
          annotations: { scope: 'rule', title: 'A rule' },
          location: { file: 'x.rego', row: 7, col: 1 },
          path: [
            { type: 'var', value: 'data' },
            { type: 'string', value: 'a' },
            { type: 'string', value: 'b' },
            { type: 'string', value: 'p' },
          ],
        },
      ],
      capabilities: { builtins: [{ name: 'count' }, { name: 'gt' }] },
    });
  });
});

describe('findings as JSON', () => {
  it('carry message, code, place and the row with the caret', () => {
    const found = thrownBy(() => parseModule('x.rego', 'package a\n\np if {\n\tx = [\n}\n'));
    expect(found).toBeInstanceOf(RegoErrors);
    expect(found instanceof RegoErrors && errorsToJson(found)).toEqual({
      errors: [
        {
          message: 'unexpected } token',
          code: 'rego_parse_error',
          location: { file: 'x.rego', row: 5, col: 1 },
          details: { line: '}', idx: 0 },
        },
      ],
    });
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
