// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decryptKey, encryptKey } from './encrypted-key.ts';
import { signBytes, verifyBytes } from './key-algorithm.ts';
import { generateKeyPair, keyHint, parsePrivateKey, publicPem, readKeyFile } from './key-file.ts';
import { passwordFrom } from './signing-options.ts';

const password = async () => 'correct horse';
const never = async () => {
  throw new Error('no password should be asked for');
};

describe('a generated key pair', () => {
  it('opens with its password, and its halves belong together', async () => {
    const pair = await generateKeyPair('correct horse');
    expect(pair.privateKey).toMatch(/^-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n/);
    const key = await parsePrivateKey(pair.privateKey, password);
    expect(publicPem(key)).toBe(pair.publicKey);
    expect(keyHint(key)).toBe(keyHint(createPublicKey(pair.publicKey)));
  });

  it('does not open with another password, and the sentence shows neither', async () => {
    const pair = await generateKeyPair('correct horse');
    const error = await parsePrivateKey(pair.privateKey, async () => 'battery staple').catch(String);
    expect(error).toMatch(/password does not open the private key/);
    expect(error).not.toContain('battery');
  });
});

describe('an encrypted key', () => {
  it('gives back the bytes that were locked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 40 }), async (bytes, secret) => {
        expect(new Uint8Array(await decryptKey(await encryptKey(bytes, secret), secret))).toEqual(bytes);
      }),
      { numRuns: 3 },
    );
  });

  it.each([
    [
      'asks for more work than the format allows',
      { kdf: { name: 'scrypt', params: { N: 2 ** 30, r: 8, p: 1 }, salt: '' } },
      /scrypt with N one of/,
    ],
    ['names another derivation', { kdf: { name: 'argon2', params: {}, salt: '' } }, /found argon2/],
    ['has no cipher', { cipher: undefined }, /name as text/],
    ['has a short nonce', { cipher: { name: 'nacl/secretbox', nonce: 'AAAA' } }, /nonce of 24 bytes, found 3/],
  ])('is refused when it %s', async (_name, change, sentence) => {
    const whole = JSON.parse((await encryptKey(Buffer.from('x'), Buffer.from('y'))).toString());
    const contents = Buffer.from(JSON.stringify({ ...whole, ...change }));
    await expect(decryptKey(contents, Buffer.from('y'))).rejects.toThrow(sentence);
  });
});

it('a password comes from COSIGN_PASSWORD, even an empty one, and is asked for only where it is not set', async () => {
  const asked = async () => 'typed';
  expect(await passwordFrom({ COSIGN_PASSWORD: 'set' }, asked)()).toBe('set');
  expect(await passwordFrom({ COSIGN_PASSWORD: '' }, asked)()).toBe('');
  expect(await passwordFrom({}, asked)()).toBe('typed');
});

describe('a plain PEM key', () => {
  const kinds: readonly [string, () => KeyObject][] = [
    ['P-256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
    ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
    ['RSA 2048', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
    ['Ed25519', () => generateKeyPairSync('ed25519').privateKey],
  ];

  it.each(kinds)('on %s signs in PKCS #8 without a password, and only over what was signed', async (_name, make) => {
    const pem = make().export({ format: 'pem', type: 'pkcs8' }).toString();
    const key = await parsePrivateKey(pem, never);
    const signature = signBytes(Buffer.from('statement'), key);
    const publicKey = createPublicKey(key);
    expect(verifyBytes(Buffer.from('statement'), signature, publicKey)).toBe(true);
    expect(verifyBytes(Buffer.from('Statement'), signature, publicKey)).toBe(false);
  });

  it('may be in the older forms for EC and RSA', async () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const sec1 = ec.export({ format: 'pem', type: 'sec1' }).toString();
    const pkcs1 = rsa.export({ format: 'pem', type: 'pkcs1' }).toString();
    expect(publicPem(await parsePrivateKey(sec1, never))).toBe(publicPem(createPublicKey(ec)));
    expect(publicPem(await parsePrivateKey(pkcs1, never))).toBe(publicPem(createPublicKey(rsa)));
  });
});

describe('a key is refused by name when', () => {
  it('its scheme is not ours', async () => {
    await expect(readKeyFile('awskms:///alias/release')).rejects.toThrow(/scheme "awskms" are not supported/);
    await expect(readKeyFile('pkcs11:token=x')).rejects.toThrow(/scheme "pkcs11" are not supported/);
  });

  it('its file is missing', async () => {
    await expect(readKeyFile('/nowhere/cosign.key')).rejects.toMatchObject({ code: 'file' });
  });

  it('it is a certificate or no PEM at all', async () => {
    const certificate = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    await expect(parsePrivateKey(certificate, never)).rejects.toThrow(/found a block "CERTIFICATE"/);
    await expect(parsePrivateKey('cosign.key', never)).rejects.toThrow(/found no PEM block/);
    const damaged = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----';
    await expect(parsePrivateKey(damaged, never)).rejects.toThrow(/no private key that can be read/);
  });

  it('its algorithm is one that Sigstore does not verify', async () => {
    const curve = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    const pem = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }).toString();
    await expect(parsePrivateKey(pem(curve), never)).rejects.toThrow(/found ec secp256k1/);
    await expect(parsePrivateKey(pem(short), never)).rejects.toThrow(/found rsa 1024/);
  });
});
