// SPDX-License-Identifier: Apache-2.0
import { createHmac, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../src/builtins/text.ts';
import { compile, evaluate, fromPlain, parseModule, toPlain } from '../../src/index.ts';
import { answer } from './answer.ts';

const quoted = (text: string) => JSON.stringify(text);

function call(body: string, input: string): unknown {
  const policy = compile([parseModule('a.rego', `package a\n\nx := ${body}\n`)]);
  const value = evaluate(policy, { input: fromPlain(input) }).value(['a', 'x']);
  return value === undefined ? undefined : toPlain(value);
}

describe('tokens', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

  it('are not verified with a public key for a shared secret', () => {
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: 'me' })}`;
    const token = `${signed}.${createHmac('sha256', pem).update(signed).digest('base64url')}`;
    expect(answer(`io.jwt.verify_rs256(${quoted(token)}, ${quoted(pem)})`)).toBe('false');
    expect(answer(`io.jwt.decode_verify(${quoted(token)}, {"cert": ${quoted(pem)}})[0]`)).toBe('false');
  });

  it('are not verified when they say they need no signature', () => {
    const token = `${part({ alg: 'none' })}.${part({ sub: 'me' })}.`;
    expect(answer(`io.jwt.decode_verify(${quoted(token)}, {"secret": "x"})`)).not.toContain('true');
  });

  it('are not valid once they have expired', () => {
    const signed = `${part({ alg: 'HS256' })}.${part({ exp: 10 })}`;
    const token = `${signed}.${createHmac('sha256', 'x').update(signed).digest('base64url')}`;
    const verify = `io.jwt.decode_verify(${quoted(token)}, {"secret": "x"})[0]`;
    expect(answer(verify, { now: 9_000_000_000n })).toBe('true');
    expect(answer(verify, { now: 11_000_000_000n })).toBe('false');
  });
});

describe('what reaches outside', () => {
  it.each(['http.send({"method": "get", "url": "http://127.0.0.1:1/"})', 'net.lookup_ip_addr("example.com")'])(
    '%s does nothing unless it is lent',
    (expression) => {
      expect(() => answer(expression)).not.toThrow();
      expect(answer(expression)).not.toMatch(/^[{[]/);
    },
  );

  it('tells nothing of the machine', () => {
    expect(answer('opa.runtime()')).not.toContain('env');
    expect(answer('time.clock([0, "Local"])')).toBe('[0,0,0]');
  });
});

describe('bounds', () => {
  it.each([
    ['numbers.range(1, 1000000000)'],
    ['net.cidr_expand("::/32")'],
    [
      `count(regex.find_n("${'(a?)'.repeat(40)}${'a'.repeat(40)}", "${'a'.repeat(40)}", -1)) + count(numbers.range(0, 9999999))`,
    ],
  ])('%s ends with the budget', (expression) => {
    expect(() => answer(expression, { limits: { steps: 100_000 } } as never)).toThrow(/limit|budget|steps/);
  });

  it('matches without going back', () => {
    const start = performance.now();
    expect(answer(`regex.match("^(a+)+$", "${'a'.repeat(5_000)}b")`)).toBe('false');
    expect(answer(`glob.match("${'*a'.repeat(30)}", [], "${'a'.repeat(2_000)}b")`)).toBe('false');
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('refuses numbers of too many digits', () => {
    expect(answer('bits.lsh(1, 1000000000000)')).toMatch(/^eval_builtin_error/);
  });
});

describe('texts and bytes', () => {
  it('come back from bytes as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(encodeUtf8(decodeUtf8(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each([
    ['\r', '"\\r"\n'],
    ['a\r', '"a\\r"\n'],
    ['\r\n', '"\\r\\n"\n'],
    ['\t\u2028', '"\\t\\L"\n'],
  ])('are written to YAML in quotes where they end a row otherwise than by LF: %j', (original, written) => {
    expect(call('yaml.marshal(input)', original)).toBe(written);
  });

  it.each(['\r', 'a\rb', '\r\n', '\x85', 'a\x85', '\u2028', 'a\u2029b', 'a\n\u2028b'])(
    'come back from YAML: %j',
    (original) => {
      expect(call('yaml.unmarshal(yaml.marshal(input))', original)).toBe(original);
    },
  );

  it('come back from every encoding', () => {
    const text = fc.string({ unit: 'binary' });
    for (const [there, back] of [
      ['base64.encode', 'base64.decode'],
      ['base64url.encode', 'base64url.decode'],
      ['hex.encode', 'hex.decode'],
      ['urlquery.encode', 'urlquery.decode'],
      ['json.marshal', 'json.unmarshal'],
      ['yaml.marshal', 'yaml.unmarshal'],
    ]) {
      fc.assert(
        fc.property(text, (original) => {
          expect(call(`${back}(${there}(input))`, original)).toBe(original);
        }),
        { numRuns: 40 },
      );
    }
  });
});
