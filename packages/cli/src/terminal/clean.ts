// SPDX-License-Identifier: Apache-2.0

/**
 * Text from outside made safe for a terminal and a CI log: control characters are shown, not obeyed, and a line
 * cannot start a workflow command (`::set-output …`, GitHub's "Workflow commands").
 */
export function clean(text: string): string {
  return text
    .replaceAll(/(?![\n\t])\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replaceAll(/^(\s*)::/gm, '$1: :')
    .replaceAll(/^(\s*)##\[/gm, '$1# #[');
}
