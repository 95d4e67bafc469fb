// SPDX-License-Identifier: Apache-2.0
import type { Json } from '../exact-json.ts';
import { declarations } from './declarations.ts';
import type { HostFunction } from './host-function.ts';
import { type Purl, readPurl } from './purl-reader.ts';

/** `ec.purl.*`: package URLs (github.com/package-url/purl-spec). */
export const purlFunctions: readonly HostFunction[] = [
  { declaration: declarations.purlIsValid, pure: true, answer: ([text]) => parsed(text) !== undefined },
  { declaration: declarations.purlParse, pure: true, answer: ([text]) => members(parsed(text)) },
];

function parsed(text: Json | undefined): Purl | undefined {
  return typeof text === 'string' ? readPurl(text) : undefined;
}

function members(purl: Purl | undefined): Json | undefined {
  return purl && { ...purl, qualifiers: purl.qualifiers.map((qualifier) => ({ ...qualifier })) };
}
