// SPDX-License-Identifier: Apache-2.0
import { parseReference } from '@sluice/oci';
import { InputError } from './input-error.ts';
import { optionalText } from './inputs.ts';
import type { Job } from './job.ts';

/** What is validated: `image` with the source it must come from, or `images`, a whole list. */
export function componentWords(job: Pick<Job, 'input'>): readonly string[] {
  const image = optionalText(job, 'image');
  const images = job.input('images');
  if ((image === undefined) === (images === '')) {
    const found = image === undefined ? 'neither is given' : 'both are given';
    throw new InputError(`Either "image" or "images" was expected, but ${found}; write one of them under "with:".`);
  }
  if (image === undefined) return [`--images=${images}`];
  parseReference(image);
  const source = sourceOf(job);
  if (source === undefined) return [`--image=${image}`];
  const component = { name: nameOf(image), containerImage: image, source: { git: source } };
  return [`--images=${JSON.stringify({ components: [component] })}`];
}

function sourceOf(job: Pick<Job, 'input'>): { url: string; revision?: string } | undefined {
  const url = optionalText(job, 'source-url');
  const revision = optionalText(job, 'source-revision');
  if (url === undefined && revision !== undefined) {
    throw new InputError('The input "source-url" was expected beside "source-revision", but it is empty.');
  }
  if (url === undefined) return undefined;
  return { url, ...(revision === undefined ? {} : { revision }) };
}

function nameOf(image: string): string {
  return parseReference(image).repository.split('/').at(-1) ?? 'image';
}
