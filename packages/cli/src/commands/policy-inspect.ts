// SPDX-License-Identifier: Apache-2.0
import { defineCommand, type FlagSpecs } from '../command.ts';
import { dialectFlags } from '../options/rego.ts';

export const inspectFlags = {
  annotations: { type: 'boolean', short: 'a', help: 'List what METADATA comments say' },
  format: {
    type: 'string',
    short: 'f',
    value: 'FORMAT',
    options: ['pretty', 'json'],
    default: 'pretty',
    help: 'pretty (default) or json',
  },
  ...dialectFlags,
} as const satisfies FlagSpecs;

export const policyInspect = defineCommand({
  summary: 'List packages, data, annotations and built-in functions of Rego policies',
  arguments: 'PATH',
  arity: [1, 1],
  description: `Takes a folder, loaded as a bundle, or a module, and the flags of "opa inspect" with the same meaning. Built-in functions
are listed by name. "sluice inspect policy" lists the rules of policy sources as ec does.
Exit codes: 0; 1 for a module that does not parse; 3 for a file that cannot be read.`,
  examples: ['sluice policy inspect policy/', 'sluice policy inspect policy/ --annotations --format json'],
  flags: inspectFlags,
  async run(invocation) {
    return (await import('../rego/inspect.ts')).runInspect(invocation);
  },
});
