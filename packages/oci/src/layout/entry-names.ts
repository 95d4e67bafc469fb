// SPDX-License-Identifier: Apache-2.0
import type { Descriptor } from '../descriptor.ts';
import { cosignTag } from '../digest.ts';

/** The annotation that names an entry of a layout (image specification, "Pre-Defined Annotation Keys"). */
export const REF_NAME = 'org.opencontainers.image.ref.name';
/** Where containerd writes the full name of an image, beside the tag alone in REF_NAME. */
const CONTAINERD_NAME = 'io.containerd.image.name';

// `cosign save` names nothing: it says of each entry what it is (github.com/sigstore/cosign, pkg/oci/layout).
const COSIGN_KIND = 'kind';
const COSIGN_IMAGES: readonly string[] = ['dev.cosignproject.cosign/image', 'dev.cosignproject.cosign/imageIndex'];
const COSIGN_EVIDENCE: ReadonlyMap<string | undefined, 'sig' | 'att'> = new Map([
  ['dev.cosignproject.cosign/sigs', 'sig'],
  ['dev.cosignproject.cosign/atts', 'att'],
]);

/** Tags under which evidence is kept: cosign's, and those of the referrers tag schema. */
const EVIDENCE_TAG = /^sha(?:256|512)-[0-9a-f]{64,128}(?:\.(?:sig|att|sbom))?$/;

/** Whether an entry is what a tag names: its annotation is the tag, or a full name that ends in it. */
export function isNamed(entry: Descriptor, tag: string, entries: readonly Descriptor[]): boolean {
  const { [REF_NAME]: name, [CONTAINERD_NAME]: fullName } = entry.annotations ?? {};
  return name === tag || [name, fullName].some((text) => tagOf(text) === tag) || cosignName(entry, entries) === tag;
}

/** The tag that an entry carries, without the registry and repository that some writers put before it. */
export function tagNameOf(entry: Descriptor, entries: readonly Descriptor[]): string | undefined {
  const { [REF_NAME]: name, [CONTAINERD_NAME]: fullName } = entry.annotations ?? {};
  return tagOf(name) ?? name ?? tagOf(fullName) ?? cosignName(entry, entries);
}

/** Whether an entry's name says that it is evidence for another entry. */
export function isEvidence(entry: Descriptor, entries: readonly Descriptor[]): boolean {
  return COSIGN_EVIDENCE.has(entry.annotations?.[COSIGN_KIND]) || EVIDENCE_TAG.test(tagNameOf(entry, entries) ?? '');
}

/** The tag that cosign's evidence for the one image of the layout would have in a registry. */
function cosignName(entry: Descriptor, entries: readonly Descriptor[]): string | undefined {
  const kind = COSIGN_EVIDENCE.get(entry.annotations?.[COSIGN_KIND]);
  if (kind === undefined) return undefined;
  const images = entries.filter(({ annotations }) => COSIGN_IMAGES.includes(annotations?.[COSIGN_KIND] ?? ''));
  const [image] = images;
  return image !== undefined && images.length === 1 ? cosignTag(image.digest, kind) : undefined;
}

/** The tag of a full name such as `registry.example/team/app:v1`. */
function tagOf(fullName: string | undefined): string | undefined {
  const slash = fullName?.lastIndexOf('/') ?? -1;
  const colon = fullName?.lastIndexOf(':') ?? -1;
  return colon > slash && slash >= 0 ? fullName?.slice(colon + 1) : undefined;
}
