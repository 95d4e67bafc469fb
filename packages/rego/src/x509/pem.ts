// SPDX-License-Identifier: Apache-2.0

/** A block of PEM (RFC 7468). */
export interface PemBlock {
  readonly type: string;
  readonly bytes: Uint8Array;
}

const shape = /-----BEGIN ([^\r\n]*?)-----[ \t]*\r?\n([\s\S]*?)\r?\n?-----END \1-----[ \t]*(?=\r?\n|$)/g;

/** Every block in a text; what stands between them is passed over, as are blocks that are broken. */
export function readPem(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = [];
  for (const [, type = '', body = ''] of text.matchAll(shape)) {
    const base64 = body.replace(/^(?:[^\r\n:]+: [^\r\n]*\r?\n)+\r?\n/, '').replace(/\s+/g, '');
    if (/^[A-Za-z0-9+/]*={0,2}$/.test(base64) && base64.length % 4 === 0) {
      blocks.push({ type, bytes: Buffer.from(base64, 'base64') });
    }
  }
  return blocks;
}

/** Bytes as a block. */
export function writePem(type: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${type}-----\n${lines.join('\n')}\n-----END ${type}-----\n`;
}
