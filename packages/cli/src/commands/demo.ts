// SPDX-License-Identifier: Apache-2.0
import { defineCommand } from '../command.ts';

export const demo = defineCommand({
  summary: 'Show the whole flow and every refusal on embedded services',
  arguments: '',
  arity: [0, 0],
  description: `Builds a small image, and runs sluice's own commands as a GitLab pipeline and as a GitHub workflow would, with tokens of
embedded issuers; then shows what the gate refuses. Needs no account, no network and no installation.`,
  examples: ['sluice demo', 'sluice demo --directory ./evidence'],
  flags: {
    directory: {
      type: 'string',
      value: 'DIR',
      default: 'sluice-demo',
      help: 'Where reports, policies and the trusted root are left',
    },
  },
  async run({ flags, io }) {
    const { resolve } = await import('node:path');
    const { runDemo } = await import('../demo/demo.ts');
    return runDemo(io, resolve(flags.directory));
  },
});
