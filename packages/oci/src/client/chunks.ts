// SPDX-License-Identifier: Apache-2.0

/** What a blob is uploaded from: bytes, or what opens a stream; it may be opened again for another attempt. */
export type BlobContent = Uint8Array | (() => Promise<AsyncIterable<Uint8Array>>);

/** Content in pieces of one size, the last one shorter; empty content has no piece. */
export async function* inChunks(content: BlobContent, size: number): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) {
    for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size);
    return;
  }
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const part of await content()) {
    let rest = part;
    while (held + rest.length >= size) {
      yield Buffer.concat([...parts, rest.subarray(0, size - held)]);
      rest = rest.subarray(size - held);
      parts = [];
      held = 0;
    }
    if (rest.length > 0) parts.push(rest);
    held += rest.length;
  }
  if (held > 0) yield Buffer.concat(parts);
}
