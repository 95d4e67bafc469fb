// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundedMarkdown, maxSummaryBytes } from './summary.ts';

test('a summary of 2 MB is cut to what GitHub keeps, and says where the rest is', () => {
  const report = `## ✅ Passed\n\n${'| a row of the table | é |\n'.repeat(80_000)}`;
  const cut = boundedMarkdown(report, maxSummaryBytes, 'The output "report-markdown" names the whole report.');
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(maxSummaryBytes);
  expect(cut).toContain('## ✅ Passed');
  expect(cut).toContain('The output "report-markdown" names the whole report.');
});

test('a short summary is left as it is', () => {
  expect(boundedMarkdown('short', 100, '')).toBe('short');
});

test('what the cut leaves open is closed, so that the rest of the page keeps its shape', () => {
  const open = `<details><summary>x</summary>\n\n\`\`\`mermaid\n${'a --> b\n'.repeat(500)}`;
  const cut = boundedMarkdown(open, 1000, '');
  expect(cut.match(/^```/gm)).toHaveLength(2);
  expect(cut).toContain('</details>');
});

test('whatever the text is, the limit holds', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 3000 }),
      fc.integer({ min: 400, max: 2000 }),
      (text, limit) => {
        expect(Buffer.byteLength(boundedMarkdown(text.replaceAll('<details>', ''), limit, 'rest'))).toBeLessThanOrEqual(
          limit,
        );
      },
    ),
  );
});
