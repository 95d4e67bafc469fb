// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { readAnnotations } from './annotations.ts';
import { parseModule } from './parse.ts';
import { print } from './value/print.ts';

const above = `# METADATA
# scope: subpackages
# title: All of a
package a`;

const text = `# METADATA
# title: The package
package a.b

# METADATA
# scope: document
# title: The document
# METADATA
# title: The rule
p if true

p if false`;

test('the chain of a rule goes from the rule outwards', () => {
  const modules = [above, text].map((module, at) => parseModule(`${at}.rego`, module, { annotations: true }));
  const chains = readAnnotations(modules).map(({ chain }) =>
    chain.map(({ path, annotations }) => `${path.join('.')} ${annotations?.get('title') ?? '-'}`),
  );
  expect(chains).toEqual([
    ['data.a.b.p The rule', 'data.a.b.p The document', 'data.a.b The package', 'data.a All of a'],
    ['data.a.b.p -', 'data.a.b.p The document', 'data.a.b The package', 'data.a All of a'],
  ]);
});

test('annotations that were not asked for are not there', () => {
  const [first] = readAnnotations([parseModule('b.rego', text)]);
  expect(first?.chain.map(({ annotations }) => print(annotations ?? null))).toEqual(['null']);
});
