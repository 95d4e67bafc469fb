// SPDX-License-Identifier: Apache-2.0
import type { BuiltinContext } from './builtin.ts';
import { decodeUtf8, encodeUtf8, isAscii } from './text.ts';

/**
 * Replaces what Go's strings.Replacer replaces: at each position the first of the given texts that stands there,
 * without overlaps. An empty text stands before every byte and at the end.
 */
export function replaceAll(
  text: string,
  pairs: readonly (readonly [old: string, by: string])[],
  context: BuiltinContext,
): string {
  context.tick(text.length);
  const [only] = pairs;
  if (!only) return text;
  if (pairs.length === 1 && only[0] !== '') return charged(text.split(only[0]).join(only[1]), context);
  if (!isAscii(text) && pairs.some(([old]) => old === '')) return replaceBytes(text, pairs, context);
  return charged(replacePoints(text, pairs, context), context);
}

function charged(result: string, context: BuiltinContext): string {
  context.tick(result.length);
  return result;
}

/** An empty text stands between the bytes of one code point, too: a byte is made a character for this. */
function replaceBytes(text: string, pairs: readonly (readonly [string, string])[], context: BuiltinContext): string {
  const bytes = (of: string) => Buffer.from(encodeUtf8(of)).toString('latin1');
  const replaced = replacePoints(
    bytes(text),
    pairs.map(([old, by]) => [bytes(old), bytes(by)] as const),
    context,
  );
  return decodeUtf8(Buffer.from(replaced, 'latin1'));
}

function replacePoints(text: string, pairs: readonly (readonly [string, string])[], context: BuiltinContext): string {
  const byFirst = indexed(pairs);
  const empty = pairs.find(([old]) => old === '');
  const parts: string[] = [];
  let [at, last, wasEmpty] = [0, 0, false];
  while (at <= text.length) {
    context.tick(1);
    const found = matchAt(text, at, byFirst, wasEmpty ? undefined : empty, pairs);
    wasEmpty = found !== undefined && found[0] === '';
    if (found) {
      parts.push(text.slice(last, at), found[1]);
      at += found[0].length;
      last = at;
    } else at++;
  }
  parts.push(text.slice(last));
  return parts.join('');
}

type Pair = readonly [old: string, by: string];

function indexed(pairs: readonly Pair[]): ReadonlyMap<string, readonly Pair[]> {
  return Map.groupBy(
    pairs.filter(([old]) => old !== ''),
    ([old]) => old.charAt(0),
  );
}

/** The pair that comes first in the list among those that stand here. */
function matchAt(
  text: string,
  at: number,
  byFirst: ReadonlyMap<string, readonly Pair[]>,
  empty: Pair | undefined,
  pairs: readonly Pair[],
): Pair | undefined {
  const found = byFirst.get(text.charAt(at))?.find(([old]) => text.startsWith(old, at));
  if (!found || !empty) return found ?? empty;
  return pairs.indexOf(found) < pairs.indexOf(empty) ? found : empty;
}
