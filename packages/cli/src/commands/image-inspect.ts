// SPDX-License-Identifier: Apache-2.0
import type { ImageIndex, ImageManifest, Repository } from '@sluice/oci';
import { defineCommand } from '../command.ts';
import { localImageFlag, openImage, registryFlags } from '../options/registry.ts';
import { clean } from '../terminal/clean.ts';

export const imageInspect = defineCommand({
  summary: 'Show the manifest, the platforms and the configuration of an image',
  arguments: 'IMAGE',
  arity: [1, 1],
  examples: ['sluice image inspect alpine:3', 'sluice image inspect --json --local-image ./layout'],
  flags: {
    ...registryFlags,
    ...localImageFlag,
    json: { type: 'boolean', help: 'Print descriptor, manifest and configuration as JSON' },
  },
  async run(invocation) {
    const { flags, args, io } = invocation;
    const { repository, descriptor, name } = await openImage(invocation, args[0] ?? '');
    const manifest = await repository.getManifest(descriptor.digest);
    const config = manifest.kind === 'image' ? await readConfig(repository, manifest.content) : undefined;
    if (flags.json) {
      io.stdout.write(`${JSON.stringify({ name, descriptor, manifest: manifest.content, config }, null, 2)}\n`);
      return 0;
    }
    const lines = manifest.kind === 'index' ? indexLines(manifest.content) : imageLines(manifest.content, config);
    io.stdout.write(clean([name, `  type    ${descriptor.mediaType}`, ...lines, ''].join('\n')));
    return 0;
  },
});

/** The image configuration; an artifact's config may be anything, so what is not JSON is left out. */
async function readConfig(repository: Repository, manifest: ImageManifest): Promise<Config | undefined> {
  if (!/\+json$|\/json$/.test(manifest.config.mediaType)) return undefined;
  const bytes = await repository.getBlob(manifest.config);
  // Only printed, member by member, each checked for its type below.
  return JSON.parse(new TextDecoder().decode(bytes)) as Config;
}

interface Config {
  readonly os?: unknown;
  readonly architecture?: unknown;
  readonly created?: unknown;
  readonly config?: { readonly Entrypoint?: unknown; readonly Cmd?: unknown; readonly Labels?: unknown };
}

function indexLines(index: ImageIndex): string[] {
  return index.manifests.map((child) => {
    const { os = 'unknown', architecture = 'unknown', variant } = child.platform ?? {};
    return `  ${[os, architecture, variant].filter(Boolean).join('/').padEnd(16)} ${child.digest}`;
  });
}

function imageLines(manifest: ImageManifest, config: Config | undefined): string[] {
  const size = manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
  return [
    ...(config ? [`  system  ${config.os}/${config.architecture}`, `  created ${config.created ?? 'not said'}`] : []),
    ...(config?.config?.Entrypoint ? [`  entry   ${JSON.stringify(config.config.Entrypoint)}`] : []),
    ...(config?.config?.Cmd ? [`  command ${JSON.stringify(config.config.Cmd)}`] : []),
    `  layers  ${manifest.layers.length}, ${size} bytes`,
    ...manifest.layers.map((layer) => `          ${layer.digest} ${layer.size} ${layer.mediaType}`),
  ];
}
