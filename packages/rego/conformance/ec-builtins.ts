// SPDX-License-Identifier: Apache-2.0
import type { CustomBuiltin } from '../src/policy.ts';
import { objectOf, type RegoObject } from '../src/value/object.ts';
import type { Value } from '../src/value/value.ts';

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
  {
    declaration: 'ec.purl.is_valid(purl: string) result: boolean',
    run: ([text]) => parsePurl(text) !== undefined,
  },
  {
    declaration:
      'ec.purl.parse(purl: string) object: object<name: string, namespace: string, ' +
      'qualifiers: array[object<key: string, value: string>], subpath: string, type: string, version: string>',
    run: ([text]) => parsePurl(text),
  },
  ...declarations.map((declaration): CustomBuiltin => ({ declaration, run: () => undefined })),
];

/** As much of the package URL specification as the tests of the policies ask for. */
function parsePurl(text: Value | undefined): RegoObject | undefined {
  const parts = /^pkg:\/*([A-Za-z][A-Za-z0-9.+-]*)\/([^?#]+)(?:\?([^#]*))?(?:#(.*))?$/.exec(String(text));
  const [, type = '', path = '', query = '', subpath = ''] = parts ?? [];
  const at = path.lastIndexOf('@');
  const names = (at > 0 ? path.slice(0, at) : path).split('/').filter((part) => part !== '');
  const name = names.pop();
  if (!parts || name === undefined) return undefined;
  const qualifiers = query
    .split('&')
    .filter((pair) => pair.includes('='))
    .map((pair) => [pair.slice(0, pair.indexOf('=')), decode(pair.slice(pair.indexOf('=') + 1))] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => objectOf([['key', key] as const, ['value', value] as const]));
  return objectOf([
    ['type', type.toLowerCase()],
    ['namespace', names.map(decode).join('/')],
    ['name', decode(name)],
    ['version', at > 0 ? decode(path.slice(at + 1)) : ''],
    ['qualifiers', qualifiers],
    ['subpath', subpath],
  ]);
}

function decode(text: string): string {
  return decodeURIComponent(text);
}
