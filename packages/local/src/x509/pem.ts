// SPDX-License-Identifier: Apache-2.0

export type PemLabel = 'CERTIFICATE' | 'PUBLIC KEY' | 'CERTIFICATE REQUEST';

/** Text encoding of RFC 7468, with a line feed at the end as Go's encoder writes it. */
export function toPem(label: PemLabel, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** The first PEM block in `text`, or undefined when there is none. */
export function fromPem(text: string): { readonly label: string; readonly bytes: Buffer } | undefined {
  const match = /-----BEGIN ([A-Z0-9 ]+)-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END \1-----/.exec(text);
  if (match === null) return undefined;
  const [, label = '', body = ''] = match;
  return { label, bytes: Buffer.from(body.replaceAll(/\s/g, ''), 'base64') };
}
