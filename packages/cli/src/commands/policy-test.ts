// SPDX-License-Identifier: Apache-2.0
import { defineCommand, type FlagSpecs } from '../command.ts';
import { checkFlags, dialectFlags, ignoreFlag } from '../options/rego.ts';

export const testFlags = {
  verbose: { type: 'boolean', short: 'v', help: 'Show tests that pass, and what they print' },
  run: { type: 'string', short: 'r', value: 'REGEXP', help: 'Only tests whose name, data.package.test_name, matches' },
  coverage: { type: 'boolean', short: 'c', help: 'Report which lines were reached, as JSON' },
  threshold: { type: 'string', value: 'PERCENT', help: 'Exit with 1 when less of the lines is covered' },
  format: {
    type: 'string',
    short: 'f',
    value: 'FORMAT',
    options: ['pretty', 'json'],
    default: 'pretty',
    help: 'pretty (default) or json',
  },
  timeout: { type: 'string', value: 'DURATION', default: '5s', help: 'Longest run of one test, 5s unless given' },
  count: { type: 'integer', default: 1, help: 'Run the tests this many times' },
  'exit-zero-on-skipped': { type: 'boolean', short: 'z', help: 'Let skipped tests count as passed' },
  'fail-on-empty': { type: 'boolean', help: 'Exit with 1 when no test was run' },
  bundle: { type: 'boolean', short: 'b', help: 'Load folders as bundles: of data only data.json and data.yaml' },
  ...checkFlags,
  ...ignoreFlag,
  ...dialectFlags,
} as const satisfies FlagSpecs;

export const policyTest = defineCommand({
  summary: 'Run the tests of Rego policies',
  arguments: 'PATH...',
  arity: [1, Number.MAX_SAFE_INTEGER],
  description: `Takes the flags of "opa test" with the same meaning and prints the same JSON, but no traces. Another flag of opa is
refused. ec.* is declared; tests replace its calls using "with".
Exit codes: 0 when every test passes; 1 when one fails or is skipped, or too little is covered; 2 for a policy or data
that is wrong; 3 for a file that cannot be read. (opa test has 2 for failing tests and 1 for the rest.)`,
  examples: ['sluice policy test policy/', 'sluice policy test policy/ --verbose --run "test_deny"'],
  flags: testFlags,
  async run(invocation) {
    return (await import('../rego/test.ts')).runPolicyTests(invocation);
  },
});
