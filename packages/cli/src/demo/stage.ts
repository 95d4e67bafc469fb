// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { githubVariables, gitlabVariables, type LocalStack, startLocal, writeTrustFiles } from '@sluice/local';
import { createSession, openRepository, parseReference, type Repository } from '@sluice/oci';
import { capturedIo } from '../captured-io.ts';
import { runCli } from '../cli.ts';
import type { ExitCode, Io } from '../io.ts';

export type Env = Readonly<Record<string, string>>;

/** What one command line of the demo did. */
export interface Performed {
  readonly line: string;
  readonly exit: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** The embedded services, a folder for files, and the means to run sluice as a job of either CI would. */
export interface Stage {
  readonly stack: LocalStack;
  readonly folder: string;
  /** Runs one command line with a job's variables, and nothing of this process's own; `later` milliseconds from now. */
  sluice(argv: readonly string[], env: Env, later?: number): Promise<Performed>;
  /** Builds the example image under a tag; `build` makes one image differ from the next. */
  build(reference: string, build: string): Promise<string>;
  gitlabJob(variables?: Env): Env;
  githubJob(variables?: Env): Env;
  write(name: string, text: string): Promise<string>;
  repository(reference: string): Repository;
  close(): Promise<void>;
}

const EXAMPLE = join(import.meta.dirname, '../../../../examples/hello/site');

export async function setStage(io: Io, folder: string): Promise<Stage> {
  await mkdir(folder, { recursive: true });
  const stack = await startLocal({ now: io.now });
  const files = await writeTrustFiles(stack, folder);
  const session = createSession();
  const trust = { SLUICE_TRUSTED_ROOT: files.trustedRoot, SLUICE_SIGNING_CONFIG: files.signingConfig, HOME: folder };
  const content = await contentFolder(folder);

  const sluice: Stage['sluice'] = async (argv, env, later = 0) => {
    const now = () => new Date(io.now().getTime() + later);
    const captured = capturedIo(env, { now, signal: io.signal });
    const exit = await runCli(argv, captured);
    return { line: `sluice ${argv.map(shown).join(' ')}`, exit, out: captured.out(), err: captured.err() };
  };
  return {
    stack,
    folder,
    sluice,
    async build(reference, build) {
      const { out, err, exit } = await sluice(
        ['image', 'append', '--quiet', '--label', `build=${build}`, content, reference],
        {},
      );
      if (exit !== 0) throw new Error(`The example image could not be built: ${err}`);
      return out.trim();
    },
    gitlabJob: (variables = {}) => ({
      ...gitlabVariables(variables),
      ...trust,
      SLUICE_OIDC_ISSUER: stack.oidc.gitlab.url,
      SIGSTORE_ID_TOKEN: stack.oidc.mintGitLabToken({}, variables),
    }),
    githubJob: (variables = {}) => ({
      ...githubVariables(variables),
      ...trust,
      SLUICE_OIDC_ISSUER: stack.oidc.github.url,
      ...stack.oidc.githubTokenRequest(variables),
    }),
    async write(name, text) {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    },
    repository: (reference) => openRepository(session, parseReference(reference)),
    async close() {
      session.close();
      await stack.close();
    },
  };
}

/** The example of the checkout, or the same page written afresh where sluice was installed without it. */
async function contentFolder(folder: string): Promise<string> {
  if (existsSync(EXAMPLE)) return EXAMPLE;
  const site = join(folder, 'site');
  await mkdir(site, { recursive: true });
  await writeFile(join(site, 'index.html'), '<!doctype html><p>Built, secured, validated, promoted.</p>\n');
  return site;
}

/** An argument as a person would type it. */
function shown(argument: string): string {
  return /^[\w./:@=-]+$/.test(argument) ? argument : `'${argument}'`;
}
