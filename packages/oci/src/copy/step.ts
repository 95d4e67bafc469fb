// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../descriptor.ts';

/** One part of a copy and how it came to be at the target. */
export interface CopyStep {
  readonly kind: 'blob' | 'manifest' | 'cosign-tag';
  readonly digest: Digest;
  readonly size: number;
  readonly outcome: 'present' | 'mounted' | 'uploaded' | 'merged';
}
