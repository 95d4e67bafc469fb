// SPDX-License-Identifier: Apache-2.0
import { defineCommand, type FlagSpecs } from '../command.ts';
import { dialectFlags, ignoreFlag } from '../options/rego.ts';

export const evalFlags = {
  data: {
    type: 'strings',
    short: 'd',
    value: 'PATH',
    help: 'Policies and data: a file or folder, PATH or a.b:PATH; repeatable',
  },
  bundle: {
    type: 'strings',
    short: 'b',
    value: 'FOLDER',
    help: 'Load a folder as a bundle: of data only data.json and data.yaml; repeatable',
  },
  input: { type: 'string', short: 'i', value: 'FILE', help: 'The input document, JSON or YAML' },
  'stdin-input': { type: 'boolean', short: 'I', help: 'Read the input document from standard input' },
  stdin: { type: 'boolean', help: 'Read the query from standard input' },
  format: {
    type: 'string',
    short: 'f',
    value: 'FORMAT',
    options: ['json', 'values', 'bindings', 'pretty', 'raw', 'discard'],
    default: 'json',
    help: 'json (default), values, bindings, pretty, raw or discard',
  },
  fail: { type: 'boolean', help: 'Exit with 1 when there is no result' },
  'fail-defined': { type: 'boolean', help: 'Exit with 1 when there is a result' },
  strict: { type: 'boolean', short: 'S', help: "Apply the compiler's strict checks" },
  'strict-builtin-errors': { type: 'boolean', help: 'Let the first error of a built-in function end the evaluation' },
  'show-builtin-errors': { type: 'boolean', help: 'Show all errors of built-in functions in place of the result' },
  coverage: { type: 'boolean', help: 'Report which lines were reached' },
  timeout: {
    type: 'string',
    value: 'DURATION',
    help: 'Longest evaluation: 90s, 5m; without it the budget of steps bounds it',
  },
  ...ignoreFlag,
  ...dialectFlags,
} as const satisfies FlagSpecs;

export const policyEval = defineCommand({
  summary: 'Evaluate a Rego query over policies, data and an input',
  arguments: '[QUERY]',
  arity: [0, 1],
  description: `Takes the flags of "opa eval" with the same meaning and prints the same JSON. Another flag of opa is refused.
ec.* is declared; of it only ec.purl.* has answers here, and http.send and net.lookup_ip_addr have none.
Exit codes: 0, or with --fail and --fail-defined 1; 2 for a policy, query or data that is wrong or an evaluation that
failed; 3 for a file that cannot be read.`,
  examples: [
    "sluice policy eval --data policy.rego --input input.json 'data.main.deny'",
    "sluice policy eval --data policy/ --input input.json --format pretty --fail-defined 'data.main.deny[msg]'",
  ],
  flags: evalFlags,
  async run(invocation) {
    return (await import('../rego/eval.ts')).runEval(invocation);
  },
});
