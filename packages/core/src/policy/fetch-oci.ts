// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, ImageManifest, Repository } from '@sluice/oci';
import { SluiceError } from '../error.ts';
import { isPolicyFile, type SourceFile, sourceLimits } from './source-file.ts';
import { SourceTree } from './source-tree.ts';
import { unpack } from './unpack.ts';

const titleKey = 'org.opencontainers.image.title';
const unpackKey = 'io.deis.oras.content.unpack';
const tarTypes: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.docker.image.rootfs.diff.tar.gzip',
]);

/** The digest a policy bundle's tag names now. */
export async function resolveOci(repository: Repository, tagOrDigest: string): Promise<string> {
  return (await repository.resolve(tagOrDigest)).digest;
}

/** The files of a bundle: conftest's layers (one file each, named by its title), and OPA's and other tar layers. */
export async function fetchOci(repository: Repository, digest: string): Promise<SourceFile[]> {
  const source = `${repository.name}@${digest}`;
  const manifest = await repository.getManifest(digest);
  if (manifest.kind !== 'image') throw notABundle(source, 'an index of several images');
  const layers = wantedLayers(manifest.content);
  const total = layers.reduce((sum, layer) => sum + layer.size, 0);
  if (total > sourceLimits.transfer) throw notABundle(source, `layers of ${total} bytes`);
  const lists = await Promise.all(layers.map((layer) => layerFiles(repository, layer, source)));
  const files = new Map(lists.flat().map((file) => [file.path, file]));
  if (files.size === 0) throw notABundle(source, 'no layer with policy files');
  return [...files.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function wantedLayers(manifest: ImageManifest): Descriptor[] {
  return manifest.layers.filter((layer) => {
    const title = layer.annotations?.[titleKey];
    if (title !== undefined && !unpacks(layer)) return isPolicyFile(title);
    return unpacks(layer) || tarTypes.has(layer.mediaType);
  });
}

async function layerFiles(repository: Repository, layer: Descriptor, source: string): Promise<SourceFile[]> {
  const bytes = await repository.getBlob(layer, sourceLimits.transfer);
  const title = layer.annotations?.[titleKey];
  if (title === undefined) return unpack(bytes, source);
  const tree = new SourceTree(source);
  const path = tree.checkedPath(title);
  if (unpacks(layer)) return (await unpack(bytes, source)).map((file) => ({ ...file, path: `${path}/${file.path}` }));
  tree.expect(layer.size);
  tree.addFile(path, bytes);
  return tree.files();
}

function unpacks(layer: Descriptor): boolean {
  return layer.annotations?.[unpackKey] === 'true';
}

function notABundle(source: string, found: string): SluiceError {
  return new SluiceError(
    'configuration',
    `Expected ${source} to be a policy bundle (conftest push, or OPA), but found ${found}.`,
  );
}
