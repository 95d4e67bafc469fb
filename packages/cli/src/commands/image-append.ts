// SPDX-License-Identifier: Apache-2.0
import { defineCommand } from '../command.ts';
import { splitNameValue } from '../options/name-value.ts';
import { openSession, registryFlags } from '../options/registry.ts';
import { UsageError } from '../usage-error.ts';

export const imageAppend = defineCommand({
  summary: 'Put a folder or tar as one layer on a base image or on nothing, and push it',
  arguments: 'CONTENT IMAGE',
  arity: [2, 2],
  description: `CONTENT is a folder, or a tar (plain or gzip). The same content, base and flags give the same digest. IMAGE is a reference
with a tag, or with --local-image a folder that becomes an OCI image layout.`,
  examples: [
    'sluice image append ./dist registry.example.com/acme/site:main',
    'sluice image append --base gcr.io/distroless/static:nonroot --entrypoint /app ./rootfs ghcr.io/acme/app:main',
  ],
  flags: {
    base: { type: 'string', value: 'IMAGE', help: 'The image to build on [nothing]' },
    platform: {
      type: 'string',
      value: 'OS/ARCH',
      default: 'linux/amd64',
      help: 'Which image of an index, and what the image is for',
    },
    entrypoint: { type: 'strings', value: 'WORD', help: 'The entry point; repeat for further words' },
    cmd: { type: 'strings', value: 'WORD', help: 'The default command; repeat for further words' },
    env: { type: 'strings', value: 'NAME=VALUE', help: 'Set an environment variable of the image; repeatable' },
    label: { type: 'strings', value: 'NAME=VALUE', help: 'Set a label of the image; repeatable' },
    user: { type: 'string', help: 'The user that runs the image' },
    workdir: { type: 'string', value: 'DIR', help: 'The working folder of the image' },
    'local-image': { type: 'boolean', help: 'IMAGE is a folder that becomes an OCI image layout' },
    ...registryFlags,
    json: { type: 'boolean', help: 'Print the descriptor as JSON' },
  },
  async run(invocation) {
    const { flags, args, io, reporter } = invocation;
    const [content = '', image = ''] = args;
    const { appendLayer, openLayout, openRepository, parseReference } = await import('@sluice/oci');
    const [os = '', architecture = '', variant] = flags.platform.split('/');
    if (!os || !architecture) throw new UsageError(`--platform expects OS/ARCH, but found "${flags.platform}".`);
    const reference = flags['local-image'] ? undefined : parseReference(image);
    const session = await openSession(invocation, reference ? [image] : []);
    const base = flags.base === undefined ? undefined : parseReference(flags.base);
    const target = reference ? openRepository(session, reference) : openLayout(image);
    const tag = reference ? tagOf(reference.tag, image) : 'latest';
    reporter.progress('packing and pushing');
    const descriptor = await appendLayer(target, {
      content,
      ...(base
        ? { base: { repository: openRepository(session, base), reference: base.digest ?? base.tag ?? 'latest' } }
        : {}),
      platform: { os, architecture, ...(variant ? { variant } : {}) },
      tag,
      config: {
        ...(flags.entrypoint.length > 0 ? { entrypoint: flags.entrypoint } : {}),
        ...(flags.cmd.length > 0 ? { cmd: flags.cmd } : {}),
        env: flags.env,
        labels: Object.fromEntries(flags.label.map((text) => splitNameValue('label', text))),
        ...(flags.user === undefined ? {} : { user: flags.user }),
        ...(flags.workdir === undefined ? {} : { workingDir: flags.workdir }),
      },
      signal: io.signal,
    });
    io.stdout.write(`${flags.json ? JSON.stringify(descriptor) : `${target.name}@${descriptor.digest}`}\n`);
    return 0;
  },
});

function tagOf(tag: string | undefined, image: string): string {
  if (tag !== undefined) return tag;
  throw new UsageError(
    `A reference with a tag was expected for the new image, but found "${image}"; add ":" and a tag.`,
  );
}
