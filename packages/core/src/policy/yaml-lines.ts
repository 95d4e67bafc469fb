// SPDX-License-Identifier: Apache-2.0
import { readYaml, YamlError, type YamlNode } from '@sluice/rego/yaml';
import { keyText, Unsayable } from './yaml-scalar.ts';
import { reading } from './yaml11.ts';

/**
 * The line (from 1) on which the member of a YAML or JSON text stands that a path such as `['sources', 0, 'polcy']`
 * leads to: behind an alias it is the line at its anchor. Undefined where the text has no such member (it came in by a
 * merge).
 */
export function lineOf(text: string, path: readonly (string | number)[]): number | undefined {
  let place = rootOf(text);
  let value = place;
  for (const step of path) {
    if (value?.kind === 'mapping') {
      const entry = value.entries.findLast(([key]) => nameOf(key) === String(step));
      [place, value] = entry ?? [];
    } else if (value?.kind === 'sequence' && typeof step === 'number') {
      value = value.items[step];
      place = value;
    } else return undefined;
  }
  return place?.line;
}

/** JSON may hold what YAML may not: a control character, a lone surrogate. Then no line is known. */
function rootOf(text: string): YamlNode | undefined {
  try {
    return readYaml(text, reading);
  } catch (error) {
    if (error instanceof YamlError) return undefined;
    throw error;
  }
}

function nameOf(key: YamlNode): string | undefined {
  try {
    return keyText(key);
  } catch (error) {
    if (error instanceof Unsayable) return undefined;
    throw error;
  }
}
