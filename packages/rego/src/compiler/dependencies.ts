// SPDX-License-Identifier: Apache-2.0
import type { Body, Ref, Rule, Term } from '../syntax/ast.ts';
import { doubtText, wholePath } from './doubtful-edge.ts';
import { visitExpr, visitTerm } from './each-expr.ts';
import { type KnownValues, knownValues } from './known-values.ts';
import { entriesBelow, type RuleEntry, type RuleNode } from './module-set.ts';
import type { CompileContext } from './stages.ts';
import { type LocalNames, rootOf } from './terms.ts';
import { varsOfTerm } from './vars.ts';

/** A rule or one of its `else` branches: each is evaluated, and can be recursive, by itself. */
export interface Branch {
  readonly entry: RuleEntry;
  readonly rule: Rule;
}

/** Which rules a branch needs; `sure` is false where only a variable's value may lead to the rule. */
export interface Edge {
  readonly to: RuleEntry;
  readonly sure: boolean;
  /** Which value leads there, for an edge that is not sure. */
  readonly doubt?: (reported: RuleEntry) => string | undefined;
}

/** Everything every branch needs. */
export type Dependencies = ReadonlyMap<RuleEntry, readonly BranchEdges[]>;

export interface BranchEdges {
  readonly branch: Branch;
  readonly edges: readonly Edge[];
}

const known = new WeakMap<CompileContext, Dependencies>();

/** The graph of rules, made once for all checks that ask. */
export function dependenciesOf(context: CompileContext): Dependencies {
  const made = known.get(context);
  if (made) return made;
  const { root } = context.set;
  const graph = new Map(context.set.entries.map((entry) => [entry, branchesOf(entry, root, context.names)]));
  known.set(context, graph);
  return graph;
}

function branchesOf(entry: RuleEntry, root: RuleNode, names: LocalNames): readonly BranchEdges[] {
  const branches: BranchEdges[] = [];
  for (let rule: Rule | undefined = entry.rule; rule; rule = rule.else) {
    branches.push({ branch: { entry, rule }, edges: edgesOf({ entry, rule }, root, names) });
  }
  return branches;
}

function edgesOf({ entry, rule }: Branch, root: RuleNode, names: LocalNames): readonly Edge[] {
  const found = new Map<RuleEntry, Edge>();
  const values = knownValues(rule.body);
  refsOfBranch(rule, (ref, at) => {
    if (rootOf(ref) !== 'data') return;
    const expanded = expand(ref, values, at);
    let before: ReadonlySet<string> | undefined;
    const bound = (): ReadonlySet<string> => {
      before ??= varsBefore(rule, at);
      return before;
    };
    const doubtOf = (to: RuleEntry, reported: RuleEntry): string | undefined =>
      doubtText(ref, to, {
        entry,
        reported,
        names,
        values: (name) => values.before(name, at),
        certain: (part) => isCertain(part, ref, bound) || hasOneValue(part, values, at),
      });
    for (const one of expanded) {
      for (const to of entriesOfRef(one, root)) {
        if (found.get(to)?.sure) continue;
        const sure = expanded.length === 1 && selectsSurely(one, to, bound);
        if (sure) found.set(to, { to, sure });
        else if (!found.has(to)) found.set(to, { to, sure, doubt: (reported) => doubtOf(to, reported) });
      }
    }
  });
  return [...found.values()];
}

/** Longer lists of candidates are not worth following; the variable then counts as unknown. */
const maxExpansion = 64;

/** A reference with variables whose few possible values are known: one reference for each. */
function expand(ref: Ref, values: KnownValues, at: number): readonly Ref[] {
  let expanded: readonly Ref[] = [ref];
  for (const [index, part] of ref.path.entries()) {
    const candidates = part.kind === 'var' ? values.before(part.name, at) : undefined;
    // No candidate at all means that the text says one thing and a collection another; nothing is ruled out then.
    if (!candidates || candidates.length === 0) continue;
    expanded = expanded.flatMap((one) =>
      candidates.map(
        (value): Ref => ({ ...one, path: one.path.with(index, { kind: 'constant', value, at: part.at }) }),
      ),
    );
    if (expanded.length > maxExpansion) return [ref];
  }
  return expanded;
}

/** Whether a reference means a rule whatever its variables hold: those without a value go through all keys. */
function selectsSurely(ref: Ref, entry: RuleEntry, bound: () => ReadonlySet<string>): boolean {
  const target = entry.dynamic ? wholePath(entry) : undefined;
  return ref.path.slice(0, target?.length ?? entry.node.path.length - 1).every((part, index) => {
    return part.kind === 'constant' || (target && target[index]?.kind !== 'constant') || isCertain(part, ref, bound);
  });
}

function isCertain(part: Term, ref: Ref, bound: () => ReadonlySet<string>): boolean {
  if (part.kind !== 'var') return false;
  const times = ref.path.filter((other) => other.kind === 'var' && other.name === part.name).length;
  return times === 1 && !bound().has(part.name);
}

function hasOneValue(part: Term, values: KnownValues, at: number): boolean {
  return part.kind === 'var' && values.before(part.name, at)?.length === 1;
}

function varsBefore({ head, body }: Rule, at: number): ReadonlySet<string> {
  const vars = new Set<string>();
  const inHead = [
    ...head.ref.path,
    ...(head.args ?? []),
    ...(head.key ? [head.key] : []),
    ...(head.value ? [head.value] : []),
  ];
  for (const term of inHead) varsOfTerm(term, {}, vars);
  for (const expr of body.slice(0, at)) {
    visitExpr(expr, {
      term: (term) => {
        if (term.kind === 'var') vars.add(term.name);
      },
    });
  }
  return vars;
}

/** Calls back with every reference of one branch, called functions included, and the index of its expression. */
function refsOfBranch(rule: Rule, found: (ref: Ref, at: number) => void): void {
  let at = 0;
  const visitor = {
    expr: (expr: Body[number]) => {
      if (expr.kind === 'call-expr') found(expr.operator, at);
      return false;
    },
    term: (term: Term) => {
      if (term.kind === 'ref') found(term, at);
      if (term.kind === 'call') found(term.operator, at);
    },
  };
  for (const expr of rule.body) {
    visitExpr(expr, visitor);
    at++;
  }
  const { head } = rule;
  for (const term of [...head.ref.path, ...(head.key ? [head.key] : []), ...(head.value ? [head.value] : [])]) {
    visitTerm(term, visitor);
  }
}

/** Every rule a reference to data could mean. */
export function entriesOfRef(ref: Ref, root: RuleNode): readonly RuleEntry[] {
  if (rootOf(ref) !== 'data') return [];
  const found: RuleEntry[] = [];
  descend(root, ref.path, 0, found);
  return found;
}

function descend(node: RuleNode, path: readonly Term[], at: number, found: RuleEntry[]): void {
  if (at >= path.length) {
    found.push(...entriesBelow(node));
    return;
  }
  for (const entry of node.entries) if (mayMean(entry, path, at)) found.push(entry);
  const part = path[at];
  if (part?.kind === 'constant') {
    const child = node.children.get(part.value);
    if (child) descend(child, path, at + 1, found);
    return;
  }
  for (const child of node.children.values()) descend(child, path, at + 1, found);
}

/** Compares the parts behind the node; only two different constants tell a reference from a rule. */
function mayMean(entry: RuleEntry, path: readonly Term[], at: number): boolean {
  if (!entry.dynamic) return true;
  const behind = entry.rule.head.ref.path.slice(entry.node.path.length - entry.module.package.path.length - 1);
  return behind.every((part, index) => {
    const wanted = path[at + index];
    return wanted?.kind !== 'constant' || part.kind !== 'constant' || wanted.value === part.value;
  });
}
