// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import { parseExactJson } from '../policy/exact-json.ts';
import type { Problems } from '../provenance/shape.ts';
import { checkSlsaV1Predicate } from '../provenance/slsa-v1.ts';
import { checkSlsaV02Predicate } from '../provenance/slsa-v02.ts';
import { cosignCustomPredicateType, predicateTypeOf, slsaProvenanceV1, slsaProvenanceV02 } from './predicate-types.ts';

/** A predicate with the type under which it is signed. */
export interface TypedPredicate {
  readonly predicateType: string;
  readonly predicate: unknown;
}

const checks: ReadonlyMap<string, (predicate: unknown) => Problems> = new Map([
  [slsaProvenanceV1, checkSlsaV1Predicate],
  [slsaProvenanceV02, checkSlsaV02Predicate],
]);

/**
 * Reads a predicate file. Numbers keep every digit they were written with; SLSA provenance is checked against its schema;
 * the type `custom` takes any text, wrapped as cosign wraps it.
 *
 * @throws SluiceError `usage` when the text is no JSON object or does not fit its type.
 */
export function readPredicate(text: string, nameOrUri: string, now: Date): TypedPredicate {
  const predicateType = predicateTypeOf(nameOrUri);
  if (predicateType === cosignCustomPredicateType) {
    return { predicateType, predicate: { Data: text, Timestamp: `${now.toISOString().slice(0, 19)}Z` } };
  }
  const predicate = parseObject(text, predicateType);
  const problems = checks.get(predicateType)?.(predicate) ?? [];
  if (problems.length === 0) return { predicateType, predicate };
  throw new SluiceError('usage', `The predicate is no valid ${predicateType}: ${problems.slice(0, 5).join('; ')}.`);
}

function parseObject(text: string, predicateType: string): unknown {
  let value: unknown;
  try {
    value = parseExactJson(text);
  } catch (cause) {
    const where = cause instanceof Error ? ` (${cause.message.slice(0, 120)})` : '';
    throw new SluiceError(
      'usage',
      `Expected a predicate of type ${predicateType} as JSON, found text that is not${where}.`,
    );
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new SluiceError(
    'usage',
    `Expected a JSON object as predicate of type ${predicateType}, found ${JSON.stringify(value)?.slice(0, 60)}.`,
  );
}
