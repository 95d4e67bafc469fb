// SPDX-License-Identifier: Apache-2.0

/** YAML as it is written, before anybody decides what a scalar means. Lines start at 1. */
export type YamlNode = YamlScalar | YamlSequence | YamlMapping;

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly text: string;
  /** A plain scalar may be a number, a boolean, a date; any other is a string unless tagged. */
  readonly plain: boolean;
  readonly tag?: string;
  readonly line: number;
}

export interface YamlSequence {
  readonly kind: 'sequence';
  readonly items: readonly YamlNode[];
  readonly tag?: string;
  readonly line: number;
}

export interface YamlMapping {
  readonly kind: 'mapping';
  readonly entries: readonly (readonly [key: YamlNode, value: YamlNode])[];
  readonly tag?: string;
  readonly line: number;
}

/** Text that is no YAML. The message is libyaml's, `line N: ` included where it has one. */
export class YamlError extends Error {
  override readonly name = 'YamlError';

  constructor(problem: string, line: number) {
    super(line > 0 ? `yaml: line ${line}: ${problem}` : `yaml: ${problem}`);
  }
}
