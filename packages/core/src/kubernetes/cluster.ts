// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import type { TlsOptions } from '../http/http-client.ts';

/** A cluster and who asks it. */
export interface Cluster {
  /** `https://host:port`, with the path before `/apis` where there is one. */
  readonly server: string;
  /** The namespace of names that come without one. */
  readonly namespace: string;
  readonly token?: string;
  readonly tls: TlsOptions;
}

/** A token as it may stand in a header; what else it holds is not told. */
export function checkToken(text: string, place: string): string {
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new SluiceError(
    'configuration',
    `Expected a bearer token in ${place}, found none that fits into a request; sign in again.`,
  );
}
