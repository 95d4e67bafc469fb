// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CapturedIo, capturedIo } from '../src/captured-io.ts';
import { runCli } from '../src/cli.ts';
import { sluice } from './sluice.ts';

const stop = new AbortController();
let folder: string;
let policy: string;
let io: CapturedIo;
let ended: Promise<number>;
let url: string;

/** A server whose policy refuses privileged ports, warns of odd ones and breaks on the port "conflict". */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-server-'));
  await mkdir(join(folder, 'rules'));
  await writeFile(
    join(folder, 'rules', 'port.rego'),
    `package port

import rego.v1

# METADATA
# title: Ports
# custom:
#   short_name: low
deny contains {"code": "port.low", "msg": "a low port"} if input.port < 1024

warn contains {"code": "port.odd", "msg": "an odd port"} if input.port % 2 == 1

broken := true if input.port == "conflict"

broken := false if input.port == "conflict"

deny contains {"code": "port.broken", "msg": "broken"} if broken
`,
  );
  policy = JSON.stringify({ sources: [{ policy: [join(folder, 'rules')] }] });
  io = capturedIo({ HOME: folder, SLUICE_CACHE_DIR: join(folder, 'cache') }, { signal: stop.signal });
  ended = runCli(serve('--server-port', '0', '--show-successes', '--output', 'yaml', '--strict=false'), io);
  let over = false;
  ended.then(() => {
    over = true;
  });
  while (!io.err().includes('listening on')) {
    if (over) throw new Error(io.err());
    await new Promise((done) => setTimeout(done, 10));
  }
  url = /listening on (\S+)/.exec(io.err())?.[1] ?? '';
});

afterAll(async () => {
  stop.abort();
  await rm(folder, { recursive: true });
});

describe('validate input --server', () => {
  test.each([
    ['{"port": 8080}', 'application/json', 'pass'],
    ['{"port": 80}', 'application/json; charset=utf-8', 'fail'],
    ['port: 80\n', 'application/yaml', 'fail'],
    ['port: 8080\n', 'text/yaml', 'pass'],
    ['{"port": 80}', undefined, 'fail'],
    ['port: 80\n', 'text/plain', 'fail'],
  ])('judges %j as %s: %s', async (body, type, result) => {
    const answer = await post(body, type);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-conforma-result')).toBe(result);
    expect(await answer.json()).toMatchObject({ success: result === 'pass', filepaths: [{ filepath: 'input' }] });
  });

  test('answers with what --output json prints, as much of it as the flags ask for', async () => {
    const report: unknown = await (await post('{"port": 8081}', 'application/json')).json();
    const file = join(folder, 'odd.json');
    await writeFile(file, '{"port": 8081}');
    const env = { HOME: folder, SLUICE_CACHE_DIR: join(folder, 'cache') };
    const argv = ['validate', 'input', file, '--policy', policy, '--show-successes', '--output', 'json'];
    const { out } = await sluice(argv, env);
    const { filepaths, ...rest } = JSON.parse(out);
    expect(report).toEqual({
      ...rest,
      'effective-time': expect.any(String),
      filepaths: [{ ...filepaths[0], filepath: 'input' }],
    });
    expect(filepaths[0]).toMatchObject({ warnings: [{ msg: 'an odd port' }], successes: [{ msg: 'Pass' }] });
  });

  test.each([
    ['nothing', '', 'application/json', 400, 'request body is empty'],
    ['no JSON', 'port: 80', 'application/json', 400, 'request body is not valid JSON or YAML'],
    ['no YAML', '{"port": 8', 'application/yaml', 400, 'request body is not valid JSON or YAML'],
    ['a bare word', 'port', undefined, 400, 'request body is not valid JSON or YAML'],
    ['what the policy breaks on', '{"port": "conflict"}', 'application/json', 500, 'evaluation failed'],
    ['too much', `"${'x'.repeat(80 * 1024 * 1024)}"`, 'application/json', 413, 'request body exceeds 80MB limit'],
  ])('refuses %s, and goes on', async (_name, body, type, status, error) => {
    const answer = await post(body, type);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-conforma-result')).toBeNull();
    expect(await answer.json()).toEqual({ error, status });
    expect((await post('{"port": 8080}', 'application/json')).status).toBe(200);
  });

  test('answers probes, and nothing else', async () => {
    expect(await (await fetch(`${url}/live`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${url}/ready?x=1`)).json()).toEqual({ status: 'ready' });
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect((await fetch(`${url}/__proto__`)).status).toBe(404);
    const wrong = await fetch(`${url}/v1/validate/input`);
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('POST');
  });

  test('says which flags it has no use for, what it answered, and ends when it is told to', async () => {
    expect(io.err()).toContain('--output has no effect beside --server');
    expect(io.err()).toContain('--strict has no effect beside --server');
    expect(io.err()).toContain('POST /v1/validate/input 200');
    expect(io.err()).toContain('The policy could not be evaluated');
    stop.abort();
    expect(await ended).toBe(0);
    await expect(fetch(`${url}/live`)).rejects.toThrow();
    expect(io.out()).toBe('');
  });

  test('a port that is taken is an error', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    // A server that listens on TCP has an AddressInfo.
    const { port } = other.address() as AddressInfo;
    const { exit, err } = await sluice(serve('--server-port', String(port)), { HOME: folder });
    other.close();
    expect(exit).toBe(3);
    expect(err).toContain(`Expected to listen on 127.0.0.1 port ${port}, but could not (EADDRINUSE)`);
  });

  test.each([
    ['files', ['--server', 'x.json'], /Either --server or input files were expected/],
    ['a port that is none', ['--server', '--server-port', '65536'], /expects a port from 0 to 65535/],
    ['an address without a server', ['--server-address', '0.0.0.0', 'x.json'], /expected beside --server/],
  ])('%s are refused', async (_name, flags, message) => {
    const { exit, err } = await sluice(['validate', 'input', '--policy', policy, ...flags]);
    expect(exit).toBe(2);
    expect(err).toMatch(message);
  });

  test('a policy without sources is refused before anything is answered', async () => {
    const argv = ['validate', 'input', '--server', '--server-port', '0', '--policy', '{}'];
    expect(await sluice(argv, { HOME: folder })).toMatchObject({
      exit: 2,
      err: expect.stringContaining('name sources'),
    });
  });
});

function serve(...flags: readonly string[]): string[] {
  return ['validate', 'input', '--server', '--policy', policy, ...flags];
}

function post(body: string, type: string | undefined): Promise<Response> {
  // Bytes have no type of their own, as text has.
  const headers = type === undefined ? {} : { 'content-type': type };
  return fetch(`${url}/v1/validate/input`, { method: 'POST', body: Buffer.from(body), headers });
}
