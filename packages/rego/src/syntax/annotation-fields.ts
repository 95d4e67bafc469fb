// SPDX-License-Identifier: Apache-2.0
import { objectOf, type RegoObject } from '../value/object.ts';
import { isArray, isObject, type Value } from '../value/value.ts';
import type { YamlMapping, YamlNode } from '../yaml/node.ts';
import { mergedEntries, resolveScalar, valueOfNode } from '../yaml/resolve.ts';
import type { Annotations, Ref, SchemaAnnotation } from './ast.ts';

/** What a METADATA block says, apart from its scope. */
export type AnnotationContent = Omit<Annotations, 'kind' | 'scope' | 'target' | 'at' | 'end'>;

/** A block that is YAML but says something it must not. */
export class AnnotationError extends Error {
  override readonly name = 'AnnotationError';
}

/** YAML whose shape does not fit the fields; every misfit is listed, as go-yaml does. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';

  constructor(misfits: readonly string[]) {
    super(`yaml: unmarshal errors:\n${misfits.map((misfit) => `  ${misfit}`).join('\n')}`);
  }
}

type ParseTerm = (text: string) => Ref | undefined;

/** Fills the fields of a block. References in it are read by the functions handed in. */
export function decodeAnnotations(
  node: YamlNode | undefined,
  parse: { readonly ref: ParseTerm; readonly term: ParseTerm },
): { readonly scope: string; readonly content: AnnotationContent } {
  const fields = new Fields(node);
  const scope = fields.text('scope') ?? '';
  const title = fields.text('title');
  const entrypoint = fields.boolean('entrypoint');
  const description = fields.text('description');
  const organizations = fields.texts('organizations');
  const related = fields.values('related_resources');
  const authors = fields.values('authors');
  const schemas = fields.mappings('schemas');
  const compile = fields.mapping('compile');
  const custom = fields.mapping('custom');
  const labels = fields.mapping('labels');
  fields.finish();
  const content: AnnotationContent = {
    ...(title && { title }),
    ...(entrypoint && { entrypoint }),
    ...(description && { description }),
    ...(organizations.length > 0 && { organizations }),
    ...(related.length > 0 && { relatedResources: related.map(relatedResource) }),
    ...(compile && { compile: compileOf(compile, parse) }),
    ...(schemas.length > 0 && { schemas: schemas.map((schema) => schemaOf(schema, parse)) }),
    ...(authors.length > 0 && { authors: authors.map(author) }),
    ...(custom && { custom: objectOfMapping(custom) }),
    ...(labels && { labels: objectOfMapping(labels) }),
  };
  return { scope, content };
}

/** Reads typed members of the block's mapping and collects what does not fit. */
class Fields {
  readonly #members = new Map<string, YamlNode>();
  readonly #misfits: string[] = [];

  constructor(node: YamlNode | undefined) {
    if (!node || isNull(node)) return;
    if (node.kind !== 'mapping') this.#misfit(node, 'ast.rawAnnotation');
    else this.#collect(node);
  }

  text(name: string): string | undefined {
    const node = this.#members.get(name);
    if (!node || isNull(node)) return undefined;
    return node.kind === 'scalar' ? node.text : this.#misfit(node, 'string');
  }

  boolean(name: string): boolean {
    const node = this.#members.get(name);
    if (!node || isNull(node)) return false;
    if (node.kind === 'scalar') {
      const { value } = resolveScalar(node);
      if (typeof value === 'boolean') return value;
      // Typed booleans may be written as in YAML 1.1.
      if (/^(?:y|Y|yes|Yes|YES|on|On|ON)$/.test(node.text)) return true;
      if (/^(?:n|N|no|No|NO|off|Off|OFF)$/.test(node.text)) return false;
    }
    this.#misfit(node, 'bool');
    return false;
  }

  texts(name: string): readonly string[] {
    return this.#items(name, '[]string').flatMap((item) => {
      if (item.kind === 'scalar') return [isNull(item) ? '' : item.text];
      this.#misfit(item, 'string');
      return [];
    });
  }

  values(name: string): readonly Value[] {
    return this.#items(name, '[]interface {}').map((item) => valueOfNode(item, refuseKey));
  }

  mappings(name: string): readonly YamlMapping[] {
    return this.#items(name, '[]map[string]interface {}').flatMap((item) => {
      if (item.kind === 'mapping') return [item];
      if (!isNull(item)) this.#misfit(item, 'map[string]interface {}');
      return [];
    });
  }

  mapping(name: string): YamlMapping | undefined {
    const node = this.#members.get(name);
    if (!node || isNull(node)) return undefined;
    return node.kind === 'mapping' ? node : this.#misfit(node, 'map[string]interface {}');
  }

  finish(): void {
    if (this.#misfits.length > 0) throw new ShapeError(this.#misfits);
  }

  #items(name: string, type: string): readonly YamlNode[] {
    const node = this.#members.get(name);
    if (!node || isNull(node)) return [];
    if (node.kind === 'sequence') return node.items;
    this.#misfit(node, type);
    return [];
  }

  #collect(node: YamlMapping): void {
    const lines = new Map<string, number>();
    for (const [key, value] of mergedEntries(node)) {
      if (key.kind !== 'scalar') continue;
      const before = lines.get(key.text);
      if (before === undefined) this.#members.set(key.text, value);
      else this.#misfits.push(`line ${key.line}: mapping key "${key.text}" already defined at line ${before}`);
      lines.set(key.text, key.line);
    }
  }

  #misfit(node: YamlNode, type: string): undefined {
    this.#misfits.push(`line ${node.line}: cannot unmarshal ${describe(node)} into ${type}`);
  }
}

function describe(node: YamlNode): string {
  if (node.kind === 'mapping') return '!!map';
  if (node.kind === 'sequence') return '!!seq';
  const shown = Buffer.byteLength(node.text) > 10 ? `${node.text.slice(0, 7)}...` : node.text;
  return `${resolveScalar(node).tag} \`${shown}\``;
}

function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && resolveScalar(node).tag === '!!null';
}

function refuseKey(path: readonly string[]): never {
  throw new AnnotationError(`invalid map key type(s): ${path.join('/')}`);
}

/** The top keys may be anything that has a text; below, keys must be strings. */
function objectOfMapping(node: YamlMapping): RegoObject {
  return objectOf(
    mergedEntries(node).flatMap(([key, value]) =>
      key.kind === 'scalar' ? [[key.text, valueOfNode(value, refuseKey)] as const] : [],
    ),
  );
}

function relatedResource(value: Value): { readonly ref: string; readonly description?: string } {
  if (typeof value === 'string') {
    if (value !== '') return { ref: value };
    throw new AnnotationError(`invalid related-resource definition ${goText(value)}: ref URL may not be empty string`);
  }
  if (!isObject(value)) {
    throw new AnnotationError(
      `invalid related-resource definition ${goText(value)}: invalid value type, must be string or map`,
    );
  }
  const ref = trimmedText(value, 'ref');
  const description = trimmedText(value, 'description');
  if (ref === '') {
    throw new AnnotationError(`invalid related-resource definition ${goText(value)}: 'ref' value required in object`);
  }
  return { ref, ...(description !== '' && { description }) };
}

function author(value: Value): { readonly name: string; readonly email?: string } {
  if (typeof value === 'string') return authorOfText(value);
  if (!isObject(value)) {
    throw new AnnotationError(`invalid author definition ${goText(value)}: invalid value type, must be string or map`);
  }
  const name = trimmedText(value, 'name');
  const email = trimmedText(value, 'email');
  if (name === '' && email === '') {
    throw new AnnotationError(
      `invalid author definition ${goText(value)}: 'name' and/or 'email' values required in object`,
    );
  }
  return { name, ...(email !== '' && { email }) };
}

/** `Ada Lovelace <ada@example.com>` */
function authorOfText(text: string): { readonly name: string; readonly email?: string } {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const last = words.at(-1);
  if (last === undefined) throw new AnnotationError(`invalid author definition ${text}: author is an empty string`);
  const email = /^<(.*)>$/.exec(last)?.[1];
  if (email === undefined) return { name: words.join(' ') };
  return { name: words.slice(0, -1).join(' '), ...(email !== '' && { email }) };
}

function trimmedText(object: RegoObject, key: string): string {
  const value = object.get(key);
  return typeof value === 'string' ? value.trim() : '';
}

function compileOf(
  node: YamlMapping,
  parse: { readonly ref: ParseTerm; readonly term: ParseTerm },
): NonNullable<Annotations['compile']> {
  const object = objectOfMapping(node);
  const unknowns = object.get('unknowns');
  const mask = object.get('mask_rule');
  const maskRule = typeof mask === 'string' ? parse.term(mask) : undefined;
  if (typeof mask === 'string' && !maskRule) throw new AnnotationError(`invalid mask_rule annotation "${mask}"`);
  return {
    ...(unknowns !== undefined &&
      isArray(unknowns) && { unknowns: unknowns.flatMap((text) => unknownOf(text, parse.ref)) }),
    ...(maskRule && { maskRule }),
  };
}

function unknownOf(value: Value, parseRef: ParseTerm): readonly Ref[] {
  if (typeof value !== 'string') return [];
  const ref = parseRef(value);
  if (!ref) throw new AnnotationError(`invalid unknowns element "${value}"`);
  return [ref];
}

function schemaOf(node: YamlMapping, parse: { readonly ref: ParseTerm; readonly term: ParseTerm }): SchemaAnnotation {
  const [entry] = node.entries;
  const name = entry?.[0].kind === 'scalar' ? entry[0].text : '';
  const path = parse.ref(name);
  if (!path) throw new AnnotationError('invalid document reference');
  const value = entry ? valueOfNode(entry[1], refuseKey) : null;
  if (typeof value === 'string') {
    const schema = parse.term(value);
    const isSchema = schema?.head.kind === 'var' && schema.head.name === 'schema';
    if (!schema || !isSchema) throw new AnnotationError('invalid schema reference');
    return { path, schema };
  }
  if (!isObject(value)) throw new AnnotationError(`invalid schema declaration for path "${name}"`);
  return { path, definition: value };
}

/** A value as Go's `%s` shows it, near enough for a message about it. */
function goText(value: Value): string {
  if (typeof value === 'string') return value;
  if (isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (isObject(value)) {
    return `map[${value
      .entries()
      .map(([key, member]) => `${goText(key)}:${goText(member)}`)
      .join(' ')}]`;
  }
  return `%!s(${value === null ? '<nil>' : `${typeof value === 'boolean' ? 'bool' : 'int'}=${String(value)}`})`;
}
