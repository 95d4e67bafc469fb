// SPDX-License-Identifier: Apache-2.0
import { objectOf, toJson } from '@sluice/rego';
import { describe, expect, it } from 'vitest';
import { dataDocument, mergedFiles, type SigstoreOptions, sourceData } from './data.ts';
import type { JsonObject } from './exact-json.ts';

const sigstore: SigstoreOptions = {
  certificate_identity: '',
  certificate_identity_regexp: '',
  certificate_oidc_issuer: '',
  certificate_oidc_issuer_regexp: '',
  ignore_rekor: true,
  public_key: '',
  rekor_url: '',
};

describe('the data document', () => {
  it('has the members of every file at the top, whatever the folders are called', async () => {
    expect(await data({ 'sub/c.yaml': 'sub_c: yes' })).toBe('{"sub_c":true}');
  });

  it('shows a file below another data folder twice, at the top and under the name of its folder (quirk)', async () => {
    const files = { 'top.yaml': 'top: 1', 'inner/a.yaml': 'inner_a: [1]', 'inner/deeper/b.json': '{"b": true}' };
    expect(JSON.parse(await data(files))).toEqual({
      top: 1,
      inner: { inner_a: [1], deeper: { b: true } },
      inner_a: [1],
      deeper: { b: true },
      b: true,
    });
  });

  it('merges objects over files and sources, and keeps the digits of JSON numbers', async () => {
    const text = await dataText(
      [{ 'l.json': '{"limits": {"mem": 1.50}}' }, { 'm.yml': 'limits: {disk: 9}' }],
      undefined,
    );
    expect(text).toBe('{"limits":{"disk":9,"mem":1.50}}');
  });

  it('refuses two values for one leaf, even equal ones', async () => {
    await expect(data({ 'a.yaml': 'leaf: 1', 'b.yaml': 'leaf: 1' })).rejects.toThrow(
      /"leaf" is given again by b\.yaml/,
    );
    await expect(data({ 'a.yaml': 'leaf: 1', 'b.yaml': 'leaf: {x: 1}' })).rejects.toThrow(/"leaf" is given again/);
  });

  it('refuses a file without members, one that is not JSON, and one that is not YAML', async () => {
    await expect(data({ 'a.json': '[1]' })).rejects.toThrow(/a\.json to hold an object/);
    await expect(data({ 'a.json': '{"a": }' })).rejects.toThrow(/a\.json to be JSON/);
    await expect(data({ 'a.yaml': 'a: [1,' })).rejects.toThrow(/a\.yaml to be YAML/);
  });

  it('carries rule data, the effective time to the nanosecond, and the options of Sigstore', () => {
    const document = dataDocument(objectOf([]), { limit: 5 }, 1780272000000000001n, sigstore);
    expect(toJson(document)).toBe(
      `{"config":{"default_sigstore_opts":${JSON.stringify(sigstore)},"policy":{"when_ns":1780272000000000001}},"rule_data__configuration__":{"limit":5}}`,
    );
  });

  it('is kept, and is the same the next time', async () => {
    const source = {
      url: 'x',
      pinned: 'x',
      sha256: '1',
      files: [{ path: 'a.json', text: '{"a": [1.50, "é", {"b": null}]}' }],
    };
    const kept = new Map<string, Buffer>();
    const memory = {
      read: async (key: unknown) => kept.get(JSON.stringify(key)),
      write: async (key: unknown, content: Buffer) => void kept.set(JSON.stringify(key), content),
    };
    const first = await sourceData([source], memory);
    expect(toJson(await sourceData([{ ...source, files: [] }], memory))).toBe(toJson(first));
    expect(toJson(await sourceData([{ ...source, sha256: '2', files: [] }], memory))).toBe('{}');
  });

  it('does not let a data source replace what the gate adds', async () => {
    await expect(data({ 'config.yaml': 'config: {policy: {when_ns: 1}}' })).rejects.toThrow(/"when_ns" is given again/);
  });
});

function data(files: { [path: string]: string }): Promise<string> {
  return dataText([files], undefined);
}

async function dataText(sources: { [path: string]: string }[], ruleData: JsonObject | undefined): Promise<string> {
  const lists = sources.map((files) => Object.entries(files).map(([path, text]) => ({ path, text })));
  const document = dataDocument(await mergedFiles(lists), ruleData, 0n, sigstore);
  return toJson(document.toBuilder().delete('config').build());
}
