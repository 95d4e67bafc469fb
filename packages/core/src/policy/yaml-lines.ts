// SPDX-License-Identifier: Apache-2.0
import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/**
 * The line (from 1) on which the member of a YAML or JSON text stands that a path such as `['sources', 0, 'polcy']`
 * leads to; undefined where the text has no such member (it came in by an alias or a merge).
 */
export function lineOf(text: string, path: readonly (string | number)[]): number | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.1', lineCounter: lines, uniqueKeys: false, logLevel: 'silent' });
  let place: Node | null | undefined = document.contents;
  let value: unknown = document.contents;
  for (const step of path) {
    if (isMap(value)) {
      const pair = value.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      place = isNode(pair?.key) ? pair.key : undefined;
      value = pair?.value;
    } else if (isSeq(value) && typeof step === 'number') {
      value = value.items[step];
      place = isNode(value) ? value : undefined;
    } else return undefined;
  }
  return place?.range ? lines.linePos(place.range[0]).line : undefined;
}
