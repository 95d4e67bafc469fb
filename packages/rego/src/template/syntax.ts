// SPDX-License-Identifier: Apache-2.0

/** A template of Go's text/template that is wrong, or fails while it is filled. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipe: Pipe }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipe: Pipe;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | { readonly kind: 'template'; readonly name: string; readonly pipe: Pipe | undefined }
  | { readonly kind: 'break' | 'continue' };

/** Commands joined by `|`, whose value may go to variables. */
export interface Pipe {
  readonly variables: readonly string[];
  /** `:=` makes new variables. */
  readonly declares: boolean;
  readonly commands: readonly (readonly Term[])[];
}

export type Term =
  | { readonly kind: 'literal'; readonly value: null | boolean | string }
  | { readonly kind: 'number'; readonly text: string }
  /** `.a.b` below the dot, `$x.a` below a variable, `(…).a` below a pipe. */
  | { readonly kind: 'field'; readonly from: '.' | string | Pipe; readonly path: readonly string[] }
  | { readonly kind: 'function'; readonly name: string };

/** A template, and those it defines. */
export interface Template {
  readonly nodes: readonly Node[];
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}
