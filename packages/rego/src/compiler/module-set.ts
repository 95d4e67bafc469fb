// SPDX-License-Identifier: Apache-2.0
import type { Import, Module, Ref, Rule, Term } from '../syntax/ast.ts';
import type { Value } from '../value/value.ts';
import { constant, reference, variable } from './terms.ts';

/** A rule on its way through the compiler. */
export interface RuleEntry {
  /** Place among all rules of the set. */
  readonly index: number;
  readonly module: Module;
  /** As it was parsed. */
  readonly written: Rule;
  /** As the stages so far have rewritten it; the branches of `else` with it. */
  rule: Rule;
  /** Where it lives in the tree. */
  readonly node: RuleNode;
  /** Parts of its reference behind the node's path: none for a ground reference. */
  readonly dynamic: boolean;
}

/**
 * A place in the tree of rules. Rules stand at the ground prefix of their reference: `p.q[x].r` at `data.pkg.p.q`.
 */
export interface RuleNode {
  /** Number within the tree; caches are arrays over it. */
  readonly id: number;
  /** With the leading `data`. */
  readonly path: readonly Value[];
  readonly parent: RuleNode | undefined;
  readonly children: Map<Value, RuleNode>;
  readonly entries: RuleEntry[];
}

/** Modules put together: who provides which part of `data`. */
export interface ModuleSet {
  readonly modules: readonly Module[];
  readonly root: RuleNode;
  readonly entries: readonly RuleEntry[];
  /** Names a module may use without `data`: its imports and the rules of its package. */
  readonly globals: ReadonlyMap<Module, ReadonlyMap<string, Ref>>;
  readonly nodeCount: number;
}

export function buildModuleSet(modules: readonly Module[]): ModuleSet {
  const nodes = { count: 0 };
  const root = newNode(nodes, ['data'], undefined);
  const entries: RuleEntry[] = [];
  for (const module of modules) {
    const home = descend(nodes, root, module.package.path.slice(1));
    for (const rule of module.rules) {
      const prefix = [ruleName(rule), ...groundPrefix(rule.head.ref.path)];
      const node = descend(nodes, home, prefix);
      const entry: RuleEntry = {
        index: entries.length,
        module,
        written: rule,
        rule,
        node,
        dynamic: prefix.length - 1 < rule.head.ref.path.length,
      };
      node.entries.push(entry);
      entries.push(entry);
    }
  }
  let globals: ModuleSet['globals'] | undefined;
  return {
    modules,
    root,
    entries,
    nodeCount: nodes.count,
    // Compiling needs them; a policy that was compiled before does not.
    get globals() {
      globals ??= collectGlobals(modules);
      return globals;
    },
  };
}

/** The node of a path that begins with `data`; undefined when no rule lives at or below it. */
export function findNode(root: RuleNode, path: readonly Value[]): RuleNode | undefined {
  let node: RuleNode | undefined = root;
  for (let at = 1; node && at < path.length; at++) node = node.children.get(path[at] as Value); // at is below the length
  return node;
}

/** The constant path of a reference into data, up to its first part that is none. */
export function constantPath(ref: Ref): readonly Value[] {
  const path: Value[] = ref.head.kind === 'var' ? [ref.head.name] : [];
  for (const part of ref.path) {
    if (part.kind !== 'constant') break;
    path.push(part.value);
  }
  return path;
}

/** The node of a ground reference to data; undefined for any other reference. */
export function nodeOfRef(root: RuleNode, ref: Ref): RuleNode | undefined {
  const path = constantPath(ref);
  return path[0] === 'data' && path.length === ref.path.length + 1 ? findNode(root, path) : undefined;
}

/** Number of arguments of the function at a node; undefined where no rule stands. */
export function arityOf(node: RuleNode | undefined): number | undefined {
  const [first] = node?.entries ?? [];
  return first && (first.rule.head.args?.length ?? 0);
}

export function isFunctionNode(node: RuleNode | undefined): boolean {
  return (arityOf(node) ?? 0) > 0;
}

/** Name an import goes by in its module. */
export function importName(statement: Import): string {
  return statement.alias ?? statement.path.at(-1) ?? '';
}

export function ruleName(rule: Rule): string {
  const { head } = rule.head.ref;
  return head.kind === 'var' ? head.name : rule.head.name;
}

/** Every rule at or below a node. */
export function entriesBelow(node: RuleNode): readonly RuleEntry[] {
  if (node.children.size === 0) return node.entries;
  return [...node.entries, ...[...node.children.values()].flatMap(entriesBelow)];
}

function newNode(nodes: { count: number }, path: readonly Value[], parent: RuleNode | undefined): RuleNode {
  return { id: nodes.count++, path, parent, children: new Map(), entries: [] };
}

function descend(nodes: { count: number }, from: RuleNode, path: readonly Value[]): RuleNode {
  let node = from;
  for (const part of path) {
    let child = node.children.get(part);
    if (!child) {
      child = newNode(nodes, [...node.path, part], node);
      node.children.set(part, child);
    }
    node = child;
  }
  return node;
}

/** Scalars only: a composite key is evaluated like a variable. */
function groundPrefix(path: readonly Term[]): readonly Value[] {
  const prefix: Value[] = [];
  for (const part of path) {
    if (part.kind !== 'constant' || (typeof part.value === 'object' && part.value !== null)) break;
    prefix.push(part.value);
  }
  return prefix;
}

function collectGlobals(modules: readonly Module[]): ReadonlyMap<Module, ReadonlyMap<string, Ref>> {
  const exported = new Map<string, Map<string, Ref>>();
  for (const module of modules) {
    const key = JSON.stringify(module.package.path);
    const names = exported.get(key) ?? new Map<string, Ref>();
    exported.set(key, names);
    for (const rule of module.rules) {
      const name = ruleName(rule);
      if (!names.has(name)) names.set(name, pathReference([...module.package.path, name]));
    }
  }
  return new Map(
    modules.map((module) => {
      const names = new Map(exported.get(JSON.stringify(module.package.path)));
      for (const [name, ref] of importedNames(module.imports)) names.set(name, ref);
      return [module, names];
    }),
  );
}

/** What imports bring into scope; `future.keywords` and `rego.v1` only change the grammar. */
export function importedNames(imports: readonly Import[]): ReadonlyMap<string, Ref> {
  const names = new Map<string, Ref>();
  for (const statement of imports) {
    const [root] = statement.path;
    if (root === 'data' || root === 'input') names.set(importName(statement), pathReference(statement.path));
  }
  return names;
}

export function pathReference(path: readonly string[]): Ref {
  return valueReference(path);
}

/** A path as a reference; its first part is the root's name. */
export function valueReference(path: readonly Value[]): Ref {
  const [root = 'data', ...rest] = path;
  return reference(
    variable(String(root), 0),
    rest.map((part) => constant(part, 0)),
    0,
  );
}
