// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';

/** The predicate type under which cosign 3 signs an image: the statement itself is the signature. */
export const signaturePredicateType = 'https://sigstore.dev/cosign/sign/v1';
export const slsaProvenanceV1 = 'https://slsa.dev/provenance/v1';
export const slsaProvenanceV02 = 'https://slsa.dev/provenance/v0.2';
/** What cosign calls `custom`: any text, wrapped in `{Data, Timestamp}`. */
export const cosignCustomPredicateType = 'https://cosign.sigstore.dev/attestation/v1';

/** cosign's short names for `--type` (cmd/cosign/cli/options/predicate.go). */
const shortNames: ReadonlyMap<string, string> = new Map([
  ['custom', cosignCustomPredicateType],
  ['slsaprovenance', slsaProvenanceV02],
  ['slsaprovenance02', slsaProvenanceV02],
  ['slsaprovenance1', slsaProvenanceV1],
  ['link', 'https://in-toto.io/Link/v1'],
  ['spdx', 'https://spdx.dev/Document'],
  ['spdxjson', 'https://spdx.dev/Document'],
  ['cyclonedx', 'https://cyclonedx.org/bom'],
  ['vuln', 'https://cosign.sigstore.dev/attestation/vuln/v1'],
  ['openvex', 'https://openvex.dev/ns'],
]);

/**
 * The predicate type that a short name of cosign or a URI means.
 *
 * @example predicateTypeOf('slsaprovenance1') // 'https://slsa.dev/provenance/v1'
 * @throws SluiceError `usage` when it is neither.
 */
export function predicateTypeOf(nameOrUri: string): string {
  const uri = shortNames.get(nameOrUri);
  if (uri !== undefined) return uri;
  if (URL.canParse(nameOrUri)) return nameOrUri;
  const known = [...shortNames.keys()].join(', ');
  throw new SluiceError('usage', `Expected a predicate type as a URI or one of ${known}; found "${nameOrUri}".`);
}
