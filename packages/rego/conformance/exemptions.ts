// SPDX-License-Identifier: Apache-2.0

/** Cases that are known to fail. One that passes fails the run, so that the list only gets shorter. */
export interface Exemption {
  readonly id: string;
  readonly since: string;
  readonly reason: string;
}

export const exemptions: readonly Exemption[] = [];
