// SPDX-License-Identifier: Apache-2.0
import { locate, type Source } from '../location.ts';
import { objectOf, type RegoObject } from '../value/object.ts';
import { isArray, type Value } from '../value/value.ts';
import type { Annotations, Body, Comment, Expr, Head, Import, Module, Ref, Rule, Term, With } from './ast.ts';
import { sortedEntries, sortedItems } from './compare-terms.ts';
import { kindName } from './print.ts';

/**
 * A module as `opa parse --format json` writes it, without locations but those of comments. The result is a value, so
 * that numbers keep their text: `toJson` makes JSON of it.
 */
export function moduleToJson(module: Module): RegoObject {
  const { source } = module;
  return node({
    package: node({ path: pathToJson(module.package.path) }),
    imports: some(module.imports.map(importToJson)),
    annotations: some(module.annotations.map(annotationsToJson)),
    rules: some(module.rules.map(ruleToJson)),
    comments: some(module.comments.map((comment) => commentToJson(comment, source))),
  });
}

/** The annotations of a block under the names of OPA's JSON; the form `rego.metadata.rule` hands to policies. */
export function annotationsToJson(annotations: Annotations): RegoObject {
  return node({
    scope: annotations.scope,
    title: annotations.title,
    description: annotations.description,
    entrypoint: annotations.entrypoint || undefined,
    organizations: some(annotations.organizations),
    related_resources: some(annotations.relatedResources?.map((resource) => node({ ...resource }))),
    authors: some(annotations.authors?.map(({ name, email }) => node({ name, email: email || undefined }))),
    schemas: some(
      annotations.schemas?.map(({ path, schema, definition }) =>
        node({ path: refParts(path), schema: schema && refParts(schema), definition }),
      ),
    ),
    compile:
      annotations.compile &&
      node({
        unknowns: some(annotations.compile.unknowns?.map(refParts)),
        mask_rule: annotations.compile.maskRule && refParts(annotations.compile.maskRule),
      }),
    custom: annotations.custom,
    labels: annotations.labels,
  });
}

/** An object of the members that are there. */
function node(members: Readonly<Record<string, Value | undefined>>): RegoObject {
  return objectOf(
    Object.entries(members).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}

/** Empty lists are left out. */
function some(items: readonly Value[] | undefined): readonly Value[] | undefined {
  return items && items.length > 0 ? items : undefined;
}

function typed(type: string, value: Value): RegoObject {
  return node({ type, value });
}

/** A path of a document as the terms of a reference. */
export function pathToJson(path: readonly Value[]): Value {
  return path.map((part, index) => (index === 0 ? typed('var', part) : valueToJson(part)));
}

function importToJson({ path, alias }: Import): Value {
  return node({ path: typed('ref', pathToJson(path)), alias });
}

function commentToJson({ text, at }: Comment, source: Source): Value {
  const { file, row, col } = locate(source, at);
  return node({ Text: base64(text), Location: node({ file, row, col }) });
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function ruleToJson(rule: Rule): Value {
  return node({
    annotations: some(rule.annotations.map(annotationsToJson)),
    body: bodyToJson(rule.body),
    default: rule.default || undefined,
    else: rule.else && ruleToJson(rule.else),
    head: headToJson(rule.head),
  });
}

function headToJson(head: Head): Value {
  return node({
    name: head.name || undefined,
    ref: refParts(head.ref),
    args: some(head.args?.map(termToJson)),
    key: head.key && termToJson(head.key),
    value: head.value && termToJson(head.value),
    assign: head.assign || undefined,
  });
}

function bodyToJson(body: Body): Value {
  return body.map(exprToJson);
}

function exprToJson(expr: Expr, index: number): Value {
  return node({
    generated: expr.generated || undefined,
    index,
    negated: expr.negated || undefined,
    terms: exprTerms(expr),
    with: some(expr.with.map(withToJson)),
  });
}

function withToJson({ target, value }: With): Value {
  return node({ target: termToJson(target), value: termToJson(value) });
}

function exprTerms(expr: Expr): Value {
  switch (expr.kind) {
    case 'term-expr':
      return termToJson(expr.term);
    case 'call-expr':
      return [termToJson(expr.operator), ...expr.args.map(termToJson)];
    case 'some':
      return node({ symbols: expr.symbols.map(termToJson) });
    case 'every':
      return node({
        key: expr.key ? termToJson(expr.key) : null,
        value: termToJson(expr.value),
        domain: termToJson(expr.domain),
        body: bodyToJson(expr.body),
      });
    case 'not':
      return node({ type: 'not', ...notToJson(expr.body, expr.explicitBody) });
    case 'and':
    case 'or':
      return node({
        type: expr.kind,
        lhs: bodyToJson(expr.left),
        rhs: bodyToJson(expr.right),
        explicit_lhs: expr.explicitLeft || undefined,
        explicit_rhs: expr.explicitRight || undefined,
      });
  }
}

function notToJson(body: Body, explicit: boolean): Readonly<Record<string, Value | undefined>> {
  return { body: bodyToJson(body), explicit_body: explicit };
}

export function termToJson(term: Term): RegoObject {
  switch (term.kind) {
    case 'constant':
      return valueToJson(term.value);
    case 'var':
      return typed('var', term.name);
    case 'ref':
      return typed('ref', refParts(term));
    case 'call':
      return typed('call', [termToJson(term.operator), ...term.args.map(termToJson)]);
    case 'array':
      return typed('array', term.items.map(termToJson));
    case 'set':
      return typed('set', sortedItems(term.items).map(termToJson));
    case 'object':
      return typed(
        'object',
        sortedEntries(term.entries).map((entry) => entry.map(termToJson)),
      );
    case 'array-comprehension':
    case 'set-comprehension':
      return typed(kindName(term), node({ term: termToJson(term.term), body: bodyToJson(term.body) }));
    case 'object-comprehension':
      return typed(
        kindName(term),
        node({ key: termToJson(term.key), value: termToJson(term.value), body: bodyToJson(term.body) }),
      );
    case 'template':
      return typed(
        'templatestring',
        node({
          // A template without parts has none in OPA's memory either.
          parts:
            some(term.parts.map((part) => (part.kind === 'constant' ? termToJson(part) : exprToJson(part, 0)))) ?? null,
          multi_line: term.multiLine,
        }),
      );
  }
}

function refParts({ head, path }: Ref): Value {
  return [head, ...path].map(termToJson);
}

function valueToJson(value: Value): RegoObject {
  switch (typeof value) {
    case 'string':
      return typed('string', value);
    case 'number':
      return typed('number', value);
    case 'boolean':
      return typed('boolean', value);
    default:
      if (value === null) return node({ type: 'null', value: node({}) });
      if (isArray(value)) return typed('array', value.map(valueToJson));
      if (value.kind === 'number') return typed('number', value);
      if (value.kind === 'set') return typed('set', value.items().map(valueToJson));
      return typed(
        'object',
        value.entries().map((entry) => entry.map(valueToJson)),
      );
  }
}
