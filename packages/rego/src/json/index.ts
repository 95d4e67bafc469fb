// SPDX-License-Identifier: Apache-2.0

/** A reader of JSON that keeps the digits of numbers, without the engine: `@sluice/rego/json`. */
export { JsonError } from './error.ts';
export { type JsonMaker, maxJsonDepth, readJson } from './read.ts';
