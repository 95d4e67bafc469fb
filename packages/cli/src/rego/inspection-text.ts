// SPDX-License-Identifier: Apache-2.0
import { type InspectedAnnotations, type Module, print, toJson, type Value } from '@sluice/rego';
import { table } from './table.ts';

const PAGE_WIDTH = 80;

/** What `opa inspect` prints for people. */
export function inspectionText(
  namespaces: ReadonlyMap<string, readonly string[]>,
  annotations: readonly InspectedAnnotations[],
  modules: readonly Module[],
): string {
  const rows = [...namespaces].flatMap(([name, files]) => files.map((file, at) => [at === 0 ? name : '', file]));
  const places = rows.length > 0 ? `NAMESPACES:\n${table(['NAMESPACE', 'FILE'], rows)}` : '';
  const packages = new Map(modules.map((module) => [module.source.file, module.package.path]));
  const texts = annotations.map((one) => annotationText(one, packages.get(one.file) ?? []));
  return places + (texts.length > 0 ? `ANNOTATIONS:\n${texts.join('')}` : '');
}

function annotationText({ path, file, row, annotations }: InspectedAnnotations, pkg: readonly Value[]): string {
  const title = annotations.title?.trim() || refText(path.slice(1));
  const { description, target, scope, entrypoint } = annotations;
  return [
    `${title}\n${'='.repeat(Math.min(title.length, PAGE_WIDTH))}\n\n`,
    description ? `${description}\n\n` : '',
    `Package:  ${refText(pkg.slice(1))}\n`,
    target.kind === 'rule' ? `Rule:     ${refText(path.slice(pkg.length))}\n` : '',
    `Location: ${file}:${row}\nScope: ${scope}\n`,
    entrypoint === true ? 'Entrypoint: true\n' : '',
    '\n',
    ...sectionsOf(annotations),
  ].join('');
}

function sectionsOf(annotations: InspectedAnnotations['annotations']): readonly string[] {
  const { organizations = [], authors = [], schemas = [], relatedResources = [], custom } = annotations;
  const entry = (key: string, value = ''): Entry => ({ key, value });
  return [
    section(
      'Organizations',
      '',
      organizations.map((name) => entry(name)),
    ),
    section(
      'Authors',
      '',
      authors.map(({ name, email }) => entry(email ? `${name} <${email}>`.trim() : name)),
    ),
    section(
      'Schemas',
      ': ',
      schemas.map((one) => entry(termsText(one.path), schemaText(one))),
    ),
    section(
      'Related Resources',
      ' ',
      relatedResources.map((one) => entry(one.ref, one.description)),
    ),
    section(
      'Custom',
      ': ',
      [...(custom?.entries() ?? [])].map(([key, value]) => entry(String(key), toJson(value))),
    ),
  ];
}

interface Entry {
  readonly key: string;
  readonly value: string;
}

function section(title: string, separator: string, entries: readonly Entry[]): string {
  if (entries.length === 0) return '';
  const width = Math.max(...entries.map(({ key }) => key.length));
  const rows = entries.map(({ key, value }) =>
    value === '' ? ` ${oneLine(key)}` : ` ${oneLine(key)}${separator}${' '.repeat(width - key.length)}${value}`,
  );
  return `${title}:\n${rows.map((row) => `${shortened(row)}\n`).join('')}\n`;
}

function oneLine(text: string): string {
  return text.replaceAll('\n', ' ');
}

function shortened(row: string): string {
  return row.length >= PAGE_WIDTH ? `${row.slice(0, PAGE_WIDTH - 3)}...` : row;
}

type SchemaAnnotation = NonNullable<InspectedAnnotations['annotations']['schemas']>[number];

function schemaText({ schema, definition }: SchemaAnnotation): string {
  if (schema) return termsText(schema);
  return definition === undefined ? '' : toJson(definition);
}

/** A reference of an annotation, whose parts are names. */
function termsText(ref: SchemaAnnotation['path']): string {
  const head = ref.head.kind === 'var' ? ref.head.name : '';
  const parts = ref.path.map((term) => (term.kind === 'constant' ? term.value : ''));
  return refText([head, ...parts]);
}

/** A path as Rego writes it: `a.b["c-d"]`. */
function refText([first, ...rest]: readonly Value[]): string {
  const isName = (part: Value): part is string => typeof part === 'string' && /^[A-Za-z_]\w*$/.test(part);
  return `${String(first ?? '')}${rest.map((part) => (isName(part) ? `.${part}` : `[${print(part)}]`)).join('')}`;
}
