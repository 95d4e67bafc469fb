// SPDX-License-Identifier: Apache-2.0
import { writeFile } from 'node:fs/promises';
import type { FlagSpecs } from '../command.ts';

/** For a later job: GitLab's `artifacts:reports:dotenv` takes such a file, and a shell can source it. */
export const dotenvFlag = {
  dotenv: {
    type: 'string',
    value: 'FILE',
    help: 'Write the outcome as variables for a later job: SLUICE_IMAGE by digest, …',
  },
} as const satisfies FlagSpecs;

/** One `NAME=value` a line, where a file is asked for. References and verdicts need no quotes. */
export async function writeDotenv(
  file: string | undefined,
  variables: Readonly<Record<`SLUICE_${string}`, string>>,
): Promise<void> {
  if (file === undefined) return;
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(file, lines.join(''));
}
