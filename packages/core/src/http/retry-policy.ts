// SPDX-License-Identifier: Apache-2.0

/** How often a service is asked again, and how long is waited before each time. */
export interface RetryPolicy {
  /** All attempts, the first included. */
  readonly attempts: number;
  /** The first pause in milliseconds. */
  readonly firstDelayMs: number;
  /** No pause is longer, whatever Retry-After says. */
  readonly maxDelayMs: number;
  /** How many times longer each next pause is; twice unless said. */
  readonly factor?: number;
  /** The part of each pause, 0 to 1, by which it is made longer or shorter at random; none unless said. */
  readonly jitter?: number;
}
