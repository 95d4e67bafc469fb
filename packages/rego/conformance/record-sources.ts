// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpaAnswer, OpaFinding, OpaSource } from './sources.ts';

/**
 * Asks the `opa` on the path what it says of each module in test/sources, and writes test/data/sources.json. Run by
 * hand when a module is added: `node conformance/record-sources.ts`.
 */
function main(): void {
  const folder = new URL('../test/sources/', import.meta.url);
  const work = mkdtempSync(join(tmpdir(), 'rego-sources-'));
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.rego'))
    .sort()
    .map((name): OpaSource => {
      const source = readFileSync(new URL(name, folder), 'utf8');
      writeFileSync(join(work, 'test.rego'), source);
      return { source, v0: ask(work, ['--v0-compatible']), v1: ask(work, []) };
    });
  rmSync(work, { recursive: true });
  writeFileSync(new URL('../test/data/sources.json', import.meta.url), `${JSON.stringify(sources, undefined, 1)}\n`);
}

function ask(folder: string, flags: readonly string[]): OpaAnswer {
  const parsed: unknown = JSON.parse(opa(folder, ['parse', ...flags, '--format', 'json', 'test.rego']));
  const compile = findings(opa(folder, ['check', ...flags, '--format', 'json', 'test.rego']));
  if (hasErrors(parsed)) return { parse: compile };
  const known = new Set(compile.map((finding) => JSON.stringify(finding)));
  const strict = findings(opa(folder, ['check', ...flags, '--strict', '--format', 'json', 'test.rego']));
  return { ast: parsed, compile, strict: strict.filter((finding) => !known.has(JSON.stringify(finding))) };
}

function hasErrors(document: unknown): document is { readonly errors: unknown } {
  return typeof document === 'object' && document !== null && 'errors' in document;
}

function findings(text: string): readonly OpaFinding[] {
  const document: unknown = text.trim() === '' ? {} : JSON.parse(text);
  if (!hasErrors(document) || !Array.isArray(document.errors)) return [];
  return document.errors.map(({ code, message, location }) => ({
    code,
    row: location?.row ?? 0,
    col: location?.col ?? 0,
    message,
  }));
}

function opa(folder: string, args: readonly string[]): string {
  try {
    return execFileSync('opa', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    // A module with errors ends with a status; what it says is on one of the two streams.
    if (!(error instanceof Error) || !('stdout' in error) || !('stderr' in error)) throw error;
    return String(error.stdout) || String(error.stderr);
  }
}

main();
