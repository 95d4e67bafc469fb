// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { dataDocument, type SigstoreOptions } from './data.ts';
import { goJson, type JsonObject } from './exact-json.ts';

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
  it('has the members of every file at the top, whatever the folders are called', () => {
    expect(data({ 'sub/c.yaml': 'sub_c: yes' })).toBe('{"sub_c":true}');
  });

  it('shows a file below another data folder twice, at the top and under the name of its folder (quirk)', () => {
    const files = { 'top.yaml': 'top: 1', 'inner/a.yaml': 'inner_a: [1]', 'inner/deeper/b.json': '{"b": true}' };
    expect(JSON.parse(data(files))).toEqual({
      top: 1,
      inner: { inner_a: [1], deeper: { b: true } },
      inner_a: [1],
      deeper: { b: true },
      b: true,
    });
  });

  it('merges objects over files and sources, and keeps the digits of JSON numbers', () => {
    const text = dataText([{ 'l.json': '{"limits": {"mem": 1.50}}' }, { 'm.yml': 'limits: {disk: 9}' }], undefined);
    expect(text).toBe('{"limits":{"mem":1.50,"disk":9}}');
  });

  it('refuses two values for one leaf, even equal ones', () => {
    expect(() => data({ 'a.yaml': 'leaf: 1', 'b.yaml': 'leaf: 1' })).toThrow(/"leaf" is given again by b\.yaml/);
    expect(() => data({ 'a.yaml': 'leaf: 1', 'b.yaml': 'leaf: {x: 1}' })).toThrow(/"leaf" is given again/);
  });

  it('refuses a file without members, one that is not JSON, and one that is not YAML', () => {
    expect(() => data({ 'a.json': '[1]' })).toThrow(/a\.json to hold an object/);
    expect(() => data({ 'a.json': '{"a": }' })).toThrow(/a\.json to be JSON/);
    expect(() => data({ 'a.yaml': 'a: [1,' })).toThrow(/a\.yaml to be YAML/);
  });

  it('carries rule data, the effective time to the nanosecond, and the options of Sigstore', () => {
    const document = dataDocument([], { limit: 5 }, 1780272000000000001n, sigstore);
    expect(goJson(document)).toBe(
      `{"rule_data__configuration__":{"limit":5},"config":{"policy":{"when_ns":1780272000000000001},"default_sigstore_opts":${goJson(sigstore)}}}`,
    );
  });

  it('does not let a data source replace what the gate adds', () => {
    expect(() => data({ 'config.yaml': 'config: {policy: {when_ns: 1}}' })).toThrow(/"when_ns" is given again/);
  });
});

function data(files: { [path: string]: string }): string {
  return dataText([files], undefined);
}

function dataText(sources: { [path: string]: string }[], ruleData: JsonObject | undefined): string {
  const lists = sources.map((files) => Object.entries(files).map(([path, text]) => ({ path, text })));
  const { config: _config, ...rest } = dataDocument(lists, ruleData, 0n, sigstore);
  return goJson(rest);
}
