// SPDX-License-Identifier: Apache-2.0
import { Transform } from 'node:stream';
import { OciError } from '../error.ts';

const BLOCK = 512;
/** A header, or the zero bytes of an empty archive. */
const CHECKSUM = { start: 148, end: 156 };

/** Passes a tar on and refuses what is none: no multiple of 512 bytes, or a first block whose checksum is wrong. */
export function checkTar(): Transform {
  let size = 0;
  let head = Buffer.alloc(0);
  return new Transform({
    transform(bytes: Uint8Array, _encoding, done) {
      size += bytes.length;
      if (head.length >= BLOCK) return done(null, bytes);
      head = Buffer.concat([head, bytes.subarray(0, BLOCK - head.length)]);
      done(head.length === BLOCK && !isHeader(head) ? notTar() : null, bytes);
    },
    flush(done) {
      done(size < BLOCK || size % BLOCK !== 0 ? notTar() : null);
    },
  });
}

/** POSIX ustar: the sum of all bytes of the header, with spaces for the checksum itself. */
function isHeader(block: Uint8Array): boolean {
  if (block.every((byte) => byte === 0)) return true;
  const inChecksum = (at: number) => at >= CHECKSUM.start && at < CHECKSUM.end;
  const sum = block.reduce((total, byte, at) => total + (inChecksum(at) ? 0x20 : byte), 0);
  const written = new TextDecoder().decode(block.subarray(CHECKSUM.start, CHECKSUM.end));
  return Number.parseInt(written.replaceAll('\0', ' ').trim(), 8) === sum;
}

function notTar(): OciError {
  return new OciError('bad-content', 'Expected a whole tar as the content of a layer, found something else.');
}
