// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import type { HttpClient } from '../http/http-client.ts';
import type { SourceFile } from './source-file.ts';
import { isArchive, unpack } from './unpack.ts';

/** One file over https, or the files of a tar archive. A redirect is refused: the policy names where it comes from. */
export async function fetchHttp(url: string, http: HttpClient): Promise<SourceFile[]> {
  const answer = await http.request('The policy source', url);
  if (answer.status >= 300 && answer.status < 400) {
    const target = answer.headers.location ?? 'another place';
    throw new SluiceError(
      'configuration',
      `Expected the policy source ${url} to answer itself, but it redirects to ${target}; name that place in the policy if it is the right one.`,
    );
  }
  if (answer.status !== 200) {
    throw new SluiceError(
      'unreachable',
      `Expected the policy source ${url} to be there, but its server answered ${answer.status}.`,
    );
  }
  const name = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '');
  if (name === '')
    throw new SluiceError('configuration', `Expected the policy source ${url} to name a file, but it ends in "/".`);
  if (isArchive(name)) return unpack(answer.body, url);
  return [{ path: name, text: answer.body.toString('utf8') }];
}
