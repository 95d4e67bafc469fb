// SPDX-License-Identifier: Apache-2.0
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineCommand } from '../command.ts';
import { stepContext } from '../options/context.ts';
import { idleClusterFlag, sourceFlags, sourceOptions } from '../options/policy.ts';
import { openSession, registryFlags } from '../options/registry.ts';
import { saveSources } from '../options/save-sources.ts';
import { UsageError } from '../usage-error.ts';

export const fetchPolicy = defineCommand({
  summary: 'Fetch policy sources into a folder',
  arguments: '',
  arity: [0, 0],
  description:
    'Each source goes into a folder of its own below policy/ or data/. Only Rego, JSON and YAML files are kept.',
  examples: [
    'sluice fetch policy --dest fetched --source github.com/conforma/policy//policy/release --source github.com/conforma/policy//policy/lib',
  ],
  flags: {
    source: { type: 'strings', short: 's', value: 'SOURCE', help: 'A policy source; repeatable' },
    'data-source': { type: 'strings', value: 'SOURCE', help: 'A data source; repeatable' },
    dest: { type: 'string', short: 'd', value: 'FOLDER', default: '.', help: 'Where to' },
    'work-dir': { type: 'boolean', short: 'w', help: 'To a temporary folder instead' },
    ...sourceFlags,
    ...idleClusterFlag,
    ...registryFlags,
  },
  timeout: () => '5m',
  async run(invocation) {
    const { flags, io } = invocation;
    if (flags.source.length === 0)
      throw new UsageError('A source was expected, but none is given; name it with --source.');
    const core = await import('@sluice/core');
    const options = await sourceOptions(invocation, await openSession(invocation));
    const fetcher = await core.openSources(stepContext(invocation), options);
    const fetchEach = (urls: readonly string[]) => Promise.all(urls.map((url) => fetcher.fetch(url)));
    const [policies, data] = await Promise.all([fetchEach(flags.source), fetchEach(flags['data-source'])]);
    const folder = flags['work-dir'] ? await mkdtemp(join(tmpdir(), 'sluice-policy-')) : flags.dest;
    const saved = [...(await saveSources(folder, 'policy', policies)), ...(await saveSources(folder, 'data', data))];
    for (const [i, source] of [...policies, ...data].entries()) io.stdout.write(`${source.pinned}  →  ${saved[i]}\n`);
    return 0;
  },
});
