// SPDX-License-Identifier: Apache-2.0
import { type BuiltinJson, callable, type TypeJson, textsFor } from './builtins.ts';
import type { Random } from './random.ts';

/** A module of well-typed rules, in a package of its own below `fuzz`. */
export interface Generated {
  readonly name: string;
  readonly text: string;
}

interface Variable {
  readonly name: string;
  readonly type: TypeJson;
}

const number: TypeJson = { type: 'number' };
const string: TypeJson = { type: 'string' };
const boolean: TypeJson = { type: 'boolean' };
const any: TypeJson = { type: 'any' };

/** Members of the input with the types they have. */
const inputs: readonly Variable[] = [
  { name: 'input.s', type: string },
  { name: 'input.t', type: string },
  { name: 'input.n', type: number },
  { name: 'input.m', type: number },
  { name: 'input.b', type: boolean },
  { name: 'input.ns', type: arrayOf(number) },
  { name: 'input.ss', type: arrayOf(string) },
  { name: 'input.xs', type: arrayOf(any) },
  { name: 'input.o', type: objectOf(string, any) },
  { name: 'input.counts', type: objectOf(string, number) },
];

function arrayOf(dynamic: TypeJson): TypeJson {
  return { type: 'array', dynamic };
}

function setOf(of: TypeJson): TypeJson {
  return { type: 'set', of };
}

function objectOf(key: TypeJson, value: TypeJson): TypeJson {
  return { type: 'object', dynamic: { type: '', key, value } };
}

/** An input for a batch of modules. */
export function generateInput(random: Random): unknown {
  const value = (): unknown => random.pick([null, true, 1, 2.5, 'a', 'héllo', [1, 'x'], { k: 1 }, []]);
  return {
    s: random.pick(words),
    t: random.pick(words),
    n: random.pick([0, 1, 3, -2, 2.5, 1e3, 12345678]),
    m: random.below(10),
    b: random.chance(0.5),
    ns: random.times(0, 4, () => random.below(6)),
    ss: random.times(0, 4, () => random.pick(words)),
    xs: random.times(0, 4, value),
    o: Object.fromEntries(random.times(0, 4, () => [random.pick(['a', 'b', 'c', 'k']), value()])),
    counts: Object.fromEntries(random.times(0, 4, () => [random.pick(['a', 'b', 'c', 'k']), random.below(5)])),
  };
}

const words = ['', 'a', 'abc', 'hello', 'héllo', '日本語', 'a.b.c', 'x y', 'A,B', '😀z', 'aab', 'tab\t"q"'];
// No `1.0` beside `1`: which of the two a set keeps depends on how OPA happened to insert them.
const numbers = [
  '0',
  '1',
  '2',
  '3',
  '-1',
  '7',
  '2.5',
  '0.1',
  '1e3',
  '10',
  '-0.5',
  '9007199254740993',
  '100000000000000000000',
];

/** Writes a module. Everything in it is well typed, so that both engines must accept it. */
export function generateModule(name: string, random: Random, builtins: readonly BuiltinJson[]): Generated {
  const writer = new Writer(random, callable(builtins));
  const rules = random.times(3, 7, (at) => writer.rule(at));
  return { name, text: `package fuzz.${name}\n\n${rules.join('\n\n')}\n` };
}

class Writer {
  readonly #random: Random;
  readonly #byResult: ReadonlyMap<string, readonly BuiltinJson[]>;
  readonly #rules: Variable[] = [];
  readonly #functions: { readonly name: string; readonly args: readonly TypeJson[]; readonly result: TypeJson }[] = [];
  #names = 0;

  constructor(random: Random, builtins: readonly BuiltinJson[]) {
    this.#random = random;
    this.#byResult = Map.groupBy(builtins, ({ decl }) => decl.result?.type ?? '');
  }

  rule(at: number): string {
    const kinds = ['complete', 'complete', 'body', 'body', 'set', 'object', 'function', 'default', 'else', 'with'];
    const kind = this.#random.pick(kinds);
    const name = `r${at}`;
    const type = this.#type();
    const text = this.#ruleText(kind, name, type);
    return text;
  }

  #ruleText(kind: string, name: string, type: TypeJson): string {
    switch (kind) {
      case 'complete': {
        const text = `${name} := ${this.expression(type, 3, [])}`;
        this.#rules.push({ name, type });
        return text;
      }
      case 'set': {
        const { lines, scope } = this.#body();
        const text = `${name} contains ${this.expression(type, 1, scope)} if {\n${lines}\n}`;
        this.#rules.push({ name, type: setOf(type) });
        return text;
      }
      case 'object': {
        // The key decides the value, so that no two values clash.
        const key = this.#name();
        const source = this.#pickVariable(objectOf(string, any), []) ?? '{"a": 1, "b": [2]}';
        const value = this.#name();
        const scope: Variable[] = [{ name: key, type: string }];
        return `${name}[${key}] := ${this.expression(type, 2, scope)} if {\n\tsome ${key}, ${value} in ${source}\n\t${value} != null\n}`;
      }
      case 'function':
        return this.#functionText(name, type);
      case 'default': {
        const { lines } = this.#body();
        const text = `default ${name} := ${this.#literal(type)}\n\n${name} := ${this.#literal(type)} if {\n${lines}\n}`;
        this.#rules.push({ name, type });
        return text;
      }
      case 'else': {
        const text = `${name} := ${this.expression(type, 2, [])} if {\n${this.#body().lines}\n} else := ${this.expression(type, 2, [])} if {\n${this.#body().lines}\n} else := ${this.#literal(type)}`;
        this.#rules.push({ name, type });
        return text;
      }
      case 'with': {
        const known = this.#rules.length > 0 ? this.#random.pick(this.#rules) : undefined;
        const value = this.expression(known?.type ?? type, 1, []);
        const target = this.#random.pick(['input.s', 'input.t']);
        const bound = this.#name();
        const body = `${bound} := ${known?.name ?? value} with ${target} as ${this.expression(string, 1, [])}`;
        const text = `${name} := ${bound} if {\n\t${body}\n}`;
        if (known) this.#rules.push({ name, type: known.type });
        return text;
      }
      default: {
        // Values that depend on what a variable stands for would clash; one that does not is taken.
        const { lines } = this.#body();
        const text = `${name} := ${this.expression(type, 2, [])} if {\n${lines}\n}`;
        this.#rules.push({ name, type });
        return text;
      }
    }
  }

  #functionText(name: string, result: TypeJson): string {
    const args = this.#random.times(1, 2, () => ({ name: this.#name(), type: this.#type() }));
    const list = args.map((one) => one.name).join(', ');
    const text = `${name}(${list}) := ${this.expression(result, 2, args)} if {\n\t${this.expression(boolean, 2, args)}\n} else := ${this.expression(result, 1, args)}`;
    this.#functions.push({ name, args: args.map((one) => one.type), result });
    return text;
  }

  #name(): string {
    this.#names++;
    return `v${this.#names}`;
  }

  #type(): TypeJson {
    return this.#random.pick([
      number,
      number,
      string,
      string,
      boolean,
      arrayOf(number),
      arrayOf(string),
      setOf(string),
      setOf(number),
      objectOf(string, number),
      any,
    ]);
  }

  /** Statements, and the variables they bind. */
  #body(): { lines: string; scope: readonly Variable[] } {
    const scope: Variable[] = [];
    const lines = this.#random.times(1, 3, () => `\t${this.#statement(scope)}`);
    return { lines: lines.join('\n'), scope };
  }

  #statement(scope: Variable[]): string {
    switch (this.#random.below(9)) {
      case 0: {
        const [item, type] = [this.#name(), this.#random.pick([number, string])];
        const from = this.#source(type, 2, scope);
        scope.push({ name: item, type });
        return `some ${item} in ${from}\n\t${item} != null`;
      }
      case 1: {
        const [key, value] = [this.#name(), this.#name()];
        const from = this.expression(objectOf(string, number), 2, scope);
        scope.push({ name: key, type: string }, { name: value, type: number });
        return `some ${key}, ${value} in ${from}\n\t[${key}, ${value}] != []`;
      }
      case 2: {
        const [name, type] = [this.#name(), this.#type()];
        const value = this.expression(type, 2, scope);
        scope.push({ name, type });
        return `${name} := ${value}\n\t[${name}] != []`;
      }
      case 3:
        return `not ${this.expression(boolean, 1, scope)}`;
      case 4: {
        const name = this.#name();
        const inner = [...scope, { name, type: number }];
        return `every ${name} in ${this.expression(arrayOf(number), 1, scope)} {\n\t\t${name} != null\n\t\t${this.expression(boolean, 1, inner)}\n\t}`;
      }
      default:
        return this.expression(boolean, 2, scope);
    }
  }

  /** An expression of a type: a literal, something known, a comprehension or a call. */
  expression(type: TypeJson, depth: number, scope: readonly Variable[]): string {
    if (depth <= 0 || this.#random.chance(0.15)) {
      return (this.#random.chance(0.6) ? this.#pickVariable(type, scope) : undefined) ?? this.#literal(type);
    }
    const roll = this.#random.next();
    if (roll < 0.15) return this.#pickVariable(type, scope) ?? this.#literal(type);
    if (roll < 0.3) return this.#composed(type, depth, scope);
    if (roll < 0.36) return this.#ownCall(type, depth, scope) ?? this.#literal(type);
    return this.#call(type, depth, scope) ?? this.#composed(type, depth, scope);
  }

  #pickVariable(type: TypeJson, scope: readonly Variable[]): string | undefined {
    const fitting = [...scope, ...this.#rules, ...inputs].filter((one) => fits(one.type, type));
    return fitting.length > 0 ? this.#random.pick(fitting).name : undefined;
  }

  #literal(type: TypeJson): string {
    const random = this.#random;
    switch (type.type) {
      case 'number':
        return random.pick(numbers);
      case 'string':
        return JSON.stringify(random.pick(words));
      case 'boolean':
        return String(random.chance(0.5));
      case 'null':
        return 'null';
      case 'array': {
        const items = [
          ...(type.static ?? []),
          ...random.times(type.dynamic ? 1 : 0, type.dynamic ? 3 : 0, () => type.dynamic ?? any),
        ];
        return `[${items.map((item) => this.#literal(item)).join(', ')}]`;
      }
      case 'set': {
        const items = random.times(1, 3, () => this.#literal(elementOf(type)));
        return items.length === 0 ? 'set()' : `{${items.join(', ')}}`;
      }
      case 'object':
        return this.#objectLiteral(type, 0, []);
      default:
        return this.#literal(
          Array.isArray(type.of)
            ? random.pick(type.of)
            : random.pick([number, string, boolean, arrayOf(number), objectOf(string, number)]),
        );
    }
  }

  #objectLiteral(type: TypeJson, depth: number, scope: readonly Variable[]): string {
    const value = (of: TypeJson): string => (depth > 0 ? this.expression(of, depth - 1, scope) : this.#literal(of));
    const known = (type.static ?? []).map(
      (property) => `${JSON.stringify(property.key ?? '')}: ${value(property.value ?? any)}`,
    );
    const keyType = type.dynamic?.key ?? string;
    const keys = keyType.type === 'string' || keyType.type === 'any' ? ['"a"', '"b"', '"c"', '"k"'] : ['1', '2'];
    const count = type.dynamic && known.length === 0 ? 1 + this.#random.below(3) : 0;
    const more = keys.slice(0, count).map((key) => `${key}: ${value(type.dynamic?.value ?? any)}`);
    return `{${[...known, ...more].join(', ')}}`;
  }

  #composed(type: TypeJson, depth: number, scope: readonly Variable[]): string {
    switch (type.type) {
      case 'array':
        if (this.#random.chance(0.4) && !type.static)
          return this.#comprehension('[', type.dynamic ?? any, ']', depth, scope);
        return `[${this.#items(type, depth, scope).join(', ')}]`;
      case 'set': {
        if (this.#random.chance(0.4)) return this.#comprehension('{', elementOf(type), '}', depth, scope);
        const items = this.#random.times(1, 3, () => this.expression(elementOf(type), depth - 1, scope));
        return items.length === 0 ? 'set()' : `{${items.join(', ')}}`;
      }
      case 'object':
        return this.#objectLiteral(type, depth, scope);
      case 'boolean':
        return this.#comparison(depth, scope);
      default:
        return this.#literal(type);
    }
  }

  #items(type: TypeJson, depth: number, scope: readonly Variable[]): string[] {
    const items = [
      ...(type.static ?? []),
      ...this.#random.times(type.dynamic ? 1 : 0, type.dynamic ? 3 : 0, () => type.dynamic ?? any),
    ];
    return items.map((item) => this.expression(item, depth - 1, scope));
  }

  /** What `some … in` goes through. OPA gives the items of `{x, y}` twice where both are the same, so sets are known ones. */
  #source(item: TypeJson, depth: number, scope: readonly Variable[]): string {
    const set = setOf(item);
    if (this.#random.chance(0.5)) return this.expression(arrayOf(item), depth, scope);
    return this.#call(set, depth, scope) ?? this.#pickVariable(set, scope) ?? this.#literal(set);
  }

  #comprehension(open: string, type: TypeJson, close: string, depth: number, scope: readonly Variable[]): string {
    const name = this.#name();
    const item = this.#random.pick([number, string]);
    const from = this.#source(item, depth - 1, scope);
    const inner = [...scope, { name, type: item }];
    const filter = this.#random.chance(0.5) ? `; ${this.expression(boolean, 1, inner)}` : '';
    return `${open}${this.expression(type, 1, inner)} | some ${name} in ${from}; ${name} != null${filter}${close}`;
  }

  #comparison(depth: number, scope: readonly Variable[]): string {
    const type = this.#random.pick([number, string, arrayOf(number), setOf(string)]);
    const operator = this.#random.pick(['==', '!=', '<', '<=', '>', '>=']);
    if (this.#random.chance(0.2)) {
      return `${this.expression(string, 1, scope)} in ${this.expression(arrayOf(string), depth - 1, scope)}`;
    }
    return `${this.expression(type, depth - 1, scope)} ${operator} ${this.expression(type, depth - 1, scope)}`;
  }

  #ownCall(type: TypeJson, depth: number, scope: readonly Variable[]): string | undefined {
    const fitting = this.#functions.filter(({ result }) => fits(result, type));
    if (fitting.length === 0) return undefined;
    const { name, args } = this.#random.pick(fitting);
    return `${name}(${args.map((one) => this.expression(one, depth - 1, scope)).join(', ')})`;
  }

  #call(type: TypeJson, depth: number, scope: readonly Variable[]): string | undefined {
    const fitting = (this.#byResult.get(type.type) ?? []).filter(({ decl }) => decl.result && fits(decl.result, type));
    if (fitting.length === 0) return undefined;
    const builtin = this.#random.pick(fitting);
    const args = (builtin.decl.args ?? []).map((one, at) => this.#argument(builtin.name, one, at, depth - 1, scope));
    if (/^[-+*/%&|]$/.test(builtin.infix ?? '')) return `(${args.join(` ${builtin.infix} `)})`;
    return builtin.infix ? `(${args.join(` ${builtin.infix} `)})` : `${builtin.name}(${args.join(', ')})`;
  }

  #argument(name: string, type: TypeJson, position: number, depth: number, scope: readonly Variable[]): string {
    const random = this.#random;
    if (name.startsWith('numbers.range')) return random.pick(['0', '1', '5', '-3', '10', '12', '2.0']);
    if (name === 'bits.lsh' || name === 'bits.rsh') return random.pick(['0', '1', '5', '70', '-3', '64']);
    if (name === 'format_int' && position === 1) return random.pick(['2', '8', '10', '16']);
    if (name.startsWith('time.') && type.type !== 'string') return timeArgument(random, type);
    if (name === 'json.patch' && position === 1) return random.pick(patches);
    if (/^json\.(filter|remove)$/.test(name) && position === 1)
      return random.pick(['["a"]', '["a/b", "c"]', '{["a"]}', '[["k", 0]]']);
    if (/^graph\./.test(name) && position === 0) return random.pick(graphs);
    if (/^graph\./.test(name)) return random.pick(['["a"]', '{"b", "c"}', '[]']);
    if (name === 'json.marshal_with_options' && position === 1)
      return random.pick(['{"pretty": true}', '{"indent": "  "}', '{"prefix": ">"}', '{}']);
    if (name === 'object.get' && position === 1)
      return random.pick(['"a"', '"k"', '["a", 0]', '["k", "b"]', 'input.s']);
    const texts = textsFor(name, position);
    if (texts && hasString(type) && random.chance(0.8)) return textArgument(random.pick(texts), type);
    return this.expression(type, depth, scope);
  }
}

const patches = [
  '[{"op": "add", "path": "/a", "value": 1}]',
  '[{"op": "remove", "path": "a"}]',
  '[{"op": "replace", "path": ["k"], "value": [1]}, {"op": "copy", "from": "k", "path": "z"}]',
  '[{"op": "test", "path": "/b", "value": 2}]',
  '[{"op": "move", "from": "/a", "path": "/c"}]',
  '[{"op": "add", "path": "/0", "value": "x"}]',
  '[{"op": "add", "path": "-", "value": null}]',
];
const graphs = [
  '{"a": ["b"], "b": ["c", "a"], "c": []}',
  '{"a": {"b", "c"}, "b": {"d"}, "c": set()}',
  '{"b": ["b"], "a": []}',
];

function timeArgument(random: Random, type: TypeJson): string {
  const moment = random.pick(['0', '1704164645000000000', '-1000000000', '1709210096123456789', '951782400000000000']);
  if (type.type === 'number') return random.pick([moment, moment, '1', '-13', '31']);
  const zone = random.pick(['UTC', 'America/New_York', 'Asia/Kolkata', 'Europe/Berlin', '', 'Nowhere']);
  const layout = random.pick(['RFC3339', 'Mon Jan _2 15:04:05 2006', '2006-01-02 03:04PM', 'RFC850', '02/06 .000000']);
  const three = (Array.isArray(type.of) ? type.of : []).some((one: TypeJson) => one.static?.length === 3);
  const forms = [moment, `[${moment}, "${zone}"]`, ...(three ? [`[${moment}, "${zone}", "${layout}"]`] : [])];
  return random.pick(forms);
}

function hasString(type: TypeJson): boolean {
  return type.type === 'string' || (Array.isArray(type.of) && type.of.some((one: TypeJson) => hasString(one)));
}

function textArgument(text: string, type: TypeJson): string {
  const quoted = JSON.stringify(text);
  return type.type === 'string' || hasString(type) ? quoted : `[${quoted}]`;
}

function elementOf(type: TypeJson): TypeJson {
  // The element of a set is one type.
  return (type.of as TypeJson | undefined) ?? any;
}

/** Whether a value of the first type may stand where the second is asked for. */
function fits(type: TypeJson, wanted: TypeJson): boolean {
  if (wanted.type === 'any') return !Array.isArray(wanted.of) || wanted.of.some((one: TypeJson) => fits(type, one));
  if (type.type !== wanted.type) return false;
  switch (type.type) {
    case 'array':
      if (wanted.static || type.static) return JSON.stringify(type) === JSON.stringify(wanted);
      return fits(type.dynamic ?? any, wanted.dynamic ?? any);
    case 'set':
      return fits(elementOf(type), elementOf(wanted));
    case 'object': {
      if (wanted.static || type.static) return false;
      const [own, other] = [type.dynamic, wanted.dynamic];
      return fits(own?.key ?? any, other?.key ?? any) && fits(own?.value ?? any, other?.value ?? any);
    }
    default:
      return true;
  }
}
