// SPDX-License-Identifier: Apache-2.0
import type { Ref, Term } from '../syntax/ast.ts';
import type { LocalNames } from './terms.ts';

/** A reference with its variables called as they were written. */
export function writtenRef(ref: Ref, names: LocalNames): Ref {
  const written = (term: Term): Term => {
    switch (term.kind) {
      case 'var': {
        const stands = names.standsFor.get(term.name);
        return stands ? written(stands) : { ...term, name: names.original.get(term.name) ?? term.name };
      }
      case 'ref':
        return writtenRef(term, names);
      case 'call':
        return { ...term, operator: writtenRef(term.operator, names), args: term.args.map(written) };
      case 'array':
        return { ...term, items: term.items.map(written) };
      default:
        return term;
    }
  };
  return { ...ref, head: written(ref.head), path: ref.path.map(written) };
}
