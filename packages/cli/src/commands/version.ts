// SPDX-License-Identifier: Apache-2.0
import packageJson from '../../package.json' with { type: 'json' };
import { defineCommand } from '../command.ts';

export const version = defineCommand({
  summary: 'Show the version of sluice and of Node',
  arguments: '',
  arity: [0, 0],
  examples: ['sluice version', 'sluice version --json'],
  flags: { json: { type: 'boolean', help: 'Print JSON' } },
  async run({ flags, io }) {
    const versions = { sluice: packageJson.version, node: process.version };
    io.stdout.write(
      flags.json ? `${JSON.stringify(versions)}\n` : `sluice ${versions.sluice} (node ${versions.node})\n`,
    );
    return 0;
  },
});
