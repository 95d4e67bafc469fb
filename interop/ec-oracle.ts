// SPDX-License-Identifier: Apache-2.0
// Holds policy evaluation against Conforma's own evaluator: `node interop/ec-oracle.ts [FOLDER]`. The folder (or the
// variable SLUICE_EC_ORACLE) holds cases.json with inputs and answers, and the policy and data they name.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type OracleCase, oracleAnswer, oracleCases, oracleOutcomes } from '../packages/core/test/support/ec-oracle.ts';

const folder = process.argv[2] ?? process.env['SLUICE_EC_ORACLE'] ?? '';
if (!existsSync(join(folder, 'cases.json'))) {
  console.error('Expected a folder with cases.json as argument or in SLUICE_EC_ORACLE, but found none.');
  process.exit(2);
}

const cases = oracleCases(folder);
const different: string[] = [];
for (const one of cases) {
  const complaint = await differenceOf(one);
  if (complaint !== undefined) different.push(`${one.note}: ${complaint}`);
}
for (const line of different) console.log(`different  ${line}`);
console.log(`same ${cases.length - different.length} of ${cases.length}`);
process.exit(different.length > 0 ? 1 : 0);

async function differenceOf(one: OracleCase): Promise<string | undefined> {
  const answer = await oracleAnswer(folder, one).catch((error: unknown) => ({ error }));
  if (one.error !== undefined) return 'error' in answer ? undefined : `expected the error "${one.error}"`;
  if ('error' in answer) return `unexpected ${answer.error instanceof Error ? answer.error.stack : answer.error}`;
  const wanted = oracleOutcomes(one);
  if (isDeepStrictEqual(answer, wanted)) return undefined;
  return `\n  found  ${JSON.stringify(answer)}\n  wanted ${JSON.stringify(wanted)}`;
}
