// SPDX-License-Identifier: Apache-2.0
import type { RegoError } from '../error.ts';
import type { Source } from '../location.ts';
import type { Annotations, Comment } from './ast.ts';

/** A METADATA block before it is known what it stands above. */
export interface DraftAnnotations {
  /** As written; empty when the block leaves it to the statement below. */
  readonly scope: string;
  readonly content: Omit<Annotations, 'kind' | 'scope' | 'target' | 'at' | 'end'>;
  readonly at: number;
  readonly end: number;
}

export function parseAnnotations(
  _source: Source,
  _comments: readonly Comment[],
): { readonly annotations: readonly DraftAnnotations[]; readonly errors: readonly RegoError[] } {
  return { annotations: [], errors: [] };
}
