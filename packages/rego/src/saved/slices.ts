// SPDX-License-Identifier: Apache-2.0

/** A part of some bytes: where it begins and where it ends. */
export type Slice = readonly [start: number, end: number];

/** Collects texts into bytes, so that each can be cut out again without decoding the others. */
export class SliceWriter {
  readonly #texts: string[] = [];
  #length = 0;

  add(text: string): Slice {
    const start = this.#length;
    this.#texts.push(text);
    this.#length += Buffer.byteLength(text);
    return [start, this.#length];
  }

  join(): string {
    return this.#texts.join('');
  }
}

export function cut(bytes: Buffer, [start, end]: Slice): string {
  return bytes.toString('utf8', start, end);
}
