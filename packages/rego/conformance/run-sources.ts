// SPDX-License-Identifier: Apache-2.0
import { compareSources, readSources } from './sources.ts';

/**
 * Holds the parser and the checks of the compiler to OPA's word on a file of sources:
 * `SLUICE_REGO_SOURCES=file node conformance/run-sources.ts`. Without a file, on the sample of the tests.
 */
function main(): void {
  const file = process.env['SLUICE_REGO_SOURCES'] ?? new URL('../test/data/sources.json', import.meta.url);
  const sources = readSources(file);
  const { compared, mismatches } = compareSources(sources);
  for (const { index, version, phase, reason } of mismatches) {
    console.log(`FAIL source ${index} as ${version}, ${phase}\n  ${reason.slice(0, 600)}`);
  }
  for (const phase of ['parse', 'compile', 'strict'] as const) {
    console.log(`${phase}: ${mismatches.filter((mismatch) => mismatch.phase === phase).length} differ`);
  }
  const differing = new Set(mismatches.map(({ index }) => index)).size;
  const score = (sources.length - differing).toLocaleString('en-US');
  const answers = compared.toLocaleString('en-US');
  console.log(`${score} of ${sources.length.toLocaleString('en-US')} sources, ${answers} answers compared`);
  process.exitCode = mismatches.length > 0 ? 1 : 0;
}

main();
