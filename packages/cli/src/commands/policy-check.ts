// SPDX-License-Identifier: Apache-2.0
import { defineCommand, type FlagSpecs } from '../command.ts';
import { checkFlags, dialectFlags, ignoreFlag } from '../options/rego.ts';

export const policyCheckFlags = {
  strict: { type: 'boolean', short: 'S', help: "Apply the compiler's strict checks" },
  format: {
    type: 'string',
    short: 'f',
    value: 'FORMAT',
    options: ['pretty', 'json'],
    default: 'pretty',
    help: 'pretty (default) or json',
  },
  bundle: { type: 'boolean', short: 'b', help: 'Load folders as bundles, and compare rules with their data' },
  'v0-v1': { type: 'boolean', help: 'Accept only what both OPA before 1.0 and OPA 1.0 accept' },
  ...checkFlags,
  ...ignoreFlag,
  ...dialectFlags,
} as const satisfies FlagSpecs;

export const policyCheck = defineCommand({
  summary: 'Check Rego policies for errors',
  arguments: 'PATH...',
  arity: [1, Number.MAX_SAFE_INTEGER],
  description: `Takes the flags of "opa check" with the same meaning and says the same, on standard error. Another flag of opa is
refused. ec.* is declared with ec's types.
Exit codes: 0 when nothing is wrong; 1 when something is; 2 when there is no policy; 3 for a file that cannot be read.`,
  examples: ['sluice policy check policy/', 'sluice policy check policy/ --strict --format json'],
  flags: policyCheckFlags,
  async run(invocation) {
    return (await import('../rego/check.ts')).runCheck(invocation);
  },
});
