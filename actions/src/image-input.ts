// SPDX-License-Identifier: Apache-2.0
import { parseReference } from '@sluice/oci';
import { InputError } from './input-error.ts';
import { requiredText, shown } from './inputs.ts';
import type { Job } from './job.ts';

const example = `ghcr.io/acme/app@\${{ steps.build.outputs.digest }}`;

/** The input `image`: a reference, by tag or digest. */
export function imageInput(job: Pick<Job, 'input'>): string {
  const image = requiredText(job, 'image', example);
  parseReference(image);
  return image;
}

/**
 * The input `image` by digest. What is signed must be what was built: between the build and this step somebody else
 * may have moved a tag.
 */
export function builtImageInput(job: Pick<Job, 'input'>): string {
  const image = imageInput(job);
  if (parseReference(image).digest !== undefined) return image;
  throw new InputError(
    `The input "image" names what was built, by digest, but found a tag: "${shown(image)}"; write "image: ${example}" with the digest that the build step gives.`,
  );
}
