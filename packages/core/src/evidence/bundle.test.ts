// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SluiceError } from '../error.ts';
import { parseBundle } from './bundle.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

const entry = {
  logIndex: '7',
  logId: { keyId: base64('log') },
  kindVersion: { kind: 'dsse', version: '0.0.1' },
  integratedTime: '1750000000',
  inclusionPromise: { signedEntryTimestamp: base64('set') },
  inclusionProof: {
    logIndex: '7',
    rootHash: base64('root'),
    treeSize: '8',
    hashes: [base64('hash')],
    checkpoint: { envelope: 'log\n8\ncm9vdA==\n' },
  },
  canonicalizedBody: base64('{}'),
};

const bundle = {
  mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  verificationMaterial: {
    certificate: { rawBytes: base64('certificate') },
    tlogEntries: [entry],
    timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: base64('time') }] },
  },
  dsseEnvelope: { payload: base64('payload'), payloadType: 'text', signatures: [{ sig: base64('signature') }] },
};

const parse = (value: unknown) => parseBundle(Buffer.from(JSON.stringify(value)));

describe('a Sigstore bundle', () => {
  test('is read with every part in its place', () => {
    const material = parse(bundle);
    expect(material.content).toMatchObject({ kind: 'envelope', payloadType: 'text' });
    expect(Buffer.from(material.certificate ?? []).toString()).toBe('certificate');
    expect(material.logEntries[0]).toMatchObject({ logIndex: '7', kind: 'dsse', integratedTime: '1750000000' });
    expect(material.logEntries[0]?.proof?.hashes).toHaveLength(1);
    expect(material.timestamps).toHaveLength(1);
  });

  test('may leave out zeros, as protobuf does', () => {
    const { logIndex: _index, integratedTime: _time, ...rest } = entry;
    const { logIndex: _proofIndex, ...proof } = entry.inclusionProof;
    const first = { ...rest, inclusionProof: proof };
    const material = parse({
      ...bundle,
      verificationMaterial: { ...bundle.verificationMaterial, tlogEntries: [first] },
    });
    expect(material.logEntries[0]).toMatchObject({ logIndex: '0', proof: { logIndex: '0' } });
    expect(material.logEntries[0]?.integratedTime).toBeUndefined();
  });

  test('is refused, never misread, when any of its members is taken away or replaced', () => {
    const paths = pathsOf(bundle);
    for (const path of paths) {
      for (const value of [undefined, 17.5, { unexpected: true }, ['list']]) {
        const broken = replaced(bundle, path, value);
        try {
          parse(broken);
        } catch (error) {
          expect(error, path.join('.')).toBeInstanceOf(SluiceError);
          expect(error).toMatchObject({ code: 'unproved' });
        }
      }
      expect(() => parse(replaced(bundle, path, { unexpected: true })), path.join('.')).toThrow(SluiceError);
    }
  });

  test('of arbitrary bytes is a refusal with a sentence', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          expect(() => parseBundle(bytes)).toThrow(SluiceError);
        },
      ),
    );
  });

  test('that is not UTF-8 is not JSON', () => {
    expect(() => parseBundle(Buffer.from([0x22, 0xff, 0x22]))).toThrow('The bundle is not JSON.');
  });

  test('with more signatures or entries than make sense is refused', () => {
    const many = { ...bundle.dsseEnvelope, signatures: Array.from({ length: 17 }, () => ({ sig: '' })) };
    expect(() => parse({ ...bundle, dsseEnvelope: many })).toThrow(/at most 16/);
  });
});

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([name, member]) =>
    pathsOf(member, [...path, Array.isArray(value) ? Number(name) : name]),
  );
  return path.length === 0 ? below : [path, ...below];
}

function replaced(value: unknown, [step, ...rest]: Path, by: unknown): unknown {
  if (step === undefined) return by;
  if (Array.isArray(value)) return value.map((item, i) => (i === step ? replaced(item, rest, by) : item));
  const members = new Map(Object.entries(value ?? {}));
  members.set(String(step), replaced(members.get(String(step)), rest, by));
  return Object.fromEntries(members);
}
