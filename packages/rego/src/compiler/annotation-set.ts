// SPDX-License-Identifier: Apache-2.0
import type { Annotations, Module, Ref, Rule, SchemaAnnotation } from '../syntax/ast.ts';
import { rulePath } from '../syntax/attach-annotations.ts';
import { emptyObject, ObjectBuilder, objectOf, type RegoObject } from '../value/object.ts';
import { print } from '../value/print.ts';
import type { Value } from '../value/value.ts';
import type { ModuleSet } from './module-set.ts';
import type { MetadataSource } from './stages.ts';

/** One link of a chain: what is said about a rule itself, its document, its package or a package above. */
export interface AnnotationLink {
  /** With the leading `data`. */
  readonly path: readonly Value[];
  /** As `rego.metadata` shows it; the first link of a rule without annotations has none. */
  readonly annotations: RegoObject | undefined;
}

/** Annotations of modules that were parsed with `annotations: true`, by what they describe. */
export class AnnotationSet {
  readonly #documents = new Map<string, Annotations>();
  readonly #packages = new Map<string, Annotations>();
  readonly #subpackages = new Map<string, Annotations[]>();

  constructor(modules: readonly Module[]) {
    for (const module of modules) for (const found of module.annotations) this.#add(found);
  }

  /** From the rule outwards to the outermost package, as `rego.metadata.chain()` gives it. */
  chain(module: Module, rule: Rule): readonly AnnotationLink[] {
    const path = rulePath(module, rule);
    const own = ruleScope(module, rule).toSorted((a, b) => b.at - a.at);
    const outer: Annotations[] = [];
    const document = this.#documents.get(print(path));
    if (document) outer.push(document);
    const { path: packagePath } = module.package;
    const inPackage = this.#packages.get(print(packagePath));
    if (inPackage) outer.push(inPackage);
    for (let length = packagePath.length; length > 0; length--) {
      outer.push(...(this.#subpackages.get(print(packagePath.slice(0, length))) ?? []).toReversed());
    }
    const first: readonly AnnotationLink[] = own.length > 0 ? own.map(linkOf) : [{ path, annotations: undefined }];
    return [...first, ...outer.map(linkOf)];
  }

  #add(found: Annotations): void {
    const key = print(found.target.path);
    if (found.scope === 'document') this.#documents.set(key, found);
    if (found.scope === 'package') this.#packages.set(key, found);
    if (found.scope === 'subpackages') this.#subpackages.set(key, [...(this.#subpackages.get(key) ?? []), found]);
  }
}

/**
 * Answers `rego.metadata.chain()` and `rego.metadata.rule()` for the rules of a set. Modules that were parsed without
 * annotations are given them by `annotate` when a rule asks.
 */
export function metadataOf(set: ModuleSet, annotate: (module: Module) => Module): MetadataSource {
  const annotated = new Map<Module, Module>();
  const withAnnotations = (module: Module): Module => {
    const known = annotated.get(module) ?? annotate(module);
    annotated.set(module, known);
    return known;
  };
  let annotations: AnnotationSet | undefined;
  return {
    chain: ({ module, written }) => {
      annotations ??= new AnnotationSet(set.modules.map(withAnnotations));
      return annotations.chain(withAnnotations(module), written).map(linkValue);
    },
    rule: ({ module, written }) => {
      const [closest] = ruleScope(withAnnotations(module), written).toSorted((a, b) => a.at - b.at);
      return closest ? annotationsValue(closest) : emptyObject;
    },
  };
}

function ruleScope(module: Module, rule: Rule): readonly Annotations[] {
  return module.annotations.filter(
    ({ scope, target }) => scope === 'rule' && target.kind === 'rule' && target.at === rule.at,
  );
}

function linkOf(found: Annotations): AnnotationLink {
  return { path: found.target.path, annotations: annotationsValue(found) };
}

/** The path of a link is shown without `data`. */
function linkValue({ path, annotations }: AnnotationLink): Value {
  const link = new ObjectBuilder().set('path', path.slice(1));
  if (annotations) link.set('annotations', annotations);
  return link.build();
}

const asValues = new WeakMap<Annotations, RegoObject>();

/** Annotations as an object; empty members are left out. */
export function annotationsValue(found: Annotations): RegoObject {
  const known = asValues.get(found);
  if (known) return known;
  const object = new ObjectBuilder().set('scope', found.scope);
  if (found.title) object.set('title', found.title);
  if (found.entrypoint) object.set('entrypoint', true);
  if (found.description) object.set('description', found.description);
  if (found.organizations?.length) object.set('organizations', found.organizations);
  if (found.relatedResources?.length) object.set('related_resources', found.relatedResources.map(members));
  if (found.authors?.length) object.set('authors', found.authors.map(members));
  if (found.schemas?.length) object.set('schemas', found.schemas.map(schemaValue));
  if (found.custom?.size) object.set('custom', found.custom);
  if (found.labels?.size) object.set('labels', found.labels);
  const built = object.build();
  asValues.set(found, built);
  return built;
}

function members(record: Readonly<Record<string, string | undefined>>): RegoObject {
  return objectOf(Object.entries(record).flatMap(([key, value]) => (value ? [[key, value] as const] : [])));
}

function schemaValue({ path, schema, definition }: SchemaAnnotation): RegoObject {
  const object = new ObjectBuilder().set('path', refValue(path));
  if (schema) object.set('schema', refValue(schema));
  if (definition !== undefined) object.set('definition', definition);
  return object.build();
}

function refValue(ref: Ref): Value {
  const parts: Value[] = ref.head.kind === 'var' ? [ref.head.name] : [];
  for (const part of ref.path) if (part.kind === 'constant') parts.push(part.value);
  return parts;
}
