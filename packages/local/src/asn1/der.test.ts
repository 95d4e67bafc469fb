// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerError, expectTag, members, readBits, readBoolean, readElement, readElements, readOid } from './decode.ts';
import * as der from './encode.ts';
import { tags } from './tags.ts';

describe('DER', () => {
  it('reads back octets of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000, size: 'max' }), (content) => {
        const element = readElement(der.octets(content));
        expect(element.tag).toBe(tags.octetString);
        expect(element.content.equals(content)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('reads back object identifiers', () => {
    const arcs = fc.tuple(
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 0, max: 39 }),
      fc.array(fc.integer({ min: 0, max: 2 ** 31 }), { maxLength: 12 }),
    );
    fc.assert(
      fc.property(arcs, ([first, second, rest]) => {
        const dotted = [first, second, ...rest].join('.');
        expect(readOid(readElement(der.oid(dotted)))).toBe(dotted);
      }),
    );
  });

  it('writes unsigned integers in the fewest bytes, without making one negative', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const { content } = readElement(der.unsigned(value));
        expect(BigInt(`0x${content.toString('hex')}`)).toBe(BigInt(value));
        expect((content[0] ?? 0) < 0x80).toBe(true);
        if (content.length > 1) expect(content[0] !== 0 || (content[1] ?? 0) >= 0x80).toBe(true);
      }),
    );
  });

  it('reads back the members of a sequence, a boolean and bits', () => {
    const [yes, flags] = members(readElement(der.sequence(der.boolean(true), der.bits(Buffer.from([1, 2])))));
    expect(readBoolean(yes)).toBe(true);
    expect(readBits(flags)).toEqual(Buffer.from([1, 2]));
  });

  it('sorts the members of a set', () => {
    expect(der.setOf(der.unsigned(2), der.unsigned(1))).toEqual(der.setOf(der.unsigned(1), der.unsigned(2)));
  });

  it('writes times with whole seconds, in two digits of the year until 2049', () => {
    expect(der.time(new Date('2026-01-15T10:00:00.999Z')).subarray(2).toString()).toBe('260115100000Z');
    expect(der.time(new Date('2051-01-15T10:00:00Z')).subarray(2).toString()).toBe('20510115100000Z');
  });

  it.each([
    ['an element that is cut short', '0402ff'],
    ['an element with bytes after it', '050000'],
    ['a length that is cut short', '0081'],
    ['an indefinite length', '30800000'],
    ['a length that is not minimal', '048101ff'],
    ['a length with a leading zero', '04820080'.padEnd(8 + 256, '0')],
    ['a length of five bytes', '04850000000001ff'],
    ['a multi-byte tag', '1f8101'],
    ['nothing', ''],
  ])('refuses %s', (_, hex) => {
    expect(() => readElement(Buffer.from(hex, 'hex'))).toThrow(DerError);
  });

  it('never throws anything but its own error on bytes from outside', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          for (const element of readElements(bytes)) readOid(element);
        } catch (error) {
          expect(error).toBeInstanceOf(DerError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('names the tag it wanted', () => {
    expect(() => expectTag(readElement(der.nothing()), tags.sequence)).toThrow('expected DER tag 48, found 5');
  });

  it('refuses a text that an IA5String cannot hold', () => {
    expect(() => der.ia5('müller@acme.example')).toThrow(TypeError);
  });
});
