// SPDX-License-Identifier: Apache-2.0
import type { BuiltinContext, Implementation } from './builtins/builtin.ts';
import { type Declaration, declarationOf, declaredNames, parseDeclaration } from './builtins/declaration.ts';
import { implementationOf } from './builtins/registry.ts';
import { metadataOf } from './compiler/annotation-set.ts';
import { buildModuleSet, type ModuleSet, type RuleEntry } from './compiler/module-set.ts';
import { type CompileContext, prepareRule, runStages, type Stage } from './compiler/stages.ts';
import { LocalNames } from './compiler/terms.ts';
import { separateTests } from './compiler/test-rules.ts';
import type { FunctionType } from './compiler/types.ts';
import { RegoError } from './error.ts';
import { type Ask, askHost } from './eval/host.ts';
import { type Passing, Settled } from './eval/settled.ts';
import { parseModule } from './parse.ts';
import { type Callable, Planner } from './plan/planner.ts';
import type { Module, Rule } from './syntax/ast.ts';
import type { RegoObject } from './value/object.ts';
import type { Value } from './value/value.ts';

/** A built-in function of the embedder. */
export interface CustomBuiltin {
  /**
   * Name and types in OPA's notation: `ec.oci.blob(ref: string) blob: string`. `@nondeterministic` and `@relation` may
   * follow.
   */
  readonly declaration: string;
  /** Computes the result at once. */
  readonly run?: (args: readonly Value[], context: BuiltinContext) => Value | undefined;
  /** What `run` computes depends on the arguments alone, so that what was found with it is kept; see `saveSettled`. */
  readonly pure?: boolean;
  /** Fetches the result; see `evaluateWithHost`. Exactly one of `run` and `ask` is given. */
  readonly ask?: Ask;
}

export interface PolicyOptions {
  readonly builtins?: readonly CustomBuiltin[];
  /** Names of built-in functions a policy must not use. */
  readonly without?: readonly string[];
  readonly strict: boolean;
  readonly print: boolean;
  readonly tests: boolean;
  readonly watch: boolean;
  readonly checked: boolean;
  readonly checks: readonly Stage[];
  /** A rule as an earlier compilation left it, by its place among all rules. */
  readonly prepared?: (index: number) => Rule | undefined;
}

const none: Passing = new Set();

/** Compiled modules. Made by `compile`; any number of evaluations may share one. */
export class Policy {
  readonly modules: readonly Module[];
  readonly set: ModuleSet;
  readonly planner: Planner;
  readonly context: CompileContext;
  readonly #prepare: (entry: RuleEntry) => void;
  readonly #settled = new WeakMap<RegoObject, Settled>();

  constructor(modules: readonly Module[], options: PolicyOptions) {
    this.modules = options.tests ? separateTests(modules) : modules;
    this.set = buildModuleSet(this.modules);
    const builtins = callables(options);
    const { set } = this;
    const metadata = metadataOf(set, annotated);
    const names = new LocalNames();
    this.context = {
      set,
      builtins,
      names,
      errors: [],
      deferred: [],
      strict: options.strict,
      print: options.print,
      tests: options.tests,
      metadata,
    };
    const prepared = new Set<RuleEntry>();
    if (!options.checked) {
      runStages(this.context, options.checks);
      for (const entry of set.entries) prepared.add(entry);
    }
    this.#prepare = (entry) => {
      if (prepared.has(entry)) return;
      prepared.add(entry);
      const known = options.prepared?.(entry.index);
      if (known) entry.rule = known;
      else prepareRule(entry, this.context);
    };
    this.planner = new Planner(set, builtins, this.#prepare, options.watch);
  }

  /**
   * What evaluations over a data document at one time have found out that depends on nothing else, for the next to begin
   * with. What lasts of it, documents that are `like` another but for passing members share with that one. Coverage wants
   * to see every rule at work, and gets nothing.
   */
  settledBy(data: RegoObject, now: bigint, passing: Passing = none, like?: RegoObject): Settled | undefined {
    if (this.planner.watch) return undefined;
    const known = this.#settled.get(data);
    if (known?.now === now) return known;
    const common = like === undefined || like === data ? undefined : this.settledBy(like, now, passing);
    const settled = known === undefined || common ? new Settled(now, passing, common) : known.at(now);
    this.#settled.set(data, settled);
    return settled;
  }

  /** Brings every rule into the form that is planned. */
  prepareAll(): void {
    for (const entry of this.set.entries) this.#prepare(entry);
  }
}

/** A rule that asks for its annotations gets them, whether or not the module was parsed with them. */
function annotated(module: Module): Module {
  const { source, annotations, comments } = module;
  if (annotations.length > 0 || comments.length === 0 || !source.text.includes('METADATA')) return module;
  const version = module.version === 'v0v1' ? 'v0' : module.version;
  return parseModule(source.file, source.text, { version, annotations: true });
}

function callables(options: PolicyOptions): ReadonlyMap<string, Callable> {
  const table = new Map(opaCallables);
  for (const name of options.without ?? []) table.delete(name);
  for (const custom of options.builtins ?? []) {
    const callable = customCallable(custom);
    table.set(callable.name, callable);
  }
  return table;
}

/** One of OPA's own functions; its declaration is read when somebody asks, since a policy uses a part of them only. */
class OpaCallable implements Callable {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  get arity(): number {
    return this.type.args.length;
  }

  get relation(): boolean {
    return this.#declaration.relation;
  }

  get isVoid(): boolean {
    return this.type.result === undefined;
  }

  get deprecated(): boolean {
    return this.#declaration.deprecated;
  }

  get type(): FunctionType {
    return this.#declaration.type;
  }

  get run(): Implementation {
    return implementationOf(this.name) ?? unsupported(this.name);
  }

  get #declaration(): Declaration {
    // Names come from the table of declarations.
    return declarationOf(this.name) as Declaration;
  }
}

const opaCallables: ReadonlyMap<string, Callable> = new Map(
  declaredNames().map((name) => [name, new OpaCallable(name)]),
);

function unsupported(name: string): Implementation {
  return () => {
    throw new RegoError('eval_internal_error', `unsupported built-in: ${name}`);
  };
}

/** Nobody here knows what a function of the embedder depends on that is not said to be pure. */
function lent(context: BuiltinContext, run: () => Value | undefined): Value | undefined {
  context.lookOutside();
  return run();
}

function customCallable({ declaration: text, run, ask, pure = false }: CustomBuiltin): Callable {
  const { name, type, relation, deprecated } = parseDeclaration(text);
  const facts = { name, arity: type.args.length, relation, isVoid: type.result === undefined, type, deprecated };
  if (run && pure) return { ...facts, run: (context, args) => run(args, context) };
  if (run) return { ...facts, run: (context, args) => lent(context, () => run(args, context)) };
  if (ask) return { ...facts, run: (context, args) => lent(context, () => askHost(context, name, ask, args)) };
  throw new TypeError(`Expected "run" or "ask" for the built-in function ${name}, found neither.`);
}
