// SPDX-License-Identifier: Apache-2.0

/** The words of libyaml's scanner. */
export type TokenKind =
  | 'stream-end'
  | 'version-directive'
  | 'tag-directive'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | 'flow-sequence-start'
  | 'flow-sequence-end'
  | 'flow-mapping-start'
  | 'flow-mapping-end'
  | 'block-entry'
  | 'flow-entry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar';

export interface Token {
  readonly kind: TokenKind;
  /** Rows before the one it begins in. */
  readonly line: number;
  /** A scalar's text, the name of an anchor or alias, what follows the handle of a tag, a version. */
  readonly text: string;
  /** `!`, `!!`, `!name!`, or empty for a tag that is whole. */
  readonly handle: string;
  readonly plain: boolean;
  /** What the token may turn out to begin, when a colon follows. */
  readonly key: SimpleKey | undefined;
}

/** A place where a key without `?` may begin; whether it does is known at the colon behind it. */
export interface SimpleKey {
  possible: boolean;
  /** In a block's own column nothing else may stand. */
  readonly required: boolean;
  /** How many tokens come before it in the whole text. */
  readonly token: number;
  readonly at: number;
  readonly line: number;
  readonly column: number;
}
