// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const recordedCoverage = join(import.meta.dirname, '../../packages/rego/test/data/coverage.json');
// The file is ours, made for the unit tests of coverage.
const coverage = JSON.parse(readFileSync(recordedCoverage, 'utf8')) as {
  readonly input: unknown;
  readonly modules: Readonly<Record<string, { readonly text: string }>>;
};
const coverageModules = Object.entries(coverage.modules);

/** A small policy of ours with what goes wrong in policies, in one folder. */
export const files: Readonly<Record<string, string>> = {
  'gate.rego': `# METADATA
# title: Gate
# description: What must hold before a release
# authors:
# - name: Ann
#   email: ann@example.com
# organizations:
# - Acme
package gate

# METADATA
# title: Unsigned
# entrypoint: true
# related_resources:
# - ref: https://example.com/signing
#   description: How to sign
# custom:
#  short_name: unsigned
deny contains {"msg": msg, "level": 2} if {
	not input.signed
	msg := "unsigned <image> & more"
}

deny contains {"msg": sprintf("port %v", [port]), "level": 1} if {
	some port in input.ports
	not port in data.allowed
}

default allow := false

allow if count(deny) == 0

ratio := input.part / input.whole

big := 12345678901234567890.125

either := 1 if {
	input.mode == "one"
} else := 2

squares[n] := n * n if some n in [1, 2, 3]

port_number(text) := to_number(text)

parsed := port_number(input.text)
`,
  'gate_test.rego': `package gate_test

import data.gate

test_unsigned if {
	print("denied", gate.deny)
	count(gate.deny) == 1 with input as {}
}

test_allowed if gate.allow with input as {"signed": true, "ports": [80]}

test_ports[name] if {
	some name, ports in {"none": [], "some": [443]}
	gate.allow with input as {"signed": true, "ports": ports} with data.allowed as [443]
}
`,
  'failing_test.rego': `package failing_test

import data.gate

test_refused if {
	print("input is", input)
	gate.allow with input as {}
}

todo_test_later if false

test_cases[name] if {
	some name, signed in {"signed": true, "unsigned": false}
	gate.allow with input as {"signed": signed}
}
`,
  'conflict_test.rego': 'package conflict\n\ntest_conflict if p == 1\n\np := 1\n\np := 2\n',
  'data.json': '{"allowed": [80, 443], "nested": {"a": {"b": [1.50, "x"]}}}',
  'input.json': '{"signed": false, "ports": [22, 80], "part": 1, "whole": 4, "text": "12"}',
  'input.yaml': 'signed: yes\nports: [80]\npart: 1\nwhole: 0\nmode: one\ntext: abc\n',
  'broken.rego': 'package broken\n\nallow if {\n\tx ==\n}\n',
  'wrong.rego': 'package wrong\n\np if nothing(1)\n\nq := 1 + "a"\n\nr contains x if not x\n',
  'unused.rego': 'package unused\n\nimport data.gate\n\np if {\n\tx := 1\n\ttrue\n}\n',
  'old.rego': 'package old\n\np { input.x == 1 }\n',
  'bundle/gate.rego': '# METADATA\n# title: Bundled\npackage bundled\n\np := 1\n',
  'bundle/also.rego': 'package bundled\n\nq := 2\n',
  'bundle/deep/data.json': '{"a": 1}',
  'bundle/other.json': '{"b": 1}',
  'rule-data.json': '{"gate": {"allow": true}}',
  'coverage/input.json': JSON.stringify(coverage.input),
  ...Object.fromEntries(coverageModules.map(([name, { text }]) => [`coverage/${name}.rego`, text])),
};

const gate = ['-d', 'gate.rego', '-d', 'data.json'];
const table = 'port := input.ports[_]; ok := port in data.allowed';

/** Command lines that both programs take; what stands behind the name of the command is the same. */
export const commandLines: readonly (readonly string[])[] = [
  ['eval', ...gate, '-i', 'input.json', 'data.gate'],
  ['eval', ...gate, '-i', 'input.yaml', 'data.gate'],
  ['eval', ...gate, 'data'],
  ['eval', ...gate, '-i', 'input.json', table],
  ['eval', ...gate, '-i', 'input.json', '-f', 'values', table],
  ['eval', ...gate, '-i', 'input.json', '-f', 'bindings', table],
  ['eval', ...gate, '-i', 'input.json', '-f', 'pretty', table],
  ['eval', ...gate, '-i', 'input.json', '-f', 'raw', 'data.gate.deny[d]; d.msg'],
  ['eval', ...gate, '-i', 'input.json', '-f', 'discard', 'data.gate.deny'],
  ['eval', ...gate, '-i', 'input.json', '-f', 'pretty', 'd := data.gate.deny; 1'],
  ['eval', ...gate, '-f', 'pretty', 'data.gate.nothing'],
  ['eval', ...gate, '--fail', 'data.gate.nothing'],
  ['eval', ...gate, '--fail-defined', 'data.gate.allow'],
  ['eval', '-f', 'pretty', '-d', 'broken.rego', 'data'],
  ['eval', '-d', 'wrong.rego', 'data'],
  ['eval', '-d', 'gate.rego', '-d', 'rule-data.json', 'data'],
  ['eval', '--v0-compatible', '-d', 'old.rego', 'data.old'],
  ['eval', '-d', 'old.rego', 'data.old'],
  ['eval', '-S', '-d', 'unused.rego', 'data.unused'],
  ['eval', 'x := ['],
  ['eval', '-f', 'raw', 'json.marshal({"a": {1, "b"}, "c": null})'],
  ['eval', '-d', 'a.b:data.json', 'data.a.b.nested'],
  ['test', 'gate.rego', 'gate_test.rego', 'data.json'],
  ['test', '-v', '-r', 'unsigned', 'gate.rego', 'gate_test.rego', 'data.json'],
  ['test', '-f', 'json', 'gate.rego', 'gate_test.rego', 'data.json'],
  ['test', 'gate.rego', 'failing_test.rego', '-r', 'refused'],
  ['test', 'gate.rego', 'failing_test.rego', '-r', 'cases'],
  ['test', 'gate.rego', 'failing_test.rego', '-z', '-r', 'later'],
  ['test', '-f', 'json', 'gate.rego', 'failing_test.rego'],
  ['test', 'broken.rego'],
  ['test', 'wrong.rego'],
  ['check', 'gate.rego', 'gate_test.rego'],
  ['check', 'broken.rego'],
  ['check', 'wrong.rego'],
  ['check', '-m', '1', 'wrong.rego'],
  ['check', '-f', 'json', 'broken.rego', 'old.rego'],
  ['check', '-f', 'json', 'wrong.rego'],
  ['check', '--strict', 'unused.rego'],
  ['check', '--v0-compatible', 'old.rego'],
  ['check', '--v0-v1', 'old.rego'],
  ['parse', 'gate.rego'],
  ['parse', '-f', 'json', 'gate.rego'],
  ['parse', '-f', 'json', '--json-include', '-comments', 'gate.rego'],
  ['parse', '--v0-compatible', 'old.rego'],
  ['parse', 'broken.rego'],
  ['inspect', '-a', 'gate.rego'],
  ['inspect', '-a', 'bundle'],
  ['eval', '-b', 'bundle', 'data'],
  ['eval', '-d', 'bundle', 'data'],
  ...coverageModules.flatMap(([name]) => {
    const argv = ['eval', '--coverage', '-d', `coverage/${name}.rego`, `data.${name}`];
    return [argv, [...argv, '-i', 'coverage/input.json']];
  }),
  ['test', '--coverage', '-f', 'json', 'coverage/comprehensions.rego'],
  ['test', '--coverage', '-f', 'json', 'coverage/statements.rego'],
  ['test', '--coverage', '-f', 'json', '-r', 'unsigned', 'gate.rego', 'gate_test.rego', 'data.json'],
];

/** Without times and what coverage says of reasons; JSON with its members in one order, as they have none. */
export function normalised(text: string, argv: readonly string[]): string {
  const timeless = text
    .replaceAll(/\(\d[\d.]*(?:ns|µs|ms|s)\)/g, '(T)')
    .replaceAll(/"duration": \d+/g, '"duration": 0');
  const isJson = /^[[{]\n/.test(timeless);
  if (!isJson || argv.includes('values') || argv.includes('bindings')) return timeless;
  const document: unknown = JSON.parse(timeless, sortedMembers);
  // opa runs tests side by side, and lists each when it is done.
  const list = argv[0] === 'test' && Array.isArray(document) ? document.toSorted(byText) : document;
  return JSON.stringify(list, null, 1);
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function sortedMembers(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  // To say why a range was missed opa evaluates twice more, without its index and without early exit.
  const members = Object.entries(value).filter(([name]) => name !== 'kinds');
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Ours has 1 for what did not pass and 2 for what is wrong; `opa test` has it the other way round. */
export function expectedExit(argv: readonly string[], theirs: number): number {
  if (argv[0] !== 'test' || theirs === 0) return theirs;
  return theirs === 2 ? 1 : 2;
}
