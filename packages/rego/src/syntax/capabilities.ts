// SPDX-License-Identifier: Apache-2.0
import type { RegoVersion } from './ast.ts';
import { futureKeywords, type Keywords, v1Keywords, v2Keywords } from './token.ts';

/** Features of the language a policy may use, by OPA's names. */
export type Feature =
  | 'rego_v1'
  | 'rego_v2'
  | 'rego_v1_import'
  | 'rego_v2_import'
  | 'rule_head_refs'
  | 'rule_head_ref_string_prefixes'
  | 'keywords_in_refs'
  | 'template_strings';

/** What the parser may accept; the built-in functions are the compiler's business. */
export interface SyntaxCapabilities {
  readonly futureKeywords: readonly string[];
  readonly features: readonly string[];
}

/** What OPA 1.22 grants each dialect unless told otherwise. */
export function defaultCapabilities(version: RegoVersion): SyntaxCapabilities {
  switch (version) {
    case 'v0':
    case 'v0v1':
      return { futureKeywords: [...futureKeywords.keys()], features: v0Features };
    case 'v1':
      return { futureKeywords: [...v2Keywords.keys()], features: v1Features };
    case 'v2':
      return { futureKeywords: [], features: v2Features };
  }
}

/** The `rego_v2` feature implies some others for v2 modules. */
export function grants(capabilities: SyntaxCapabilities, feature: Feature, version: RegoVersion): boolean {
  if (capabilities.features.includes(feature)) return true;
  const implied = feature === 'keywords_in_refs' || feature === 'template_strings';
  return version === 'v2' && implied && capabilities.features.includes('rego_v2');
}

/** The keywords a module may import, or the sentence that says why the capabilities make no sense. */
export function importableKeywords(capabilities: SyntaxCapabilities, version: RegoVersion): Keywords | string {
  const unknown = capabilities.futureKeywords.find((word) => !futureKeywords.has(word));
  if (version === 'v1' || version === 'v2') {
    const feature = version === 'v1' ? 'rego_v1' : 'rego_v2';
    if (!capabilities.features.includes(feature)) {
      return `illegal capabilities: ${feature} feature required for parsing ${version} Rego`;
    }
    if (unknown !== undefined) return `illegal capabilities: unknown keyword: ${unknown}`;
    const granted = [...v2Keywords].filter(([word]) => capabilities.futureKeywords.includes(word));
    return new Map([...v1Keywords, ...(version === 'v2' ? v2Keywords : []), ...granted]);
  }
  if (unknown !== undefined) return `illegal capabilities: unknown keyword: ${unknown}`;
  const granted = [...futureKeywords].filter(([word]) => capabilities.futureKeywords.includes(word));
  return new Map([...granted, ...(capabilities.features.includes('rego_v1') ? v1Keywords : [])]);
}

const v0Features: readonly Feature[] = [
  'rule_head_ref_string_prefixes',
  'rule_head_refs',
  'rego_v1_import',
  'rego_v2_import',
  'rego_v1',
  'rego_v2',
  'keywords_in_refs',
];

const v1Features: readonly Feature[] = ['rego_v1', 'rego_v2', 'rego_v2_import', 'keywords_in_refs', 'template_strings'];

const v2Features: readonly Feature[] = [
  'rego_v1_import',
  'rego_v2_import',
  'rego_v1',
  'rego_v2',
  'keywords_in_refs',
  'template_strings',
];
