// SPDX-License-Identifier: Apache-2.0
import { appendFile } from 'node:fs/promises';
import type { Job } from './job.ts';

/**
 * Declares an image as a subject of this job, where the runner offers it (`GITHUB_ARTIFACTS`, actions/runner#4527), so
 * that `actions/attest` and GitHub's list of artifacts find it. The line is `oci://NAME@sha256:…`.
 */
export async function declareArtifact({ env }: Pick<Job, 'env'>, image: string): Promise<void> {
  const file = env.GITHUB_ARTIFACTS;
  // The runner reserves "=" for a later form of the line and refuses the whole file.
  if (!file || image.includes('=')) return;
  await appendFile(file, `oci://${image}\n`);
}
