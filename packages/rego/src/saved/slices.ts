// SPDX-License-Identifier: Apache-2.0

/** A part of a text: where it begins and where it ends. */
export type Slice = readonly [start: number, end: number];

/** Collects texts into one, so that each can be cut out again without reading the others. */
export class SliceWriter {
  readonly #texts: string[] = [];
  #length = 0;

  add(text: string): Slice {
    const start = this.#length;
    this.#texts.push(text);
    this.#length += text.length;
    return [start, this.#length];
  }

  join(): string {
    return this.#texts.join('');
  }
}

export function cut(text: string, [start, end]: Slice): string {
  return text.slice(start, end);
}
