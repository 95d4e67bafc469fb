// SPDX-License-Identifier: Apache-2.0
import { declarationOf } from './builtins/declaration.ts';
import { visitRule } from './compiler/each-expr.ts';
import { operatorName } from './compiler/terms.ts';
import { locate } from './location.ts';
import type { Annotations, Module, Ref } from './syntax/ast.ts';
import { annotationsToJson, pathToJson } from './syntax/ast-json.ts';
import { printPath } from './syntax/print.ts';
import { compare } from './value/compare.ts';
import type { RegoObject } from './value/object.ts';
import { objectOf } from './value/object.ts';
import type { Value } from './value/value.ts';

/** What a set of modules consists of, before anything is compiled or run. */
export interface Inspection {
  /** Files by the package they contribute to, `data` included. */
  readonly namespaces: ReadonlyMap<string, readonly string[]>;
  /** METADATA blocks, sorted by the document they describe. */
  readonly annotations: readonly InspectedAnnotations[];
  /** Names of OPA's built-in functions that are called. */
  readonly builtins: readonly string[];
}

export interface InspectedAnnotations {
  readonly path: readonly Value[];
  /** Where the described package or rule stands. */
  readonly file: string;
  readonly row: number;
  readonly col: number;
  readonly annotations: Annotations;
}

/** Lists packages, annotations and built-in functions of parsed modules, as `opa inspect` does for a bundle. */
export function inspect(modules: readonly Module[]): Inspection {
  const namespaces = new Map<string, string[]>();
  for (const module of modules) {
    const name = printPath(module.package.path);
    namespaces.set(name, [...(namespaces.get(name) ?? []), module.source.file]);
  }
  return {
    namespaces: new Map([...namespaces].sort(([a], [b]) => compare(a, b))),
    annotations: modules.flatMap(annotationsOf).toSorted((a, b) => compare(a.path, b.path)),
    builtins: [...new Set(modules.flatMap(calledBuiltins))].sort(),
  };
}

/** An inspection in the shape of `opa inspect --annotations --format json`. */
export function inspectionToJson({ namespaces, annotations, builtins }: Inspection): RegoObject {
  return objectOf([
    ['namespaces', objectOf([...namespaces].map(([name, files]) => [name, files] as const))],
    ['annotations', annotations.map(annotationToJson)],
    ['capabilities', objectOf([['builtins', builtins.map((name) => objectOf([['name', name]]))]])],
  ]);
}

function annotationToJson({ path, file, row, col, annotations }: InspectedAnnotations): Value {
  return objectOf([
    ['annotations', annotationsToJson(annotations)],
    ['location', objectOf(Object.entries({ file, row, col }))],
    ['path', pathToJson(path)],
  ]);
}

function annotationsOf(module: Module): readonly InspectedAnnotations[] {
  return module.annotations.map((annotations) => {
    const { file, row, col } = locate(module.source, annotations.target.at);
    return { path: annotations.target.path, file, row, col, annotations };
  });
}

function calledBuiltins(module: Module): readonly string[] {
  const names: string[] = [];
  const note = (operator: Ref): void => {
    const name = operatorName(operator);
    if (declarationOf(name)) names.push(name);
  };
  for (const rule of module.rules) {
    visitRule(rule, {
      expr: (expr) => {
        if (expr.kind === 'call-expr') note(expr.operator);
        return false;
      },
      term: (term) => {
        if (term.kind === 'call') note(term.operator);
      },
    });
  }
  return names;
}
