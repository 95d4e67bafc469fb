// SPDX-License-Identifier: Apache-2.0
export { type RuleAnnotations, readAnnotations } from './annotations.ts';
export type { BuiltinContext } from './builtins/builtin.ts';
export { BuiltinError } from './builtins/builtin.ts';
export { type CompileOptions, compile } from './compile.ts';
export type { AnnotationLink } from './compiler/annotation-set.ts';
export { Coverage, type CoverageRange, type CoverageReport, type FileCoverage } from './coverage.ts';
export { RegoError, type RegoErrorCode, RegoErrors } from './error.ts';
export { errorsToJson } from './error-json.ts';
export type { Ask } from './eval/host.ts';
export {
  type Documents,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
  evaluateWithHost,
  type HostOptions,
} from './evaluate.ts';
export { type InspectedAnnotations, type Inspection, inspect, inspectionToJson } from './inspect.ts';
export { defaultLimits, type Limits } from './limits.ts';
export type { Location } from './location.ts';
export { type ParseOptions, parseModule } from './parse.ts';
export type { CustomBuiltin, Policy } from './policy.ts';
export type { Bindings, ExpressionValue, QueryResult } from './query.ts';
export { loadPolicy, savePolicy } from './save.ts';
export { loadSettled, type SettledData, saveSettled } from './save-settled.ts';
export type { Annotations, Module, RegoVersion, Rule, Term } from './syntax/ast.ts';
export { moduleToJson } from './syntax/ast-json.ts';
export { countTests, type TestCounts, type TestReportOptions, testReport, testsToJson } from './test-report.ts';
export { type CaseResult, runTests, type TestOptions, type TestResult } from './test-runner.ts';
export { compare, equal } from './value/compare.ts';
export { fromJson, fromPlain, type Plain, readValues, toJson, toPlain } from './value/json.ts';
export { type BigNum, clockNumber } from './value/number.ts';
export { emptyObject, ObjectBuilder, objectOf, type RegoObject } from './value/object.ts';
export { print } from './value/print.ts';
export { type RegoSet, SetBuilder, setOf } from './value/set.ts';
export { isArray, isNumber, isObject, isSet, typeOf, type Value } from './value/value.ts';
