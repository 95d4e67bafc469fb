// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';

/** One run of ec as it was recorded. */
export interface CorpusCase {
  readonly id: string;
  readonly argv: readonly string[];
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly files: Readonly<Record<string, string>>;
  /** What differs with ec's other engine (`EC_USE_OPA=1`). */
  readonly opa?: Partial<Pick<CorpusCase, 'exit' | 'stdout' | 'stderr' | 'files'>>;
}

/** The same run of ours. */
export interface CorpusRun {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly files: Readonly<Record<string, string>>;
}

/** What the corpus says of its answers: times, folders and the effective time "now" are replaced. */
export function normalised(text: string, folder: string): string {
  return text
    .replaceAll(folder, '<CWD>')
    .replace(/"timestamp":"\d+"/g, '"timestamp":"<TIMESTAMP>"')
    .replace(/"timestamp":"20\d\d-\d\d-\d\dT[^"]*"/g, '"timestamp":"<TIME>"')
    .replace(/\| Time \| 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d \|/g, '| Time | <TIME> |')
    .replace(/timestamp="20\d\d[^"]*"/g, 'timestamp="<TIME>"')
    .replace(/(effective-time"?: ?"?)20\d\d-\d\d-\d\dT[0-9:]+\.\d{1,9}Z(?<!00\.123456789Z)/g, '$1<NOW>')
    .replace(/when (?!1780272)\d{13}(?!0{6})\d{6}\b/g, 'when <NOW_NS>')
    .replace(/when (?!1780272)\d{13}0{6}\b/g, 'when <NOW_NS>');
}

/** What is not the same; ec's answer with either of its engines will do. */
export function differencesOf(one: CorpusCase, run: CorpusRun): string[] {
  const plain = compare(one, run);
  if (plain.length === 0 || one.opa === undefined) return plain;
  const other = compare({ ...one, ...one.opa }, run);
  return other.length === 0 ? other : plain;
}

function compare(one: CorpusCase, run: CorpusRun): string[] {
  const differences: string[] = [];
  // ec has one exit code for all that went wrong; ours tell refused, misused and unreachable apart. Where ec came to a
  // verdict, ours is one too: 0 or 1 exactly.
  const verdict = one.stdout.trim() !== '' || Object.keys(one.files ?? {}).length > 0;
  if ((one.exit === 0) !== (run.exit === 0) || (verdict && run.exit > 1))
    differences.push(`exit: expected ${one.exit}, found ${run.exit} (${run.stderr.slice(0, 300)})`);
  const stdout = textDifference(one.stdout, run.stdout);
  if (stdout !== undefined) differences.push(`stdout: ${stdout}`);
  const names = new Set([...Object.keys(one.files ?? {}), ...Object.keys(run.files)]);
  for (const name of names) {
    const found = textDifference(one.files?.[name] ?? '', run.files[name] ?? '');
    if (found !== undefined) differences.push(`${name}: ${found}`);
  }
  return differences;
}

function textDifference(wanted: string, found: string): string | undefined {
  const [a, b] = [comparable(wanted), comparable(found)];
  if (isDeepStrictEqual(a, b)) return undefined;
  const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
  let at = 0;
  while (at < x.length && x[at] === y[at]) at++;
  const from = Math.max(0, at - 80);
  return `at ${at}\n      wanted …${x.slice(from, at + 160)}\n      found  …${y.slice(from, at + 160)}`;
}

/** JSON lines and YAML by what they say, other text as it is; without what the corpus says may be ignored. */
function comparable(text: string): unknown {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length > 0 && lines.every((line) => /^[{[]/.test(line))) {
    return lines.map((line) => ignoring(JSON.parse(line))).sort(byImage);
  }
  if (/^(components|ec-version|filepaths):/.test(text)) return ignoring(parse(text));
  return cutErrors(text.trimEnd());
}

/** Policy inputs come in the order in which ec's workers ended. */
function byImage(a: unknown, b: unknown): number {
  const [x, y] = [imageOf(a), imageOf(b)];
  return x === y ? 0 : x < y ? -1 : 1;
}

function imageOf(line: unknown): string {
  const image = typeof line === 'object' && line !== null && 'image' in line ? line.image : undefined;
  return typeof image === 'object' && image !== null && 'ref' in image ? String(image.ref) : '';
}

function ignoring(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ignoring);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]): [string, unknown] => [key, ignoring(member)]);
  const result: Record<string, unknown> = Object.fromEntries(members);
  if ('ec-version' in result) delete result['ec-version'];
  if ('ec_version' in result) delete result['ec_version'];
  if (result['effective-time'] === '<NOW>' || /\.\d+Z$/.test(String(result['effective-time'])))
    delete result['effective-time'];
  if (isBuiltin(result) && typeof result['msg'] === 'string') result['msg'] = upToColon(result['msg']);
  for (const [key, list] of members) {
    // The summary names messages by code.
    if (key.startsWith('builtin.') && Array.isArray(list)) result[key] = list.map((text) => upToColon(String(text)));
  }
  return result;
}

function isBuiltin(result: Record<string, unknown>): boolean {
  const metadata = result['metadata'];
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    'code' in metadata &&
    String(metadata.code).startsWith('builtin.')
  );
}

/** "The wrapped Go part of an error": what follows the first colon. */
function upToColon(text: string): string {
  const at = text.indexOf(':');
  return at < 0 ? text : text.slice(0, at);
}

/** The same in text and XML. */
function cutErrors(text: string): string {
  return text
    .replace(
      /(\] builtin\.[a-z_.]+\n(?: {2}ImageRef: [^\n]*\n)? {2}Reason: [^:]*):[\s\S]*?(?=\n\n| {2}(?:Title|Description|Solution):)/g,
      (_whole, head: string) => head.replace(/\s+/g, ' '),
    )
    .replace(/(="builtin\.[a-z_.]+: [^:"]*):[^"]*"/g, '$1"')
    .replace(/(message="(?:Image|No image)[^:"]*):[^"]*"/g, '$1"')
    .replace(/(<!\[CDATA\[(?:Image|No image)[^:\]]*):[\s\S]*?\]\]>/g, '$1]]>');
}
