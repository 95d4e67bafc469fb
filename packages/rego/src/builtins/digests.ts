// SPDX-License-Identifier: Apache-2.0
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Family, Implementation } from './builtin.ts';
import { binary, string, unary } from './operands.ts';
import { encodeUtf8 } from './text.ts';

export const digests: Family = {
  'crypto.md5': digest('md5'),
  'crypto.sha1': digest('sha1'),
  'crypto.sha256': digest('sha256'),
  'crypto.hmac.md5': keyed('md5'),
  'crypto.hmac.sha1': keyed('sha1'),
  'crypto.hmac.sha256': keyed('sha256'),
  'crypto.hmac.sha512': keyed('sha512'),
  'crypto.hmac.equal': binary(string, string, (a, b) => {
    const [left, right] = [encodeUtf8(a), encodeUtf8(b)];
    return left.length === right.length && timingSafeEqual(left, right);
  }),
};

function digest(algorithm: string): Implementation {
  return unary(string, (text, context) => {
    context.tick(text.length >> 2);
    return createHash(algorithm).update(encodeUtf8(text)).digest('hex');
  });
}

function keyed(algorithm: string): Implementation {
  return binary(string, string, (text, key, context) => {
    context.tick((text.length + key.length) >> 2);
    return createHmac(algorithm, encodeUtf8(key)).update(encodeUtf8(text)).digest('hex');
  });
}
