// SPDX-License-Identifier: Apache-2.0
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { CompiledPolicy, EvaluatedInput } from '../policy/evaluator.ts';
import { compareText, ExactNumber, type Json, parseExactJson } from '../policy/exact-json.ts';
import type { Instant } from '../policy/instant.ts';
import { codeOf, type Result, termsOf } from '../policy/result.ts';
import type { PolicySpec } from '../policy/spec.ts';
import { throughFloats } from '../policy/through-floats.ts';
import { parseYaml11Stream } from '../policy/yaml11.ts';
import type { FileReport, InputReport } from '../report/report.ts';

/** What files are judged by. */
export interface FileJudge {
  readonly evaluator: CompiledPolicy;
  /** As it is reported: ec reports the sources of files as they are written, not pinned. */
  readonly policy: PolicySpec;
  readonly at: Instant;
  readonly version: string;
}

export interface ValidateFilesOptions extends FileJudge {
  /** Files, folders, or JSON or YAML text. */
  readonly inputs: readonly string[];
  readonly workingFolder: string;
}

/** Files that are larger say nothing a policy asks about. */
const maxFileBytes = 64 * 1024 * 1024;

/** Validates JSON, YAML or TOML files by the rules of a policy; nothing is verified. */
export async function validateFiles(ctx: StepContext, options: ValidateFilesOptions): Promise<InputReport> {
  const inputs = [...new Set(options.inputs)].filter((input) => input.trim() !== '');
  if (inputs.length === 0) throw new SluiceError('usage', 'No file is given; name at least one to validate.');
  refuseNoSources(options.policy);
  const files: FileReport[] = [];
  for (const input of inputs) files.push(await judge(options, input, await readInput(input, options.workingFolder)));
  files.sort((a, b) => compareText(b.filepath, a.filepath));
  return reportOf(ctx, options, files);
}

/** A document that came without a file: its text, and the extension that says how it is read. */
export interface InputDocument {
  readonly text: string;
  readonly extension: '.json' | '.yaml';
}

/** Reads such a document as a file of that extension is read. */
export async function parseDocument({ text, extension }: InputDocument): Promise<EvaluatedInput> {
  const content = throughFloats(await parseText(text, 'the document', extension));
  return { filename: 'input', content, file: { name: `input${extension}`, dir: '' } };
}

/** Validates one document that came without a file. */
export async function validateDocument(
  ctx: StepContext,
  options: FileJudge,
  document: EvaluatedInput,
): Promise<InputReport> {
  return reportOf(ctx, options, [await judge(options, 'input', [document])]);
}

/** Refuses a policy by which every file would pass. */
export function refuseNoSources({ sources = [] }: PolicySpec): void {
  if (sources.length > 0) return;
  throw new SluiceError(
    'configuration',
    'The policy should name sources, but names none; a gate that checks nothing must not pass.',
  );
}

function reportOf(ctx: StepContext, options: FileJudge, files: readonly FileReport[]): InputReport {
  return {
    kind: 'input',
    success: files.every(({ success }) => success),
    created: ctx.now(),
    files,
    policy: options.policy,
    version: options.version,
    effectiveTime: options.at,
    notes: options.evaluator.notes ?? [],
  };
}

async function judge(options: FileJudge, input: string, documents: readonly EvaluatedInput[]): Promise<FileReport> {
  const outcomes = await options.evaluator.evaluateInputs(documents, { ref: '', component: '' }, options.at);
  const violations = sorted(outcomes.flatMap(({ failures }) => failures));
  return {
    filepath: input,
    success: violations.length === 0,
    violations,
    warnings: sorted(outcomes.flatMap(({ warnings }) => warnings)),
    successes: sorted(outcomes.flatMap(({ successes }) => successes)),
  };
}

function sorted(results: readonly Result[]): Result[] {
  return results.toSorted(
    (a, b) =>
      compareText(codeOf(a), codeOf(b)) ||
      compareText(termsOf(a)[0] ?? '', termsOf(b)[0] ?? '') ||
      compareText(a.msg, b.msg),
  );
}

async function readInput(input: string, workingFolder: string): Promise<EvaluatedInput[]> {
  if (isText(input)) return [{ filename: '', content: throughFloats(await parseText(input, 'the input', '.yaml')) }];
  const path = resolve(workingFolder, input);
  const info = await stat(path).catch((cause: unknown) => {
    throw new SluiceError('file', `The input "${input}" cannot be read; name a file that exists, or give its text.`, {
      cause,
    });
  });
  if (!info.isDirectory()) return [await readOne(path, input)];
  const names = (await readdir(path, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  if (names.length === 0) throw new SluiceError('file', `The folder "${input}" should hold files, but holds none.`);
  return Promise.all(names.sort(compareText).map((name) => readOne(join(path, name), join(input, name))));
}

/** JSON, or YAML with a mapping at its top; a bare word would be YAML too. */
function isText(input: string): boolean {
  return /^\s*[[{]/.test(input) || /^[^\n]*:\s/.test(input) || input.includes('\n');
}

async function readOne(path: string, shown: string): Promise<EvaluatedInput> {
  const bytes = await readFile(path);
  if (bytes.length > maxFileBytes)
    throw new SluiceError(
      'file',
      `The input "${shown}" should have at most ${maxFileBytes} bytes, but has ${bytes.length}.`,
    );
  const extension = /\.[^./]+$/.exec(path)?.[0].toLowerCase() ?? '';
  const content = throughFloats(await parseText(bytes.toString('utf8'), shown, extension));
  return { filename: shown, content, file: { name: basename(path), dir: dirname(path) } };
}

/** By its extension, as conftest chooses: JSON, YAML and TOML; several YAML documents are a list. */
async function parseText(text: string, name: string, extension: string): Promise<Json> {
  if (extension === '.json') return parseJson(text, name);
  if (extension === '.toml') return parseToml(text, name);
  if (extension === '.yaml' || extension === '.yml' || extension === '') {
    const documents = parseYaml11Stream(text, name, { lastKeyWins: true });
    return documents.length === 1 ? (documents[0] ?? null) : documents;
  }
  throw new SluiceError(
    'configuration',
    `The input "${name}" should be .json, .yaml, .yml or .toml; files ending in ${extension} are not read.`,
  );
}

async function parseToml(text: string, name: string): Promise<Json> {
  const { parse } = await import('smol-toml');
  try {
    return parseExactJson(JSON.stringify(parse(text, { integersAsBigInt: 'asNeeded' }), bigintText));
  } catch (cause) {
    const found = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : 'something else';
    throw new SluiceError('configuration', `The input "${name}" should be TOML, but is not: ${found}.`, { cause });
  }
}

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? new ExactNumber(String(value)) : value;
}

function parseJson(text: string, name: string): Json {
  try {
    return parseExactJson(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : 'something else';
    throw new SluiceError('configuration', `The input "${name}" should be JSON, but is not: ${found}.`, { cause });
  }
}
