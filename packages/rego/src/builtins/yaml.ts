// SPDX-License-Identifier: Apache-2.0
import { doubleText, parseNumber, toBigInt, toDouble } from '../value/number.ts';
import { objectOf } from '../value/object.ts';
import { isNumber, type Value } from '../value/value.ts';
import { YamlError, type YamlNode, type YamlScalar } from '../yaml/node.ts';
import { readYamlStream } from '../yaml/read.ts';
import { mergedEntries, resolveScalar } from '../yaml/resolve.ts';
import { type BuiltinContext, BuiltinError, type Family } from './builtin.ts';
import { any, string, unary } from './operands.ts';
import { writeYaml } from './yaml-write.ts';

export const yaml: Family = {
  'yaml.marshal': unary(any, (value, context) => {
    const text = writeYaml(value);
    context.tick(text.length >> 2);
    return text;
  }),
  'yaml.unmarshal': unary(string, unmarshal),
  'yaml.is_valid': unary(any, (text, context) => typeof text === 'string' && isYaml(text, context)),
};

function isYaml(text: string, context: BuiltinContext): boolean {
  try {
    unmarshal(text, context);
    return true;
  } catch (error) {
    if (error instanceof BuiltinError) return false;
    throw error;
  }
}

/** The value of the first document; the others must be YAML all the same. */
function unmarshal(text: string, context: BuiltinContext): Value {
  context.tick(text.length >> 1);
  if (!text.isWellFormed()) throw new BuiltinError('yaml: invalid leading UTF-8 octet');
  try {
    const [node] = readYamlStream(text);
    return node ? nodeValue(node) : null;
  } catch (error) {
    if (error instanceof YamlError) throw new BuiltinError(error.message, 'eval_builtin_error', error);
    throw error;
  }
}

function nodeValue(node: YamlNode): Value {
  switch (node.kind) {
    case 'scalar':
      return scalarValue(node);
    case 'sequence':
      return node.items.map(nodeValue);
    case 'mapping':
      return objectOf(mergedEntries(node).map(([key, value]) => [keyText(key), nodeValue(value)] as const));
  }
}

/** Dates stay text, as in JSON; numbers that are no 64-bit integers are doubles. */
function scalarValue(node: YamlScalar): Value {
  const { tag, value } = resolveScalar(node);
  if (tag === '!!timestamp' || tag === '!!merge') return node.text;
  if (tag === '!!str' && node.plain && /^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/.test(node.text)) {
    throw new BuiltinError(`json: unsupported value: ${infinity(node.text)}`);
  }
  if (!isNumber(value)) return value;
  const integer = tag === '!!int' ? toBigInt(value) : undefined;
  const fits = integer !== undefined && integer >= -(2n ** 63n) && integer < 2n ** 64n;
  return fits ? value : parseNumber(String(toDouble(value)));
}

function infinity(text: string): string {
  if (/nan/i.test(text)) return 'NaN';
  return text.startsWith('-') ? '-Inf' : '+Inf';
}

/** A key as JSON's text for it. */
function keyText(node: YamlNode): string {
  const value = node.kind === 'scalar' ? scalarValue(node) : undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  // Go writes such a key with the digits a 32-bit float has.
  if (value !== undefined && isNumber(value)) return doubleText(Math.fround(toDouble(value)));
  throw new BuiltinError('unsupported map key');
}
