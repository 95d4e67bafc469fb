// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { parseSourceUrl, pinnedUrl } from './source-url.ts';

const parse = (text: string) => parseSourceUrl(text, (path) => path === 'policy/basic');
const commit = 'a'.repeat(40);

describe('a policy source', () => {
  it.each([
    ['./policy/basic', { kind: 'folder', path: './policy/basic' }],
    ['policy/basic', { kind: 'folder', path: 'policy/basic' }],
    ['file::./x', { kind: 'folder', path: './x' }],
    ['/abs', { kind: 'folder', path: '/abs' }],
    ['sluice://ci', { kind: 'builtin', name: 'ci' }],
    ['https://example.com/a.rego', { kind: 'http', url: 'https://example.com/a.rego' }],
    ['http::example.com/a.rego'.replace('http::', 'https::'), { kind: 'http', url: 'https://example.com/a.rego' }],
    ['oci::quay.io/org/policy:v1', { kind: 'oci', reference: 'quay.io/org/policy:v1' }],
    ['oci://quay.io/org/policy', { kind: 'oci', reference: 'quay.io/org/policy' }],
    ['quay.io/org/policy:v1', { kind: 'oci', reference: 'quay.io/org/policy:v1' }],
    ['127.0.0.1:5000/p:v1', { kind: 'oci', reference: '127.0.0.1:5000/p:v1' }],
    [
      'github.com/conforma/policy//policy/lib?ref=main',
      { kind: 'git', repository: 'https://github.com/conforma/policy.git', ref: 'main', subfolder: 'policy/lib' },
    ],
    ['https://gitlab.com/a/b', { kind: 'git', repository: 'https://gitlab.com/a/b.git', subfolder: '' }],
    [
      'git::https://h.example/a.git?ref=v1.0',
      { kind: 'git', repository: 'https://h.example/a.git', ref: 'v1.0', subfolder: '' },
    ],
    [
      'git::h.example/a?ref=v1//sub',
      { kind: 'git', repository: 'https://h.example/a.git', ref: 'v1', subfolder: 'sub' },
    ],
    ['git@github.com:a/b.git', { kind: 'git', repository: 'https://github.com/a/b.git', subfolder: '' }],
    ['git::ssh://git@h.example/a/b', { kind: 'git', repository: 'ssh://git@h.example/a/b.git', subfolder: '' }],
    ['git::/srv/repo//p', { kind: 'git', repository: '/srv/repo', subfolder: 'p' }],
    ['https://h.example/a/b.git', { kind: 'git', repository: 'https://h.example/a/b.git', subfolder: '' }],
  ])('%s', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it.each([
    'http://example.com/a.rego',
    'git::http://h.example/a.git',
    'http::http://example.com/a',
    'git::https://h.example/a.git?ref=--upload-pack=touch%20x',
    'git::https://h.example/a.git?ref=a..b',
    'git::https://h.example/a.git?ref=HEAD@{1}',
    'git::https://h.example/a.git?upload-pack=x',
    'git::https://h.example/a.git//../../etc',
    'git::-oProxyCommand=x',
    'git::ssh://-oProxyCommand=x/a',
    'git::ext::sh -c true',
    'git::ftp://h.example/a',
    'https://user:secret@example.com/a.rego',
    'hg::https://h.example/a',
    'nothing-like-it',
    '',
  ])('refuses %s', (text) => {
    expect(() => parse(text)).toThrow(/^Expected /);
  });

  it('never repeats a password', () => {
    expect(() => parse('https://user:secret@example.com/a.rego')).toThrow(/^(?!.*secret)/);
  });

  it('is pinned as ec writes it', () => {
    const pinned = (text: string, revision?: string) => pinnedUrl(text, parse(text), revision);
    expect(pinned('policy/basic')).toBe('file::policy/basic');
    expect(pinned('https://github.com/a/b//c?ref=main', commit)).toBe(`git::github.com/a/b//c?ref=${commit}`);
    expect(pinned('git@github.com:a/b.git', commit)).toBe(`git::github.com/a/b.git?ref=${commit}`);
    expect(pinned('quay.io/org/policy:v1', `sha256:${commit}`)).toBe(`oci::quay.io/org/policy:v1@sha256:${commit}`);
  });
});
