// SPDX-License-Identifier: Apache-2.0
import { defineCommand } from '../command.ts';
import { version as sluiceVersion } from '../version.ts';

export const version = defineCommand({
  summary: 'Show the version of sluice and of Node',
  arguments: '',
  arity: [0, 0],
  examples: ['sluice version', 'sluice version --json'],
  flags: { json: { type: 'boolean', help: 'Print JSON' } },
  async run({ flags, io }) {
    const versions = { sluice: sluiceVersion, node: process.version };
    io.stdout.write(
      flags.json ? `${JSON.stringify(versions)}\n` : `sluice ${versions.sluice} (node ${versions.node})\n`,
    );
    return 0;
  },
});
