// SPDX-License-Identifier: Apache-2.0
import type { Ref, Term } from '../syntax/ast.ts';
import { ValueTable } from '../value/table.ts';
import { isNumber, type Value } from '../value/value.ts';
import { mergeRuleTypes, nestUnder } from './merge-types.ts';
import {
  anyType,
  arrayType,
  booleanType,
  type FunctionType,
  nullType,
  numberType,
  objectType,
  or,
  type Property,
  selectType,
  setType,
  settled,
  stringType,
  type Type,
  typeOfValue,
  unknownType,
  valuesType,
} from './types.ts';

/** Types of documents by path: what rules make of `data`, what a schema says of `input`. */
export class TypeNode {
  type: Type | undefined;
  readonly children: ValueTable<TypeNode> = new ValueTable();

  child(key: Value): TypeNode {
    const known = this.children.get(key);
    if (known) return known;
    const added = new TypeNode();
    this.children.set(key, added);
    return added;
  }

  /** The type of the whole document below this node; other keys than the known ones may be there too. */
  extent(): Type {
    if (this.type) return this.type;
    const properties: Property[] = [];
    for (const [key, child] of this.children.entries()) {
      if (isPropertyKey(key)) properties.push({ key, value: child.extent() });
    }
    return objectType(properties, { key: stringType, value: anyType });
  }
}

function isPropertyKey(key: Value): boolean {
  return typeof key === 'string' || typeof key === 'boolean' || isNumber(key);
}

/** Computes the type of a comprehension's body around the term it collects. */
export type ClosureTyper = (env: TypeEnv, term: Term) => Type | undefined;

/**
 * What is known about types at one place: variables, documents, and behind them the layers further out. A layer is
 * added for each body, each rule with schemas, and each expression with `with`.
 */
export class TypeEnv {
  readonly documents: Map<string, TypeNode> = new Map();
  readonly variables: Map<string, Type>;
  readonly next: TypeEnv | undefined;
  readonly #functions: (name: string) => FunctionType | undefined;
  readonly #closures: ClosureTyper;

  constructor(
    functions: (name: string) => FunctionType | undefined,
    closures: ClosureTyper,
    next?: TypeEnv,
    variables: Map<string, Type> = new Map(),
  ) {
    this.#functions = functions;
    this.#closures = closures;
    this.next = next;
    this.variables = variables;
  }

  /** A layer for a body. */
  wrap(): TypeEnv {
    return new TypeEnv(this.#functions, this.#closures, this);
  }

  /** A layer for one expression with `with`: what it finds out about variables outlives it. */
  wrapWith(): TypeEnv {
    return new TypeEnv(this.#functions, this.#closures, this, this.variables);
  }

  variable(name: string): Type | undefined {
    for (let env: TypeEnv | undefined = this; env; env = env.next) {
      const type = env.variables.get(name);
      if (type) return type;
    }
    return undefined;
  }

  function(name: string): FunctionType | undefined {
    return this.#functions(name);
  }

  /** Sets the type of the document at a path that begins with a root. */
  put(path: readonly Value[], type: Type): void {
    this.nodeAt(path).type = type;
  }

  /** The node of a path, made where it is missing. */
  nodeAt(path: readonly Value[]): TypeNode {
    const [root, ...keys] = path;
    const name = String(root);
    let node = this.documents.get(name) ?? new TypeNode();
    this.documents.set(name, node);
    for (const key of keys) node = node.child(key);
    return node;
  }

  /** Adds what one rule makes of the document at a path to what others did, here and in documents around it. */
  insert(path: readonly Value[], type: Type): void {
    let node = this.nodeAt(path.slice(0, 1));
    for (let at = 1; at < path.length; at++) {
      const around = settled(node.type);
      if (around?.kind === 'object') node.type = nestUnder(around, path.slice(at), type);
      node = node.child(path[at] as Value); // at is below the length
    }
    node.type = mergeRuleTypes(node.type, type);
    const own = settled(node.type);
    if (settled(type)?.kind !== 'object' || own?.kind !== 'object') return;
    node.type = leaves(node).reduce((whole, [below, leaf]) => nestUnder(whole, below, leaf), own);
  }

  /** The type of any term; undefined when nothing is known or nothing is possible. */
  typeOf(term: Term): Type | undefined {
    switch (term.kind) {
      case 'constant':
        return typeOfConstant(term.value);
      case 'var':
        return this.variable(term.name);
      case 'ref':
        return this.typeOfRef(term);
      case 'array':
        return arrayType(term.items.map((item) => this.typeOf(item) ?? unknownType));
      case 'set':
        return setType(term.items.reduce<Type | undefined>((all, item) => or(all, this.typeOf(item)), undefined));
      case 'object':
        return this.#typeOfObject(term);
      case 'template':
        return stringType;
      case 'call':
        return undefined;
      default:
        return this.#closures(this, term);
    }
  }

  #typeOfObject(term: Term & { readonly kind: 'object' }): Type {
    const properties: Property[] = [];
    let rest: { key: Type; value: Type } | undefined;
    for (const [key, value] of term.entries) {
      const type = this.typeOf(value) ?? unknownType;
      if (key.kind === 'constant') properties.push({ key: key.value, value: type });
      else rest = { key: this.typeOf(key) ?? unknownType, value: type };
    }
    return objectType(properties, rest);
  }

  typeOfRef(ref: Ref): Type | undefined {
    const { head, path } = ref;
    if (head.kind !== 'var') return selectPath(this.typeOf(head), path);
    if (head.name !== 'data' && head.name !== 'input') {
      const type = this.variable(head.name);
      return type ? selectPath(type, path) : this.#functions(dottedName(ref));
    }
    for (let env: TypeEnv | undefined = this; env; env = env.next) {
      const node = env.documents.get(head.name);
      const found = node && typeBelow(node, path, 0);
      if (found !== 'elsewhere' && node) return found;
    }
    return anyType;
  }
}

/** Scalars have one type each, which need not be looked up. */
function typeOfConstant(value: Value): Type {
  switch (typeof value) {
    case 'string':
      return stringType;
    case 'number':
      return numberType;
    case 'boolean':
      return booleanType;
    default:
      return value === null ? nullType : typeOfValue(value);
  }
}

function typeBelow(node: TypeNode, path: readonly Term[], at: number): Type | undefined | 'elsewhere' {
  const part = path[at];
  if (!part) return node.extent();
  const child = part.kind === 'constant' ? node.children.get(part.value) : undefined;
  if (child) return typeBelow(child, path, at + 1);
  if (node.type || part.kind !== 'constant') return selectPath(node.extent(), path.slice(at));
  return 'elsewhere';
}

/** The type behind a path of keys; behind a variable, what any key leads to. */
export function selectPath(type: Type | undefined, path: readonly Term[]): Type | undefined {
  let found = type;
  for (const part of path) {
    if (!found) return undefined;
    found = isKnownKey(part) ? selectType(found, part.value) : valuesType(found);
  }
  return found;
}

/** A scalar key selects one member; of a compound key only the type is looked at. */
export function isKnownKey(part: Term): part is Term & { readonly kind: 'constant' } {
  if (part.kind !== 'constant') return false;
  const { value } = part;
  return typeof value !== 'object' || value === null || isNumber(value);
}

function leaves(node: TypeNode, path: readonly Value[] = []): readonly (readonly [readonly Value[], Type])[] {
  const found: (readonly [readonly Value[], Type])[] = [];
  for (const [key, child] of node.children.entries()) {
    const below = [...path, key];
    if (child.type) found.push([below, child.type]);
    else found.push(...leaves(child, below));
  }
  return found;
}

/** `json.unmarshal` of the reference that names it; empty when it can be no name. */
export function dottedName({ head, path }: Ref): string {
  let name = head.kind === 'var' ? head.name : '';
  for (const part of path) {
    if (part.kind !== 'constant' || typeof part.value !== 'string') return '';
    name += `.${part.value}`;
  }
  return name;
}
