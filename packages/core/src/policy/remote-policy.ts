// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import type { FetchPolicy } from './policy-file.ts';
import type { SourceFetcher } from './sources.ts';

const names = ['.ec/policy.json', '.ec/policy.yaml', '.ec/policy.yml', 'policy.json', 'policy.yaml', 'policy.yml'];

/** Policies behind a git, OCI or https address: the file itself, or the first of ec's names in its folder. */
export function fetchPolicyWith(fetcher: SourceFetcher): FetchPolicy {
  return async (url) => {
    const { files } = await fetcher.fetch(url);
    const [only] = files;
    if (files.length === 1 && only !== undefined && /\.(json|ya?ml)$/.test(only.path)) return only.text;
    for (const name of names) {
      const found = files.find(({ path }) => path === name);
      if (found !== undefined) return found.text;
    }
    throw new SluiceError(
      'configuration',
      `Expected a policy at ${url} (policy.yaml, .ec/policy.yaml, …), but found none.`,
    );
  };
}
