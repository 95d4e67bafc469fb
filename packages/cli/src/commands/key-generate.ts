// SPDX-License-Identifier: Apache-2.0
import { open } from 'node:fs/promises';
import { defineCommand } from '../command.ts';
import { passwordSource } from '../options/signing.ts';
import { UsageError } from '../usage-error.ts';

export const keyGenerate = defineCommand({
  summary: 'Make an encrypted key pair that sluice and cosign read',
  arguments: '',
  arity: [0, 0],
  description: 'Writes PREFIX.key (encrypted with the password from COSIGN_PASSWORD or the terminal) and PREFIX.pub.',
  examples: ['sluice key generate', 'COSIGN_PASSWORD=… sluice key generate --output-key-prefix release'],
  flags: {
    'output-key-prefix': {
      type: 'string',
      value: 'PREFIX',
      default: 'cosign',
      help: 'Path and name without the ending',
    },
  },
  async run({ flags, io, reporter }) {
    const prefix = flags['output-key-prefix'];
    const { generateKeyPair } = await import('@sluice/core');
    const password = await passwordSource(io, `${prefix}.key`)();
    const pair = await generateKeyPair(password);
    await writeNew(`${prefix}.key`, pair.privateKey, 0o600);
    await writeNew(`${prefix}.pub`, pair.publicKey, 0o644);
    reporter.log.info(`Wrote ${prefix}.key and ${prefix}.pub.`);
    return 0;
  },
});

/** Creates a file and never overwrites one: a lost private key does not come back. */
async function writeNew(path: string, text: string, mode: number): Promise<void> {
  try {
    const file = await open(path, 'wx', mode);
    await file.writeFile(text);
    await file.close();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new UsageError(
        `No file was expected at ${path}, but there is one; move it away or give --output-key-prefix.`,
      );
    }
    throw error;
  }
}
