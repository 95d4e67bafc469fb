// SPDX-License-Identifier: Apache-2.0
import type { RegoObject } from '../value/object.ts';
import type { ValueTable } from '../value/table.ts';
import type { Value } from '../value/value.ts';
import { Look } from './look.ts';
import type { Settled } from './settled.ts';

/** A rule that was computed and has no value. */
export interface Absent {
  readonly kind: 'absent';
}

export const absent: Absent = Object.freeze({ kind: 'absent' });

/** Marks a rule whose value is being computed: only a rule that needs itself can see it. */
export const computing: Absent = Object.freeze({ kind: 'absent' });

export function isAbsent(value: Value | Absent): value is Absent {
  return value === absent || value === computing;
}

/** What a table keeps of a result; null is a value like any other. */
export function orAbsent(value: Value | undefined): Value | Absent {
  return value === undefined ? absent : value;
}

/** What a call is replaced with by `with`. */
export type Replacement =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'function'; readonly name: string };

export interface ScopeDocuments {
  readonly input: Scope['input'];
  readonly data: Scope['data'];
  readonly masked?: Scope['masked'];
  readonly replacements?: Scope['replacements'];
  readonly outer?: Scope['outer'];
  readonly settled?: Scope['settled'];
}

/** The documents as one `with` (or none) shows them, and what was computed from them. */
export class Scope {
  /** The scope a `with` has changed. */
  readonly outer: Scope | undefined;
  readonly input: Value | undefined;
  /** The base document. */
  readonly data: RegoObject;
  /** Numbers of the nodes whose rules `with` has replaced by base data. */
  readonly masked: ReadonlySet<number> | undefined;
  /** By dotted name. */
  readonly replacements: ReadonlyMap<string, Replacement> | undefined;
  /** By node: the value of a rule, computed once. */
  readonly values: (Value | Absent | undefined)[] = [];
  /** By node: results of a function by arguments, members of a partial object by keys. */
  readonly tables: (ValueTable<Value | Absent> | undefined)[] = [];
  /** By node: what its value and its results needed, as bits of {@link Look}. */
  readonly looks: number[] = [];
  /** Results that lack an answer and are good for this round only. */
  unansweredTables: (ValueTable<Value | Absent> | undefined)[] = [];
  /** What holds for every evaluation over this data at this time; undefined where a `with` has changed the documents. */
  readonly settled: Settled | undefined;
  #unreplaced: Scope | undefined;

  constructor(documents: ScopeDocuments) {
    this.outer = documents.outer;
    this.input = documents.input;
    this.data = documents.data;
    this.masked = documents.masked;
    this.replacements = documents.replacements;
    this.settled = documents.settled;
  }

  /** Keeps what the next round would compute again in the same way. */
  forgetUnanswered(): void {
    this.looks.forEach((looks, node) => {
      if ((looks & Look.unanswered) === 0) return;
      this.values[node] = undefined;
      this.looks[node] = looks & ~Look.unanswered;
    });
    this.unansweredTables = [];
  }

  /** The same documents with every function itself again: inside a replacing function nothing is replaced. */
  unreplaced(): Scope {
    if (!this.replacements) return this;
    const { input, data, masked, outer } = this;
    this.#unreplaced ??= new Scope({ input, data, masked, outer });
    return this.#unreplaced;
  }
}
