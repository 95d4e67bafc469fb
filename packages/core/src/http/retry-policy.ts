// SPDX-License-Identifier: Apache-2.0
import type { Pauses } from '@sluice/oci';

/** How often a service is asked again, and how long is waited before each time. */
export interface RetryPolicy extends Pauses {
  /** All attempts, the first included. */
  readonly attempts: number;
}
