// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepContext } from '../context.ts';
import { createHttpClient } from '../http/http-client.ts';
import { keptFolder, nothingKept } from './kept-files.ts';
import { lockOf, parseLock, writeLock } from './lock.ts';
import { createSourceFetcher, type SourceAccess } from './sources.ts';

const log = { info() {}, warn() {}, debug() {} };
const env = { PATH: process.env.PATH, HOME: '/nonexistent' };
const ctx: StepContext = { now: () => new Date(), env, log };
let folder = '';
let server: Server;
let web = '';
let requests = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-sources-'));
  server = createServer((request, response) => {
    requests++;
    if (request.url === '/moved.rego') response.writeHead(302, { location: 'https://elsewhere.example/p.rego' }).end();
    else if (request.url === '/p.rego') response.end('package p');
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  web = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a folder', () => {
  it('gives its Rego and data files in the order of their paths', async () => {
    const path = write('plain', {
      'b.rego': 'package b',
      'a/c.yaml': 'x: 1',
      'note.txt': 'no',
      '.git/config.json': '{}',
    });
    expect((await fetcher().fetch(path)).files).toEqual([
      { path: 'a/c.yaml', text: 'x: 1' },
      { path: 'b.rego', text: 'package b' },
    ]);
  });

  it('follows a link inside, ends at a loop, and refuses a link that leads out', async () => {
    const path = write('links', { 'sub/a.rego': 'package a' });
    symlinkSync('sub', join(path, 'also'));
    symlinkSync('..', join(path, 'sub', 'loop'));
    const files = (await fetcher().fetch(path)).files.map((file) => file.path);
    expect(files).toContain('also/a.rego');
    symlinkSync('/etc', join(path, 'out'));
    await expect(fetcher().fetch(path)).rejects.toThrow(/the link "out", which leads out of it/);
  });

  it('that is not there is an error of its own', async () => {
    await expect(fetcher().fetch('./not-there')).rejects.toMatchObject({ code: 'file' });
  });
});

describe('an archive', () => {
  it('is unpacked in memory', async () => {
    const path = await archive('good.tar.gz', [
      { name: './p/a.rego', text: 'package a' },
      { name: 'p/x.png', text: '' },
    ]);
    expect((await fetcher().fetch(path)).files).toEqual([{ path: 'p/a.rego', text: 'package a' }]);
  });

  it.each([
    ['../up.rego', /the path "\.\.\/up\.rego"/],
    ['/etc/up.rego', /the path "\/etc\/up\.rego"/],
    ['a\\..\\b.rego', /which lies outside of it/],
  ])('is refused with the entry %s', async (name, reason) => {
    await expect(fetcher().fetch(await archive('bad.tgz', [{ name, text: 'x' }]))).rejects.toThrow(reason);
  });

  it('is refused with a link that leads out', async () => {
    const path = await archive('link.tgz', [{ name: 'p/a.rego', link: '../../etc/passwd' }]);
    await expect(fetcher().fetch(path)).rejects.toThrow(/the link "p\/a\.rego" to "..\/..\/etc\/passwd"/);
  });

  it('is refused when it unpacks without end', async () => {
    const header = await tarOf([{ name: 'picture.png', text: 'x' }]);
    // The size in the header (octal) says 300 MB; gzip members may simply follow each other.
    header.write('02260000000', 124, 'latin1');
    header.write('        ', 148, 'latin1');
    const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const zeros = gzipSync(Buffer.alloc(32 * 1024 * 1024));
    writeFileSync(
      join(folder, 'bomb.tgz'),
      Buffer.concat([gzipSync(header.subarray(0, 512)), ...Array(10).fill(zeros)]),
    );
    await expect(fetcher().fetch(join(folder, 'bomb.tgz'))).rejects.toThrow(/to unpack to at most/);
  });

  it('that is none is refused', async () => {
    writeFileSync(join(folder, 'none.tgz'), gzipSync('not a tar'.repeat(200)));
    await expect(fetcher().fetch(join(folder, 'none.tgz'))).rejects.toThrow(/to be a tar archive/);
  });
});

describe('a git repository', () => {
  it('is read at a branch, a tag, a commit and its default branch, and pinned to the commit', async () => {
    const { path, commit } = repository('repo', { 'policy/a.rego': 'package a', 'other/b.rego': 'package b' });
    git(path, 'tag', '-a', 'v1', '-m', 'v1');
    for (const ref of ['?ref=main', '?ref=v1', `?ref=${commit}`, `?ref=${commit.slice(0, 10)}`, '']) {
      const fetched = await fetcher().fetch(`git::${path}//policy${ref}`);
      expect(fetched.files).toEqual([{ path: 'a.rego', text: 'package a' }]);
      expect(fetched).toMatchObject({ revision: commit, pinned: `git::${path}//policy?ref=${commit}` });
    }
  });

  it('without the ref or the folder is refused', async () => {
    const { path } = repository('repo2', { 'a.rego': 'package a' });
    await expect(fetcher().fetch(`git::${path}?ref=gone`)).rejects.toThrow(/Expected a branch, tag or commit "gone"/);
    await expect(fetcher().fetch(`git::${path}//gone`)).rejects.toThrow(/Expected the folder gone/);
  });

  it('runs no hook, filter or command of the repository or its settings', async () => {
    const { path } = repository('hooks', {
      'a.rego': 'package a',
      '.gitattributes': '*.rego filter=evil export-ignore',
    });
    const trap = join(folder, 'trap');
    mkdirSync(join(path, '.git', 'hooks'), { recursive: true });
    for (const hook of ['post-checkout', 'post-merge', 'reference-transaction']) {
      writeFileSync(join(path, '.git', 'hooks', hook), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 });
    }
    git(path, 'config', 'filter.evil.smudge', `touch ${trap}`);
    git(path, 'config', 'uploadpack.packObjectsHook', `touch ${trap}; git`);
    expect((await fetcher().fetch(`git::${path}`)).files).toEqual([{ path: 'a.rego', text: 'package a' }]);
    expect(readdirSync(folder)).not.toContain('trap');
  });

  it('is not asked for over a protocol that is not on the list', async () => {
    const settings = {
      ...env,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'url.ext::sh -c true %S .insteadOf',
      GIT_CONFIG_VALUE_0: 'https://h.example/',
    };
    const fetching = createSourceFetcher({ ...ctx, env: settings }, access({})).fetch('git::https://h.example/a.git');
    await expect(fetching).rejects.toThrow(/transport 'ext' not allowed/);
  });

  it('follows links inside the tree and refuses those that lead out', async () => {
    const { path } = repository('gitlinks', { 'policy/a.rego': 'package a' }, (repo) =>
      symlinkSync('policy', join(repo, 'same')),
    );
    const files = (await fetcher().fetch(`git::${path}`)).files.map((file) => file.path);
    expect(files).toEqual(['policy/a.rego', 'same/a.rego']);
    const out = repository('gitlinks2', { 'p/a.rego': 'x' }, (repo) =>
      symlinkSync('../../secret.rego', join(repo, 'p', 'b.rego')),
    );
    await expect(fetcher().fetch(`git::${out.path}//p`)).rejects.toThrow(/which leads out of it/);
  });

  it('is cached by commit, and what was changed in the cache is not used', async () => {
    const { path, commit } = repository('cached', { 'a.rego': 'package a' });
    const place = join(folder, 'cache');
    const cached = () =>
      createSourceFetcher(ctx, access({ kept: keptFolder(place, '1') })).fetch(`git::${path}?ref=${commit}`);
    await cached();
    const [entry = ''] = readdirSync(place);
    rmSync(path, { recursive: true });
    expect((await cached()).files).toEqual([{ path: 'a.rego', text: 'package a' }]);
    writeFileSync(join(place, entry), readFileSync(join(place, entry), 'utf8').replace('package a', 'package b'));
    await expect(cached()).rejects.toThrow();
  });
});

describe('a web server', () => {
  it('gives one file', async () => {
    expect((await fetcher().fetch(`${web}/p.rego`)).files).toEqual([{ path: 'p.rego', text: 'package p' }]);
  });

  it('is refused when it redirects, and said when it has nothing', async () => {
    await expect(fetcher().fetch(`${web}/moved.rego`)).rejects.toThrow(/it redirects to https:\/\/elsewhere\.example/);
    await expect(fetcher().fetch(`${web}/gone.rego`)).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('all sources', () => {
  it('are fetched once however often they are named', async () => {
    const sources = fetcher();
    requests = 0;
    await Promise.all([sources.fetch(`${web}/p.rego`), sources.fetch(`${web}/p.rego`)]);
    expect(requests).toBe(1);
  });

  it('may be built in', async () => {
    const builtin = (name: string) => (name === 'ci' ? [{ path: 'a.rego', text: 'package a' }] : undefined);
    const sources = createSourceFetcher(ctx, access({ builtin }));
    expect((await sources.fetch('sluice://ci')).files).toHaveLength(1);
    await expect(sources.fetch('sluice://other')).rejects.toThrow(/found sluice:\/\/other/);
  });
});

describe('a lock', () => {
  it('holds every source to its content', async () => {
    const path = write('locked', { 'a.rego': 'package a' });
    const { path: repo, commit } = repository('locked-repo', { 'a.rego': 'package a' });
    const urls = [path, `git::${repo}?ref=main`];
    const lock = parseLock(writeLock(lockOf(await Promise.all(urls.map((url) => fetcher().fetch(url))))), 'lock');
    const locked = () => createSourceFetcher(ctx, access({ lock }));
    expect((await locked().fetch(path)).sha256).toBe(lock.sources[0]?.sha256);

    writeFileSync(join(repo, 'a.rego'), 'package changed');
    git(repo, 'commit', '-qam', 'moved on');
    expect(await locked().fetch(urls[1] ?? '')).toMatchObject({ revision: commit, files: [{ text: 'package a' }] });

    writeFileSync(join(path, 'a.rego'), 'package changed');
    await expect(locked().fetch(path)).rejects.toThrow(/to be what the lock holds/);
    await expect(locked().fetch('./other')).rejects.toThrow(/in the lock, but found it missing/);
  });

  it.each([
    '{}',
    '[]',
    'no',
    '{"version":2,"sources":[]}',
    '{"version":1,"sources":[{"url":"x"}]}',
    '{"version":1,"sources":[],"more":1}',
  ])('cannot be %s', (text) => {
    expect(() => parseLock(text, 'policy.lock.json')).toThrow(/Expected policy\.lock\.json to be a lock/);
  });
});

function fetcher() {
  return createSourceFetcher(ctx, access({}));
}

function access(more: Partial<SourceAccess>): SourceAccess {
  return {
    openRepository: () => {
      throw new Error('no registry here');
    },
    http: createHttpClient(ctx),
    kept: nothingKept,
    workingFolder: folder,
    builtin: () => undefined,
    ...more,
  };
}

function write(name: string, files: { [path: string]: string }): string {
  const root = join(folder, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

function repository(
  name: string,
  files: { [path: string]: string },
  more?: (path: string) => void,
): { path: string; commit: string } {
  const path = write(name, files);
  more?.(path);
  git(path, 'init', '-q', '-b', 'main');
  git(path, 'add', '.');
  git(path, 'commit', '-qm', 'policy');
  return { path, commit: git(path, 'rev-parse', 'HEAD').trim() };
}

function git(path: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.test', '-c', 'core.hooksPath=/dev/null'];
  return execFileSync('git', [...identity, ...args], { cwd: path, encoding: 'utf8', env });
}

async function archive(name: string, entries: TarInput[]): Promise<string> {
  writeFileSync(join(folder, name), gzipSync(await tarOf(entries)));
  return join(folder, name);
}

interface TarInput {
  readonly name: string;
  readonly text?: string;
  readonly link?: string;
}

async function tarOf(entries: TarInput[]): Promise<Buffer> {
  const tar = pack();
  for (const entry of entries) {
    if (entry.link === undefined) tar.entry({ name: entry.name }, entry.text ?? '');
    else tar.entry({ name: entry.name, type: 'symlink', linkname: entry.link });
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
