// SPDX-License-Identifier: Apache-2.0

/** A reader of JSON that keeps the digits of numbers, and the order of its texts, without the engine: `@sluice/rego/json`. */
export { compareStrings } from '../value/strings.ts';
export { JsonError } from './error.ts';
export { type JsonMaker, maxJsonDepth, readJson } from './read.ts';
