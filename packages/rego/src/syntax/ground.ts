// SPDX-License-Identifier: Apache-2.0
import type { Term } from './ast.ts';

/** Whether a term holds no variable. A reference counts as its path: `data.a` is ground, `data.a[x]` is not. */
export function isGround(term: Term): boolean {
  switch (term.kind) {
    case 'constant':
      return true;
    case 'ref':
      return term.path.every(isGround);
    case 'call':
      return isGround(term.operator) && term.args.every(isGround);
    case 'array':
    case 'set':
      return term.items.every(isGround);
    case 'object':
      return term.entries.every(([key, value]) => isGround(key) && isGround(value));
    default:
      return false;
  }
}
