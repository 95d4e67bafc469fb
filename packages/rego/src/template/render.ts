// SPDX-License-Identifier: Apache-2.0
import type { BuiltinContext } from '../builtins/builtin.ts';
import { parseNumber } from '../value/number.ts';
import type { RegoObject } from '../value/object.ts';
import { isArray, isNumber, isObject, isSet, typeOf, type Value } from '../value/value.ts';
import { functions, goText, isTrue } from './functions.ts';
import { parseTemplate } from './parse.ts';
import { type Node, type Pipe, type Template, TemplateError, type Term } from './syntax.ts';

const maxDepth = 1_000;

/** Fills a template of Go's text/template with variables. */
export function renderTemplate(text: string, variables: RegoObject, context: BuiltinContext): string {
  context.tick(text.length);
  const template = parseTemplate(text);
  const run: Run = { template, context, parts: [], depth: 0 };
  const scope: Scope = { values: new Map([['$', variables]]), outer: undefined };
  renderNodes(template.nodes, variables, scope, run);
  return run.parts.join('');
}

interface Run {
  readonly template: Template;
  readonly context: BuiltinContext;
  readonly parts: string[];
  depth: number;
}

/** Variables of a block; undefined is a value that is not there. */
interface Scope {
  readonly values: Map<string, Value | undefined>;
  readonly outer: Scope | undefined;
}

type Flow = 'break' | 'continue' | undefined;

function fail(message: string): never {
  throw new TemplateError(`template: template:1: executing "template": ${message}`);
}

function renderNodes(nodes: readonly Node[], dot: Value | undefined, scope: Scope, run: Run): Flow {
  if (++run.depth > maxDepth) fail('exceeded maximum template depth');
  for (const node of nodes) {
    run.context.tick(1);
    const flow = renderNode(node, dot, scope, run);
    if (flow) {
      run.depth--;
      return flow;
    }
  }
  run.depth--;
  return undefined;
}

function renderNode(node: Node, dot: Value | undefined, scope: Scope, run: Run): Flow {
  switch (node.kind) {
    case 'text':
      write(node.text, run);
      return undefined;
    case 'action': {
      const value = evaluate(node.pipe, dot, scope, run);
      if (node.pipe.variables.length === 0) write(goText(value), run);
      return undefined;
    }
    case 'break':
    case 'continue':
      return node.kind;
    case 'template': {
      const nodes = run.template.defined.get(node.name) ?? fail(`template "${node.name}" not defined`);
      const inner = node.pipe ? evaluate(node.pipe, dot, scope, run) : undefined;
      renderNodes(nodes, inner, { values: new Map([['$', inner]]), outer: undefined }, run);
      return undefined;
    }
    case 'range':
      return renderRange(node, dot, scope, run);
    default: {
      const inner: Scope = { values: new Map(), outer: scope };
      const value = evaluate(node.pipe, dot, inner, run);
      if (!isTrue(value)) return renderNodes(node.otherwise, dot, inner, run);
      return renderNodes(node.body, node.kind === 'with' ? value : dot, inner, run);
    }
  }
}

function write(text: string, run: Run): void {
  run.context.tick(text.length >> 4);
  run.parts.push(text);
}

function renderRange(
  node: Extract<Node, { kind: 'if' | 'with' | 'range' }>,
  dot: Value | undefined,
  scope: Scope,
  run: Run,
): Flow {
  const outer: Scope = { values: new Map(), outer: scope };
  const value = evaluate({ ...node.pipe, variables: [] }, dot, outer, run);
  const entries = entriesOf(value);
  if (entries.length === 0) return renderNodes(node.otherwise, dot, outer, run);
  for (const [key, item] of entries) {
    const inner: Scope = { values: new Map(), outer };
    assign(node.pipe, key, item, inner);
    if (renderNodes(node.body, item, inner, run) === 'break') break;
  }
  return undefined;
}

function assign({ variables, declares }: Pipe, key: Value, item: Value, scope: Scope): void {
  const [first, second] = variables;
  if (first === undefined) return;
  setVariable(first, second === undefined ? item : key, declares, scope);
  if (second !== undefined) setVariable(second, item, declares, scope);
}

function setVariable(name: string, value: Value | undefined, declares: boolean, scope: Scope): void {
  if (declares) {
    scope.values.set(name, value);
    return;
  }
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    if (at.values.has(name)) {
      at.values.set(name, value);
      return;
    }
  }
  fail(`undefined variable "${name}"`);
}

function entriesOf(value: Value | undefined): readonly (readonly [Value, Value])[] {
  if (value === undefined || value === null) return [];
  if (isArray(value)) return value.map((item, at) => [at, item]);
  if (isSet(value)) return value.items().map((item, at) => [at, item]);
  if (isObject(value)) return value.entries();
  if (typeof value === 'number')
    return Array.from({ length: Math.max(0, Math.min(value, 1_000_000)) }, (_, at) => [at, at]);
  return fail(`range can't iterate over ${goText(value)}`);
}

function evaluate(pipe: Pipe, dot: Value | undefined, scope: Scope, run: Run): Value | undefined {
  let value: Value | undefined;
  for (const [at, command] of pipe.commands.entries()) {
    value = evaluateCommand(command, dot, scope, run, at > 0 ? { value } : undefined);
  }
  for (const name of pipe.variables) setVariable(name, value, pipe.declares, scope);
  return value;
}

/** What the command before hands on is the last argument. */
function evaluateCommand(
  command: readonly Term[],
  dot: Value | undefined,
  scope: Scope,
  run: Run,
  piped: { readonly value: Value | undefined } | undefined,
): Value | undefined {
  const [first, ...rest] = command;
  if (!first) return fail('empty command');
  if (first.kind !== 'function') {
    if (rest.length > 0 || piped) fail("can't give argument to non-function");
    return evaluateTerm(first, dot, scope, run);
  }
  const apply = Object.hasOwn(functions, first.name) ? functions[first.name] : undefined;
  if (!apply) throw new TemplateError(`template: template:1: function "${first.name}" not defined`);
  // `and` and `or` do not look at more arguments than they need.
  if (first.name === 'and' || first.name === 'or') return shortCircuit(first.name, rest, dot, scope, run, piped);
  const args = rest.map((term) => evaluateTerm(term, dot, scope, run));
  return apply(piped ? [...args, piped.value] : args, run.context);
}

function shortCircuit(
  name: 'and' | 'or',
  terms: readonly Term[],
  dot: Value | undefined,
  scope: Scope,
  run: Run,
  piped: { readonly value: Value | undefined } | undefined,
): Value | undefined {
  let value: Value | undefined;
  for (const term of terms) {
    value = evaluateTerm(term, dot, scope, run);
    if (isTrue(value) === (name === 'or')) return value;
  }
  return piped ? piped.value : value;
}

function evaluateTerm(term: Term, dot: Value | undefined, scope: Scope, run: Run): Value | undefined {
  switch (term.kind) {
    case 'literal':
      return term.value;
    case 'number':
      return parseNumber(term.text.replace(/^\+/, '').replaceAll('_', ''));
    case 'function':
      return evaluateCommand([term], dot, scope, run, undefined);
    case 'field': {
      const from = baseOf(term.from, dot, scope, run);
      return term.path.reduce(fieldOf, from);
    }
  }
}

function baseOf(from: string | Pipe, dot: Value | undefined, scope: Scope, run: Run): Value | undefined {
  if (typeof from !== 'string') return evaluate(from, dot, scope, run);
  if (from === '.') return dot;
  for (let at: Scope | undefined = scope; at; at = at.outer) if (at.values.has(from)) return at.values.get(from);
  throw new TemplateError(`template: template:1: undefined variable "${from}"`);
}

function fieldOf(from: Value | undefined, name: string): Value | undefined {
  if (from === undefined || from === null) return fail(`nil pointer evaluating interface {}.${name}`);
  if (isObject(from)) return from.get(name);
  const type = isNumber(from) ? 'json.Number' : typeOf(from) === 'boolean' ? 'bool' : typeOf(from);
  return fail(`can't evaluate field ${name} in type ${type === 'array' ? '[]interface {}' : type}`);
}
