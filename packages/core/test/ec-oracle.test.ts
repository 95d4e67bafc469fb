// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { oracleAnswer, oracleCases, oracleOutcomes } from './support/ec-oracle.ts';

// A sample of the answers of Conforma's own evaluator; `node interop/ec-oracle.ts` asks for all of them.
const folder = join(import.meta.dirname, 'data', 'ec-oracle');

describe("as Conforma's evaluator", () => {
  test.each(oracleCases(folder).map((one) => [one.note, one] as const))('%s', async (_note, one) => {
    const answer = oracleAnswer(folder, one);
    if (one.error !== undefined) return expect(answer).rejects.toThrow();
    expect(await answer).toEqual(oracleOutcomes(one));
  });
});
