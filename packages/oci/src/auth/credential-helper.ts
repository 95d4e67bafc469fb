// SPDX-License-Identifier: Apache-2.0
import { OciError } from '../error.ts';
import type { Credential } from './credentials.ts';

/** Runs a program with text on its standard input; the wrappers may lend another. */
export type RunProgram = (
  program: string,
  args: readonly string[],
  input: string,
) => Promise<{ readonly status: number; readonly output: string }>;

/** The server name that Docker's helpers know Docker Hub by. */
const DOCKER_HUB_SERVER = 'https://index.docker.io/v1/';
const MAX_OUTPUT = 1024 * 1024;
const PATIENCE_MS = 60_000;

/** Asks `docker-credential-NAME get` (github.com/docker/docker-credential-helpers). */
export async function askHelper(name: string, key: string, run: RunProgram): Promise<Credential | undefined> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new OciError(
      'bad-credentials',
      `Expected the name of a credential helper, found ${JSON.stringify(name.slice(0, 100))}.`,
    );
  }
  const program = `docker-credential-${name}`;
  const server = key === 'docker.io' ? DOCKER_HUB_SERVER : key;
  const { status, output } = await run(program, ['get'], `${server}\n`);
  if (status !== 0) {
    if (/credentials not found|no credentials server url/i.test(output)) return undefined;
    // What a helper prints may be a secret, so it is not repeated.
    throw new OciError(
      'bad-credentials',
      `Expected ${program} to answer for ${key}, but it failed with status ${status}.`,
    );
  }
  return readAnswer(program, output);
}

function readAnswer(program: string, output: string): Credential | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    answer = undefined;
  }
  const fields = typeof answer === 'object' && answer !== null ? new Map(Object.entries(answer)) : new Map();
  const username: unknown = fields.get('Username');
  const secret: unknown = fields.get('Secret');
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw new OciError(
      'bad-credentials',
      `Expected ${program} to answer Username and Secret as JSON, found something else.`,
    );
  }
  if (secret === '') return undefined;
  return username === '<token>' ? { token: secret } : { username, password: secret };
}

/** Runs a program of the machine, without a shell. */
export const runProgram: RunProgram = async (program, args, input) => {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    const options = { timeout: PATIENCE_MS, maxBuffer: MAX_OUTPUT };
    const child = execFile(program, [...args], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : error.code;
      if (typeof status === 'number') resolve({ status, output: `${stdout}${status === 0 ? '' : stderr}` });
      else
        reject(
          new OciError('bad-credentials', `Expected to run ${program}, but it could not be started or did not end.`),
        );
    });
    // A helper that does not read its input is no failure.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
};
