// SPDX-License-Identifier: Apache-2.0
import type { PolicyFile } from '../src/index.ts';

/** The module that carries the rules, so that a bundle of sluice holds them and reads no file. */
export function bundleOf(files: readonly PolicyFile[]): string {
  const members = files.map(({ path, text }) => `  '${path}': \`${escaped(text)}\`,\n`);
  return `// SPDX-License-Identifier: Apache-2.0
// Table: the Rego files under rego/, by path. Written by scripts/generate.ts; edit the rules and run it again.

export const ciTexts: Readonly<Record<string, string>> = {
${members.join('')}};
`;
}

function escaped(text: string): string {
  return text.replace(/[\\`]|\$(?=\{)/g, '\\$&');
}
