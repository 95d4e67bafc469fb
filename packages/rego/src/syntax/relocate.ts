// SPDX-License-Identifier: Apache-2.0
import type { Expr, Head, Term, With } from './ast.ts';

type Located = Expr | Head | Term | With;

/**
 * A copy of a node that is found somewhere else altogether: chained bodies and `else` are reported at their keyword.
 * Only the positions differ.
 */
export function moveTo<Node extends Located>(node: Node, at: number): Node {
  // A node is a plain object whose members are nodes, lists of them, or data without positions.
  return moved(node, at) as Node;
}

function moved(part: unknown, at: number): unknown {
  if (Array.isArray(part)) return part.map((item) => moved(item, at));
  if (!isNode(part)) return part;
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(part)) {
    copy[key] = part.kind === 'constant' && key === 'value' ? member : moved(member, at);
  }
  copy.at = at;
  return copy;
}

function isNode(part: unknown): part is { readonly kind: string; readonly at: number } {
  return typeof part === 'object' && part !== null && 'kind' in part && 'at' in part;
}
