// SPDX-License-Identifier: Apache-2.0
import type { CustomBuiltin } from '../src/policy.ts';

const descriptor =
  'object<annotations: object[string: string], artifactType: string, data: string, digest: string, mediaType: string, ' +
  'size: number, urls: array[string]>[any: any]';
const options =
  'object<certificate_identity: string, certificate_identity_regexp: string, certificate_oidc_issuer: string, ' +
  'certificate_oidc_issuer_regexp: string, ignore_rekor: boolean, public_key: string, rekor_url: string>';

/** The functions Conforma lends, with loose types and without an answer: its tests replace every call. */
const declarations: readonly string[] = [
  'ec.oci.blob(ref: string) blob: string',
  'ec.oci.parsed_blob(ref: string) value: any',
  'ec.oci.blob_files(ref: string, paths: array[string]) files: object[string: any]',
  'ec.oci.image_files(ref: string, paths: array[string]) files: object[string: any]',
  `ec.oci.descriptor(ref: string) object: ${descriptor}`,
  'ec.oci.image_manifest(ref: string) object: object[string: any]',
  'ec.oci.image_manifests(refs: set[string]) object: object[string: any]',
  'ec.oci.image_index(ref: string) object: object[string: any]',
  'ec.oci.image_tag_refs(ref: string) refs: array[string]',
  'ec.oci.image_referrers(ref: string) refs: array[object[string: any]]',
  `ec.sigstore.verify_image(ref: string, opts: ${options}) result: object[string: any]`,
  `ec.sigstore.verify_attestation(ref: string, opts: ${options}) result: object[string: any]`,
];

export const ecBuiltins: readonly CustomBuiltin[] = [
  { declaration: 'ec.purl.is_valid(purl: string) result: boolean', run: () => undefined },
  { declaration: 'ec.purl.parse(purl: string) object: object[string: any]', run: () => undefined },
  ...declarations.map((declaration): CustomBuiltin => ({ declaration, run: () => undefined })),
];
