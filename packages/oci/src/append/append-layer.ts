// SPDX-License-Identifier: Apache-2.0
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mapBounded } from '../copy/bounded.ts';
import type { Descriptor, Platform } from '../descriptor.ts';
import { digestOf } from '../digest.ts';
import type { ImageManifest } from '../manifest.ts';
import { isForeignLayer } from '../media-types.ts';
import type { Repository } from '../repository.ts';
import { type BaseImage, type ImageConfig, readBase, scratch } from './base-image.ts';
import type { Layer, LayerCompression, LayerContent } from './layer.ts';

/** What of an image's run-time config an append sets (image specification, config.md); the rest is the base's. */
export interface ConfigChanges {
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  /** `NAME=value`; a name of the base is replaced. */
  readonly env?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly workingDir?: string;
  readonly exposedPorts?: readonly string[];
}

export interface AppendOptions {
  /** The image to put the layer on; nothing unless told. */
  readonly base?: { readonly repository: Repository; readonly reference: string };
  /** A directory, a tar file (plain or gzip), or a tar as a stream. */
  readonly content: LayerContent;
  /** Which image of an index, and what an image from nothing is for; linux/amd64 unless told. */
  readonly platform?: Platform;
  readonly config?: ConfigChanges;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly tag?: string;
  /** The time written everywhere a time is written; the beginning of 1970 unless told. */
  readonly created?: Date;
  readonly compression?: LayerCompression;
  /** Where the layer is put together before it is uploaded. */
  readonly temporaryFolder?: string;
  readonly signal?: AbortSignal;
}

/**
 * Puts a directory or tar as one layer on a base image, or on nothing, and stores the image. The same content, base
 * and options give the same digest.
 *
 * @example
 * await appendLayer(target, { content: 'dist', config: { entrypoint: ['/app'] }, tag: 'v1' });
 */
export async function appendLayer(target: Repository, options: AppendOptions): Promise<Descriptor> {
  const { content, compression = 'gzip', created = new Date(0), signal } = options;
  const platform = options.platform ?? { os: 'linux', architecture: 'amd64' };
  const base =
    options.base === undefined
      ? scratch(platform)
      : await readBase(options.base.repository, options.base.reference, platform);
  const folder = await mkdtemp(join(options.temporaryFolder ?? tmpdir(), 'sluice-layer-'));
  try {
    const settings = { compression, created, ...(signal === undefined ? {} : { signal }) };
    // Compression is loaded by those who build, not by those who verify.
    const { writeLayer } = await import('./layer.ts');
    const layer = await writeLayer(content, join(folder, 'layer'), settings);
    if (options.base !== undefined) await bringLayers(options.base.repository, target, base.manifest.layers);
    await target.putBlob(layer, async () => createReadStream(layer.file));
    return await storeImage(target, base, layer, options, created);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The base's layers, to where the image will be. */
async function bringLayers(source: Repository, target: Repository, layers: readonly Descriptor[]): Promise<void> {
  if (source.name === target.name) return;
  await mapBounded(
    layers.filter((layer) => !isForeignLayer(layer)),
    4,
    async (layer) => {
      if (await target.hasBlob(layer.digest)) return;
      if (await target.mountBlob(layer.digest, source)) return;
      await target.putBlob(layer, () => source.openBlob(layer));
    },
  );
}

async function storeImage(
  target: Repository,
  base: BaseImage,
  layer: Layer,
  options: AppendOptions,
  created: Date,
): Promise<Descriptor> {
  const config = encode(configWith(base.config, layer, options.config ?? {}, created));
  const configDescriptor = { mediaType: base.types.config, digest: digestOf(config), size: config.length };
  await target.putBlob(configDescriptor, config);
  const mediaType = options.compression === 'none' ? base.types.tar : base.types.gzip;
  const annotations = { ...base.manifest.annotations, ...options.annotations };
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: base.types.manifest,
    config: configDescriptor,
    layers: [...base.manifest.layers, { mediaType, digest: layer.digest, size: layer.size }],
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
  return target.putManifest(encode(manifest), base.types.manifest, options.tag);
}

function configWith(base: ImageConfig, layer: Layer, changes: ConfigChanges, created: Date): ImageConfig {
  const time = created.toISOString().replace(/\.\d{3}Z$/, 'Z');
  return {
    ...base,
    created: time,
    config: runtimeWith(base['config'], changes),
    rootfs: { type: 'layers', diff_ids: [...base.rootfs.diff_ids, layer.diffId] },
    history: [...base.history, { created: time, created_by: 'sluice image append' }],
  };
}

function runtimeWith(base: unknown, changes: ConfigChanges): Readonly<Record<string, unknown>> {
  const runtime: Record<string, unknown> = typeof base === 'object' && base !== null ? { ...base } : {};
  const { entrypoint, cmd, env, labels, user, workingDir, exposedPorts } = changes;
  return {
    ...runtime,
    // A new entry point does not fit the base's arguments.
    ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint, Cmd: cmd ?? null }),
    ...(cmd === undefined ? {} : { Cmd: cmd }),
    ...(env === undefined ? {} : { Env: mergedEnv(runtime['Env'], env) }),
    ...(labels === undefined ? {} : { Labels: { ...objectOf(runtime['Labels']), ...labels } }),
    ...(user === undefined ? {} : { User: user }),
    ...(workingDir === undefined ? {} : { WorkingDir: workingDir }),
    ...(exposedPorts === undefined
      ? {}
      : {
          ExposedPorts: {
            ...objectOf(runtime['ExposedPorts']),
            ...Object.fromEntries(exposedPorts.map((port) => [port, {}])),
          },
        }),
  };
}

function mergedEnv(base: unknown, changes: readonly string[]): readonly string[] {
  const nameOf = (entry: string) => entry.split('=', 1).join('');
  const replaced = new Set(changes.map(nameOf));
  const kept = (Array.isArray(base) ? base : []).filter(
    (entry) => typeof entry === 'string' && !replaced.has(nameOf(entry)),
  );
  return [...kept, ...changes];
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
