// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from './job.ts';

/** A new folder for the files of one step; the runner empties its parent after the job. */
export async function reportFolder({ env }: Pick<Job, 'env'>): Promise<string> {
  const parent = env.RUNNER_TEMP || tmpdir();
  await mkdir(parent, { recursive: true });
  return mkdtemp(join(parent, 'sluice-'));
}
