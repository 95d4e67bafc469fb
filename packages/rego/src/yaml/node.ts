// SPDX-License-Identifier: Apache-2.0

/** YAML as it is written, before anybody decides what a scalar means. Lines start at 1. */
export type YamlNode = YamlScalar | YamlSequence | YamlMapping;

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly text: string;
  /** A plain scalar may be a number, a boolean, a date; any other is a string unless tagged. */
  readonly plain: boolean;
  /** `!!str` for `tag:yaml.org,2002:str`, anything else as its directive completes it. */
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
  /** As they are written: nothing is merged, and a key may occur twice. */
  readonly entries: readonly (readonly [key: YamlNode, value: YamlNode])[];
  readonly tag?: string;
  readonly line: number;
}

/** Text that is no YAML, or more of it than the limits allow. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
  /** libyaml's words. */
  readonly problem: string;
  /** The line the text cannot be read on from, from 1; 0 when it is no single one. */
  readonly place: number;
  /** The limit that was hit. */
  readonly limit: 'nodes' | 'depth' | undefined;

  /** The message is go-yaml's, whose line is the one the problem began on, or the one before, or none. */
  constructor(problem: string, line: number, place: number = line, limit?: 'nodes' | 'depth') {
    super(line > 0 ? `yaml: line ${line}: ${problem}` : `yaml: ${problem}`);
    this.problem = problem;
    this.place = place;
    this.limit = limit;
  }
}
