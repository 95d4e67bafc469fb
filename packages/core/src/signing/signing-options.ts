// SPDX-License-Identifier: Apache-2.0
import type { CiOptions } from '../ci/ci.ts';
import type { RetryPolicy } from '../http/retry-policy.ts';
import type { PasswordSource } from './key-file.ts';
import type { ServiceOptions } from './services.ts';

/** Where signatures are kept: OCI referrers, cosign's `.sig` and `.att` tags, or both. */
export type Layout = 'referrers' | 'tags' | 'both';

/** How a step signs. */
export interface SigningOptions {
  readonly signer:
    | { readonly kind: 'keyless' }
    /** `reference` is the path of a PEM file; `password` is asked only when the file is encrypted. */
    | { readonly kind: 'key'; readonly reference: string; readonly password: PasswordSource };
  /** Where the OIDC token comes from, and which issuer is trusted to give it. */
  readonly ci?: CiOptions;
  readonly services?: ServiceOptions;
  /** Writes a private source's signature to a public log all the same. */
  readonly allowPublicLog?: boolean;
  readonly layout?: Layout;
  readonly retry?: RetryPolicy;
}

/** The password of a key from `COSIGN_PASSWORD`, or from the prompt where the variable is not set. */
export function passwordFrom(
  env: Readonly<Record<string, string | undefined>>,
  prompt: PasswordSource,
): PasswordSource {
  return async () => env.COSIGN_PASSWORD ?? prompt();
}
