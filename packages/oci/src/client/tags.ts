// SPDX-License-Identifier: Apache-2.0
import { OciError } from '../error.ts';
import { readBody } from '../http/read.ts';
import { isTag } from '../reference.ts';
import { nextPage, type RegistryTarget, read } from './target.ts';

/** Every tag of a repository, over all pages. */
export async function tags(target: RegistryTarget): Promise<readonly string[]> {
  const { limits } = target.session;
  const found: string[] = [];
  let page: string | URL = 'tags/list?n=1000';
  for (;;) {
    const response = await read(target, { method: 'GET', target: page, accept: [200] });
    const names = readNames(target, await readBody(response, { bytes: limits.answerBytes, ms: limits.readMs }));
    found.push(...names);
    if (found.length > limits.tags) {
      throw new OciError('too-many', `Expected at most ${limits.tags} tags in ${target.name}, found more.`);
    }
    const next = nextPage(response.headers, response.url);
    if (next === undefined || names.length === 0) return found;
    page = next;
  }
}

function readNames(target: RegistryTarget, body: Uint8Array): readonly string[] {
  const bad = (cause?: unknown) =>
    new OciError('registry-error', `Expected ${target.name} to list its tags as JSON, found something else.`, {
      cause,
    });
  let answer: unknown;
  try {
    answer = JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    throw bad(cause);
  }
  if (typeof answer !== 'object' || answer === null) throw bad();
  // Go registries write null for an empty list.
  const names: unknown = 'tags' in answer ? (answer.tags ?? []) : undefined;
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string' && isTag(name))) throw bad();
  return names;
}
