// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { compareSources, readSources } from '../conformance/sources.ts';

/**
 * OPA's word on whole modules: the same syntax tree, the same codes at the same rows. The sample was recorded by
 * conformance/record-sources.ts; a larger file is taken from SLUICE_REGO_SOURCES.
 */
describe('modules as OPA reads and checks them', () => {
  it('agree on trees, verdicts, codes and rows of the sample', () => {
    const sources = readSources(new URL('data/sources.json', import.meta.url));
    const { compared, mismatches } = compareSources(sources);
    expect(mismatches).toEqual([]);
    expect(compared).toBeGreaterThan(50);
  });

  const file = process.env['SLUICE_REGO_SOURCES'];
  if (file !== undefined) {
    it('agree on every source of the given file', () => {
      const { mismatches } = compareSources(readSources(file));
      expect(mismatches).toEqual([]);
    });
  }

  it('notices a module that OPA refuses and we accept', () => {
    const refused = { code: 'rego_parse_error', row: 1, col: 1, message: 'no' };
    const { mismatches } = compareSources([{ source: 'package a\n\np := 1\n', v1: { parse: [refused] } }]);
    expect(mismatches).toHaveLength(1);
  });
});
