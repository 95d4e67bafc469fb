// SPDX-License-Identifier: Apache-2.0

// The types are conforma/cli's own (internal/rego), and matter: a policy that misspells a member does not compile.
// Lists are declared as lists of exactly one item there, so ["a", "b"] written into a call is a type error (quirk).
const strings = 'array<string>';
const annotations = 'object[string: string]';
const platform = `object<architecture: string, features: ${strings}, os: string, os.features: ${strings}, os.version: string, variant: string>`;
const descriptor = `object<annotations: ${annotations}, artifactType: string, data: string, digest: string, mediaType: string, platform: ${platform}, size: number, urls: ${strings}>`;
const indexed = `object<annotations: ${annotations}, data: string, digest: string, mediaType: string, platform: ${platform}, size: number, urls: ${strings}>`;
const manifest = `object<annotations: ${annotations}, config: ${descriptor}, layers: array<${descriptor}>, mediaType: string, schemaVersion: number, subject: ${descriptor}>`;
const index = `object<annotations: ${annotations}, manifests: array<${indexed}>, mediaType: string, schemaVersion: number>`;
const referrer = `object<annotations: ${annotations}, artifactType: string, digest: string, mediaType: string, ref: string, size: number>`;
const files = 'object[string: any]';
const options = 'object<ignore_rekor: boolean>[string: string]';
const signature = `object<certificate: string, chain: ${strings}, keyid: string, metadata: ${annotations}, signature: string>`;
const attestation = `object<signatures: array<${signature}>, statement: any>`;
const qualifiers = 'array[object<key: string, value: string>]';

/** The fourteen functions of `ec.*`, in OPA's notation. */
export const declarations = {
  blob: 'ec.oci.blob(ref: string) blob: string @nondeterministic',
  parsedBlob: 'ec.oci.parsed_blob(ref: string) value: any @nondeterministic',
  blobFiles: `ec.oci.blob_files(ref: string, paths: ${strings}) files: ${files} @nondeterministic`,
  imageFiles: `ec.oci.image_files(ref: string, paths: ${strings}) files: ${files} @nondeterministic`,
  descriptor: `ec.oci.descriptor(ref: string) object: ${descriptor} @nondeterministic`,
  imageManifest: `ec.oci.image_manifest(ref: string) object: ${manifest} @nondeterministic`,
  imageManifests: `ec.oci.image_manifests(refs: set[string]) manifests: object[string: ${manifest}] @nondeterministic`,
  imageIndex: `ec.oci.image_index(ref: string) object: ${index} @nondeterministic`,
  imageTagRefs: `ec.oci.image_tag_refs(ref: string) refs: ${strings} @nondeterministic`,
  imageReferrers: `ec.oci.image_referrers(ref: string) referrers: array<${referrer}> @nondeterministic`,
  verifyImage: `ec.sigstore.verify_image(ref: string, opts: ${options}) result: object<errors: ${strings}, signatures: array<${signature}>, success: boolean> @nondeterministic`,
  verifyAttestation: `ec.sigstore.verify_attestation(ref: string, opts: ${options}) result: object<attestations: array<${attestation}>, errors: ${strings}, success: boolean> @nondeterministic`,
  // The answer is a boolean; ec declares a string (quirk).
  purlIsValid: 'ec.purl.is_valid(purl: string) result: string',
  purlParse: `ec.purl.parse(purl: string) object: object<name: string, namespace: string, qualifiers: ${qualifiers}, subpath: string, type: string, version: string>`,
} as const;
