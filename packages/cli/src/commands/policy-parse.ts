// SPDX-License-Identifier: Apache-2.0
import { defineCommand, type FlagSpecs } from '../command.ts';
import { dialectFlags } from '../options/rego.ts';

export const parseFlags = {
  format: {
    type: 'string',
    short: 'f',
    value: 'FORMAT',
    options: ['pretty', 'json'],
    default: 'pretty',
    help: 'pretty (default) or json',
  },
  'json-include': {
    type: 'list',
    value: 'PART',
    options: ['comments', '-comments', '-locations'],
    help: 'comments (default) or -comments; locations are not known',
  },
  ...dialectFlags,
} as const satisfies FlagSpecs;

export const policyParse = defineCommand({
  summary: 'Print the syntax tree of a Rego module',
  arguments: 'FILE',
  arity: [1, 1],
  description: `Takes the flags of "opa parse" with the same meaning and prints the same, without locations of nodes.
Exit codes: 0; 1 for a module that does not parse; 3 for a file that cannot be read.`,
  examples: ['sluice policy parse policy.rego', 'sluice policy parse policy.rego --format json'],
  flags: parseFlags,
  async run(invocation) {
    return (await import('../rego/parse.ts')).runParse(invocation);
  },
});
