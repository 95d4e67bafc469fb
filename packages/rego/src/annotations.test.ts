// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { readAnnotations } from './annotations.ts';
import { compile } from './compile.ts';
import { evaluate } from './evaluate.ts';
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

test('a rule that asks for its annotations gets them, asked for or not', () => {
  const asking = `package a
# METADATA
# title: Asking
p := rego.metadata.rule().title
# METADATA
# title: Chained
q := rego.metadata.chain()[0].annotations.title`;
  for (const annotations of [true, false]) {
    const run = evaluate(compile([parseModule('a.rego', asking, { annotations })]), {});
    expect([run.value(['a', 'p']), run.value(['a', 'q'])]).toEqual(['Asking', 'Chained']);
  }
});

test('annotations that were not asked for are not there', () => {
  const [first] = readAnnotations([parseModule('b.rego', text)]);
  expect(first?.chain.map(({ annotations }) => print(annotations ?? null))).toEqual(['null']);
});
