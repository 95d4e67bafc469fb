// SPDX-License-Identifier: Apache-2.0

/** One file of a source. */
export interface SourceFile {
  /** Relative to the source, with `/`. */
  readonly path: string;
  readonly text: string;
}
