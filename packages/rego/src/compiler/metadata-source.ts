// SPDX-License-Identifier: Apache-2.0
import { emptyObject } from '../value/object.ts';
import type { MetadataSource } from './stages.ts';

/** For modules that were read without annotations. */
export function noMetadata(): MetadataSource {
  return { chain: () => [], rule: () => emptyObject };
}
