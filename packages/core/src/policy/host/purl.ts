// SPDX-License-Identifier: Apache-2.0
import { PackageURL } from 'packageurl-js';
import type { Json } from '../exact-json.ts';
import { compareText } from '../exact-json.ts';
import { declarations } from './declarations.ts';
import type { HostFunction } from './host-function.ts';

/** `ec.purl.*`: package URLs (github.com/package-url/purl-spec). */
export const purlFunctions: readonly HostFunction[] = [
  { declaration: declarations.purlIsValid, pure: true, answer: ([text]) => parsed(text) !== undefined },
  {
    declaration: declarations.purlParse,
    pure: true,
    answer: ([text]) => {
      const purl = parsed(text);
      return purl === undefined ? undefined : members(purl);
    },
  },
];

function parsed(text: Json | undefined): PackageURL | undefined {
  if (typeof text !== 'string' || !/^pkg:/i.test(text)) return undefined;
  try {
    return PackageURL.fromString(text);
  } catch {
    return undefined;
  }
}

function members(purl: PackageURL): Json {
  const qualifiers = Object.entries(purl.qualifiers ?? {}).sort(([a], [b]) => compareText(a, b));
  return {
    type: purl.type ?? '',
    namespace: purl.namespace ?? '',
    name: purl.name ?? '',
    version: purl.version ?? '',
    qualifiers: qualifiers.map(([key, value]) => ({ key, value: String(value) })),
    subpath: purl.subpath ?? '',
  };
}
