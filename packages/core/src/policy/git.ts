// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { sourceLimits } from './source-file.ts';

const timeoutMs = 120_000;

/** What git may see of the environment: how to reach a host and who we are there, nothing that steers the command. */
const passedOn =
  /^(PATH|HOME|USER|LANG|LC_ALL|TMPDIR|SSH_AUTH_SOCK|(https?|no|all)_proxy|GIT_SSL_(CAINFO|CAPATH)|GIT_CONFIG_(COUNT|KEY_\d+|VALUE_\d+)|XDG_CONFIG_HOME)$/i;

/** Protocols are a closed list, hooks and helpers are off, nothing is asked, submodules and redirects are not followed. */
function settings(fileAllowed: boolean): string[] {
  const values = [
    'protocol.allow=never',
    'protocol.https.allow=always',
    'protocol.ssh.allow=always',
    ...(fileAllowed ? ['protocol.file.allow=always'] : []),
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.symlinks=false',
    'credential.interactive=false',
    'fetch.recurseSubmodules=false',
    'submodule.recurse=false',
    'http.followRedirects=false',
    'transfer.fsckObjects=true',
    'gc.auto=0',
    'maintenance.auto=false',
    'uploadpack.packObjectsHook=',
  ];
  return values.flatMap((value) => ['-c', value]);
}

export interface GitOptions {
  /** True when the repository is a path of this machine. */
  readonly fileAllowed: boolean;
  /** Fed to standard input. */
  readonly input?: string;
  /** A folder that may not outgrow the transfer limit while git runs. */
  readonly watched?: string;
}

/** Runs git with the doors closed and gives its output; a failure is git's last line in one sentence. */
export async function runGit(
  ctx: StepContext,
  source: string,
  args: readonly string[],
  options: GitOptions,
): Promise<Buffer> {
  const env = Object.fromEntries(Object.entries(ctx.env).filter(([name]) => passedOn.test(name)));
  const child = spawn('git', [...settings(options.fileAllowed), ...args], {
    env: {
      ...env,
      GIT_TERMINAL_PROMPT: '0',
      GIT_ASKPASS: '',
      SSH_ASKPASS: '',
      GIT_SSH_COMMAND: 'ssh -oBatchMode=yes',
      LC_ALL: 'C',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    ...(ctx.signal === undefined ? {} : { signal: ctx.signal }),
  });
  let tooLarge = false;
  const stop = () => {
    tooLarge = true;
    child.kill('SIGKILL');
  };
  const watch =
    options.watched === undefined ? undefined : setInterval(() => watchSize(options.watched ?? '', stop), 250);
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  try {
    const [output, complaints, code] = await Promise.all([
      bounded(child.stdout, stop),
      bounded(child.stderr, stop),
      exit(child),
    ]);
    if (tooLarge) throw tooMuch(source);
    if (code !== 0) throw failed(source, complaints.toString('utf8'));
    return output;
  } catch (cause) {
    throw cause instanceof SluiceError ? cause : notRun(source, cause);
  } finally {
    clearInterval(watch);
  }
}

function exit(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
}

async function bounded(stream: AsyncIterable<Buffer>, stop: () => void): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > sourceLimits.transfer) stop();
    else chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function watchSize(folder: string, stop: () => void): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (s) => s.size,
        () => 0,
      ),
    ),
  );
  if (sizes.reduce((sum, size) => sum + size, 0) > sourceLimits.transfer) stop();
}

function tooMuch(source: string): SluiceError {
  return new SluiceError(
    'configuration',
    `Expected the policy source ${source} to transfer at most ${sourceLimits.transfer} bytes, but found more; it was not read.`,
  );
}

function failed(source: string, complaints: string): SluiceError {
  const said = complaints.split('\n').filter((line) => line.trim() !== '');
  const line = (
    said.findLast((text) => /^(fatal|error|remote):/.test(text)) ??
    said.at(-1) ??
    'git gave no reason'
  ).trim();
  return new SluiceError(
    'unreachable',
    `Expected to read the policy source ${source} with git, but found: ${withoutPassword(line)}.`,
  );
}

function notRun(source: string, cause: unknown): SluiceError {
  const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  const found = missing
    ? 'that git is not installed'
    : `that git could not be run (${cause instanceof Error ? cause.message : 'unknown'})`;
  return new SluiceError('unreachable', `Expected to read the policy source ${source} with git, but found ${found}.`, {
    cause,
  });
}

function withoutPassword(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, '//').replace(/\.$/, '');
}
