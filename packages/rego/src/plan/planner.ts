// SPDX-License-Identifier: Apache-2.0
import type { Implementation } from '../builtins/builtin.ts';
import type { BuiltinFacts } from '../compiler/check-with.ts';
import { type ModuleSet, pathReference, type RuleEntry, type RuleNode } from '../compiler/module-set.ts';
import type { FunctionType } from '../compiler/types.ts';
import type { Run } from '../eval/run.ts';
import type { Source } from '../location.ts';
import { spansOfTerms } from '../parse.ts';
import type { TermSpans } from '../syntax/term-spans.ts';
import type { Value } from '../value/value.ts';
import type { NodePlan } from './once.ts';
import { planLinks } from './plan-body.ts';
import { planDataGetter } from './plan-data.ts';
import { planNode } from './plan-node.ts';
import { planRefGetter } from './plan-ref.ts';
import { type InsidePlans, newScope } from './scope.ts';

/** A built-in function that can be called. */
export interface Callable extends BuiltinFacts {
  readonly name: string;
  readonly type: FunctionType;
  readonly run: Implementation;
}

/** Plans rules when they are first needed: a run of one policy touches a part of its library only. */
export class Planner {
  readonly set: ModuleSet;
  readonly builtins: ReadonlyMap<string, Callable>;
  /** Plans tell which expressions they reach. */
  readonly watch: boolean;
  readonly inside: InsidePlans = { links: planLinks, reference: planRefGetter };
  readonly #prepare: (entry: RuleEntry) => void;
  readonly #spans = new Map<Source, TermSpans>();
  readonly #plans: (NodePlan | undefined)[] = [];
  readonly #paths = new Map<string, (run: Run) => Value | undefined>();

  constructor(
    set: ModuleSet,
    builtins: ReadonlyMap<string, Callable>,
    prepare: (entry: RuleEntry) => void,
    watch = false,
  ) {
    this.set = set;
    this.builtins = builtins;
    this.#prepare = prepare;
    this.watch = watch;
  }

  plan(node: RuleNode): NodePlan {
    const known = this.#plans[node.id];
    if (known) return known;
    const made = planNode(node, this);
    this.#plans[node.id] = made;
    return made;
  }

  /** What lies at a path of data, such as `['main', 'deny']`: rules, base data or both. */
  valueAt(path: readonly string[]): (run: Run) => Value | undefined {
    const key = JSON.stringify(path);
    const known = this.#paths.get(key);
    if (known) return known;
    const get = planDataGetter(pathReference(['data', ...path]), newScope(this, { file: '', text: '' }));
    const made = (run: Run): Value | undefined => get(run, []);
    this.#paths.set(key, made);
    return made;
  }

  /** Where the terms of a module end; a module is read again for it. */
  spansOf(source: Source): TermSpans {
    const known = this.#spans.get(source);
    if (known) return known;
    const module = this.set.modules.find((candidate) => candidate.source === source);
    const spans: TermSpans = module ? spansOfTerms(module) : new Map();
    this.#spans.set(source, spans);
    return spans;
  }

  /** Brings a rule into the form that can be planned. */
  prepare(entry: RuleEntry): void {
    this.#prepare(entry);
  }
}
