// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { preAuthEncoding } from './envelope.ts';
import { predicateTypeOf } from './predicate-types.ts';
import { imageStatement, isAbout, parseStatement, serializeStatement } from './statement.ts';

const digest = `sha256:${'ab'.repeat(32)}`;

describe('a statement', () => {
  it('survives writing and reading, whatever the predicate', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ minLength: 1 }), (predicate, predicateType) => {
        const statement = imageStatement(digest, predicateType, predicate, 'registry.example/app');
        const expected = JSON.parse(JSON.stringify(statement));
        expect(parseStatement(serializeStatement(statement))).toEqual(expected);
      }),
    );
  });

  it('is about the digest it names and about no other', () => {
    const statement = imageStatement(digest, 'https://example.com/p', {});
    expect(isAbout(statement, digest)).toBe(true);
    expect(isAbout(statement, `sha256:${'cd'.repeat(32)}`)).toBe(false);
    expect(isAbout(statement, 'toString:x')).toBe(false);
  });

  it('has no name for its subject when none is given, as cosign signs', () => {
    expect(serializeStatement(imageStatement(digest, 't', {})).toString()).not.toContain('"name"');
  });

  it.each([
    ['text that is not JSON', 'so sorry', /not JSON/],
    ['a list', '[]', /an object, found \[\]/],
    ['another _type', '{"_type":"https://example.com"}', /_type .* found "https:\/\/example.com"/],
    [
      'no predicateType',
      '{"_type":"https://in-toto.io/Statement/v1","subject":[{}]}',
      /a predicateType, found nothing/,
    ],
    [
      'no subject',
      '{"_type":"https://in-toto.io/Statement/v1","predicateType":"p","subject":[]}',
      /at least one subject/,
    ],
    [
      'a subject without digest',
      '{"_type":"https://in-toto.io/Statement/v1","predicateType":"p","subject":[{"name":"a"}]}',
      /a digest/,
    ],
    [
      'a digest that is a number',
      '{"_type":"https://in-toto.io/Statement/v1","predicateType":"p","subject":[{"digest":{"sha256":1}}]}',
      /text as the sha256 digest/,
    ],
  ])('is refused when it is %s', (_name, text, sentence) => {
    expect(() => parseStatement(Buffer.from(text))).toThrow(sentence);
  });
});

describe('a predicate type', () => {
  it('may be a short name of cosign', () => {
    expect(predicateTypeOf('slsaprovenance')).toBe('https://slsa.dev/provenance/v0.2');
    expect(predicateTypeOf('slsaprovenance1')).toBe('https://slsa.dev/provenance/v1');
    expect(predicateTypeOf('spdxjson')).toBe('https://spdx.dev/Document');
  });

  it('may be a URI, and is refused when it is neither', () => {
    expect(predicateTypeOf('https://example.com/test/v1')).toBe('https://example.com/test/v1');
    expect(() => predicateTypeOf('slsaprovenence')).toThrow(/found "slsaprovenence"/);
  });
});

it('DSSE encodes type and payload with their lengths in bytes', () => {
  expect(preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world')).toString()).toBe(
    'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  );
  expect(preAuthEncoding('é', Buffer.from('')).toString()).toBe('DSSEv1 2 é 0 ');
});
