// SPDX-License-Identifier: Apache-2.0
import type { Rule } from './ast.ts';
import { isReservedWord } from './token.ts';

/** What v1 asks of a rule beyond its grammar, its `else` branches included; each finding with its offset. */
export function checkV1Rule(rule: Rule): readonly (readonly [at: number, message: string])[] {
  const findings: (readonly [number, string])[] = [];
  for (let branch: Rule | undefined = rule; branch; branch = branch.else) {
    for (const message of checkBranch(branch)) findings.push([branch.at, message]);
  }
  return findings;
}

function checkBranch({ head, generatedBody, default: isDefault }: Rule): readonly string[] {
  const what = head.args && head.args.length > 0 ? 'function' : 'rule';
  const messages: string[] = [];
  if (head.ref.path.length === 0 && isReservedWord(head.name, 'v1')) {
    messages.push(`${head.name} keyword cannot be used for rule name`);
  }
  if (generatedBody && head.generatedValue) messages.push(`${what} must have value assignment and/or body declaration`);
  if (!generatedBody && !head.usesIf && !isDefault) messages.push(`\`if\` keyword is required before ${what} body`);
  if (!head.value && head.key && !head.usesContains) {
    messages.push('`contains` keyword is required for partial set rules');
  }
  return messages;
}
