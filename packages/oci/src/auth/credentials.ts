// SPDX-License-Identifier: Apache-2.0

/**
 * What proves who we are to a registry: a user name with a password, or a token. An `identity` token (the default)
 * is exchanged at the registry's token server; a `bearer` token is sent to the registry as it is.
 */
export type Credential =
  | { readonly username: string; readonly password: string }
  | { readonly token: string; readonly use?: 'identity' | 'bearer' };

/** Where credentials come from. */
export interface Credentials {
  /**
   * The credential for a registry's host (`ghcr.io`, `127.0.0.1:5000`, `docker.io`), matched exactly; `repository`
   * narrows it where the source keeps some per repository.
   */
  forHost(host: string, repository?: string): Promise<Credential | undefined>;
}

/** Credentials of nobody. */
export const anonymous: Credentials = { forHost: async () => undefined };
