// SPDX-License-Identifier: Apache-2.0
import type { Source } from '../location.ts';
import type { RegoObject } from '../value/object.ts';
import type { Value } from '../value/value.ts';

/**
 * The syntax tree of Rego.
 *
 * Every node is a plain object told apart by `kind`. `at` is the offset of its first character in the text of the
 * module's source (see location.ts), `end` the offset behind its last. A term that holds no variable, reference, call
 * or comprehension is one `constant` node whatever its size: policies carry whole JSON Schemas, and nobody needs a
 * node for each brace of them.
 */

/** The dialect a module is read as. `v0v1` is v0 held to the rules of v1 as well. */
export type RegoVersion = 'v0' | 'v0v1' | 'v1' | 'v2';

export interface Module {
  readonly kind: 'module';
  readonly source: Source;
  readonly version: RegoVersion;
  /** The newest dialect whose rules the module follows: `import rego.v1` raises it above `version`. */
  readonly newest: 'v0' | 'v1' | 'v2';
  readonly package: Package;
  readonly imports: readonly Import[];
  /** In the order of the text; a chained body (`f { a } { b }`) is a rule of its own. */
  readonly rules: readonly Rule[];
  /** Every METADATA block of the module, in the order of the text; empty unless annotations were asked for. */
  readonly annotations: readonly Annotations[];
  readonly comments: readonly Comment[];
}

export interface Comment {
  readonly kind: 'comment';
  /** What follows the `#`, to the end of the row. */
  readonly text: string;
  readonly at: number;
}

export interface Package {
  readonly kind: 'package';
  /** With the leading `data`: `package a.b` is `['data', 'a', 'b']`. */
  readonly path: readonly string[];
  readonly at: number;
  readonly end: number;
}

export interface Import {
  readonly kind: 'import';
  /** With the root: `data`, `input`, `future` or `rego`. */
  readonly path: readonly string[];
  readonly pathAt: number;
  readonly alias?: string;
  readonly aliasAt?: number;
  readonly at: number;
  readonly end: number;
}

export interface Rule {
  readonly kind: 'rule';
  readonly default: boolean;
  readonly head: Head;
  readonly body: Body;
  /** The body was not written: `p := 1`, `p contains 1`, `default p := 1`. */
  readonly generatedBody: boolean;
  readonly else?: Rule;
  /** METADATA blocks of scope `rule` and `document` that stand directly before the rule. */
  readonly annotations: readonly Annotations[];
  readonly at: number;
  readonly end: number;
}

/**
 * What a rule defines.
 *
 * | written            | ref        | args | key | value        |
 * | ------------------ | ---------- | ---- | --- | ------------ |
 * | `p := 1`           | `p`        | –    | –   | `1`          |
 * | `p if …`           | `p`        | –    | –   | `true`, generated |
 * | `p contains x`     | `p`        | –    | `x` | –            |
 * | `p[x] := y` (v0: also `p[x] = y`) | `p[x]` | – | `x` when not ground | `y` |
 * | `p.q[x].r := y`    | `p.q[x].r` | –    | –   | `y`          |
 * | `p.q contains x`   | `p.q`      | –    | `x` | –            |
 * | `f(x) := y`        | `f`        | `x`  | –   | `y`          |
 *
 * Use {@link headKind} to ask which of the kinds a head is.
 */
export interface Head {
  readonly kind: 'head';
  /** Empty when the reference has more than one part and the name alone would mislead, as in OPA's tree. */
  readonly name: string;
  readonly ref: Ref;
  /** Undefined for a rule that is no function. */
  readonly args?: readonly Term[];
  readonly key?: Term;
  readonly value?: Term;
  /** Written with `:=`. */
  readonly assign: boolean;
  /** The value `true` was not written. */
  readonly generatedValue: boolean;
  /** `if` and `contains` as they were written; strict v1 asks for them. */
  readonly usesIf: boolean;
  readonly usesContains: boolean;
  readonly at: number;
  readonly end: number;
}

export type HeadKind = 'complete' | 'partial-set' | 'partial-object' | 'function';

/** Which document a head defines: OPA calls the partial set "multi-value", the others "single-value". */
export function headKind(head: Head): HeadKind {
  if (head.args && head.args.length > 0) return 'function';
  if (head.key && !head.value) return 'partial-set';
  return head.ref.path.some((part) => part.kind !== 'constant') ? 'partial-object' : 'complete';
}

export type Body = readonly Expr[];

/** One line of a body. */
export type Expr = TermExpr | CallExpr | SomeExpr | EveryExpr | NotExpr | AndExpr | OrExpr;

interface ExprBase {
  readonly with: readonly With[];
  /** `not` before a single expression; with `future.keywords.not` a {@link NotExpr} is built instead. */
  readonly negated: boolean;
  /** Made by the parser or compiler; coverage and traces leave it out. */
  readonly generated: boolean;
  readonly at: number;
  readonly end: number;
}

/** A bare term: true unless its value is `false` or undefined. */
export interface TermExpr extends ExprBase {
  readonly kind: 'term-expr';
  readonly term: Term;
}

/**
 * A call as a statement. Operators are calls by OPA's names: `=` is `eq`, `:=` is `assign`, `==` is `equal`, `in` is
 * `internal.member_2` (or `_3`), `+` is `plus`.
 * One argument more than the operator's arity is the output: `plus(1, 2, x)`.
 */
export interface CallExpr extends ExprBase {
  readonly kind: 'call-expr';
  readonly operator: Ref;
  readonly args: readonly Term[];
}

/** `some x, y` (symbols are variables) or `some x in xs`, `some k, v in xs` (one call of `internal.member_2`/`_3`). */
export interface SomeExpr extends ExprBase {
  readonly kind: 'some';
  readonly symbols: readonly Term[];
}

export interface EveryExpr extends ExprBase {
  readonly kind: 'every';
  readonly key?: Term;
  readonly value: Term;
  readonly domain: Term;
  readonly body: Body;
}

/** `not { … }`, and every `not` under `future.keywords.not`. */
export interface NotExpr extends ExprBase {
  readonly kind: 'not';
  readonly body: Body;
  /** The braces were written. */
  readonly explicitBody: boolean;
}

export interface AndExpr extends ExprBase {
  readonly kind: 'and';
  readonly left: Body;
  readonly right: Body;
  readonly explicitLeft: boolean;
  readonly explicitRight: boolean;
}

export interface OrExpr extends ExprBase {
  readonly kind: 'or';
  readonly left: Body;
  readonly right: Body;
  readonly explicitLeft: boolean;
  readonly explicitRight: boolean;
}

export interface With {
  readonly kind: 'with';
  readonly target: Term;
  readonly value: Term;
  readonly at: number;
  readonly end: number;
}

export type Term =
  | Constant
  | Var
  | Ref
  | Call
  | ArrayTerm
  | ObjectTerm
  | SetTerm
  | ArrayComprehension
  | ObjectComprehension
  | SetComprehension
  | TemplateString;

/** A ground literal: scalar, array, object or set. Numbers keep their text inside the value. */
export interface Constant {
  readonly kind: 'constant';
  readonly value: Value;
  readonly at: number;
}

/** A wildcard `_` is a variable of its own named `$0`, `$1`, … in the order of the text. */
export interface Var {
  readonly kind: 'var';
  readonly name: string;
  readonly at: number;
}

/** `head.path[0][path[1]]…`; a reference without a path is only `data`, `input` or an operator's name. */
export interface Ref {
  readonly kind: 'ref';
  /** A variable; or, in a body, any other term one can look into, such as a call or an array. */
  readonly head: Term;
  /** `a.b` and `a["b"]` are both the constant "b". */
  readonly path: readonly Term[];
  readonly at: number;
}

export interface Call {
  readonly kind: 'call';
  readonly operator: Ref;
  readonly args: readonly Term[];
  readonly at: number;
}

export interface ArrayTerm {
  readonly kind: 'array';
  readonly items: readonly Term[];
  readonly at: number;
}

export interface ObjectTerm {
  readonly kind: 'object';
  /** As written; of equal keys the last value counts. An object with a constant key twice is never a constant. */
  readonly entries: readonly (readonly [key: Term, value: Term])[];
  readonly at: number;
}

export interface SetTerm {
  readonly kind: 'set';
  readonly items: readonly Term[];
  readonly at: number;
}

export interface ArrayComprehension {
  readonly kind: 'array-comprehension';
  readonly term: Term;
  readonly body: Body;
  readonly at: number;
}

export interface SetComprehension {
  readonly kind: 'set-comprehension';
  readonly term: Term;
  readonly body: Body;
  readonly at: number;
}

export interface ObjectComprehension {
  readonly kind: 'object-comprehension';
  readonly key: Term;
  readonly value: Term;
  readonly body: Body;
  readonly at: number;
}

/** `$"text {expr} text"`: text parts and scalars are constants, everything else an expression that may be undefined. */
export interface TemplateString {
  readonly kind: 'template';
  readonly parts: readonly (Constant | Expr)[];
  /** Written with backticks. */
  readonly multiLine: boolean;
  readonly at: number;
}

export type AnnotationScope = 'rule' | 'document' | 'package' | 'subpackages';

/** One METADATA block. https://www.openpolicyagent.org/docs/policy-language#metadata */
export interface Annotations {
  readonly kind: 'annotations';
  readonly scope: AnnotationScope;
  /** The package or rule the block stands above. */
  readonly target: AnnotationTarget;
  readonly title?: string;
  readonly entrypoint?: boolean;
  readonly description?: string;
  readonly organizations?: readonly string[];
  readonly relatedResources?: readonly { readonly ref: string; readonly description?: string }[];
  readonly authors?: readonly { readonly name: string; readonly email?: string }[];
  readonly schemas?: readonly SchemaAnnotation[];
  readonly compile?: { readonly unknowns?: readonly Ref[]; readonly maskRule?: Ref };
  readonly custom?: RegoObject;
  readonly labels?: RegoObject;
  /** The `# METADATA` row, and the end of the block's last row. */
  readonly at: number;
  readonly end: number;
}

export interface AnnotationTarget {
  readonly kind: 'package' | 'rule';
  /** The document described: the package's path, and a rule's reference as far as it is ground. */
  readonly path: readonly Value[];
  /** Where the package or rule begins; tells the rules of one module apart. */
  readonly at: number;
}

export interface SchemaAnnotation {
  readonly path: Ref;
  /** A reference below `schema`, or the schema itself. */
  readonly schema?: Ref;
  readonly definition?: Value;
}
