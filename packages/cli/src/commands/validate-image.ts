// SPDX-License-Identifier: Apache-2.0
import { writeFile } from 'node:fs/promises';
import { defineCommand } from '../command.ts';
import { stepContext } from '../options/context.ts';
import { policyFlags, validationOptions } from '../options/policy.ts';
import { openSession, registryFlags } from '../options/registry.ts';
import { sayVerdict } from '../options/verdict.ts';

export const validateImage = defineCommand({
  summary: 'Validate images against a policy',
  arguments: '',
  arity: [0, 0],
  description: `Verifies signatures and attestations of each image, and judges what is proved by the policy. The report goes to
standard output in ec's shape; the verdict for people goes to standard error. Exit code 1 means refused.`,
  examples: [
    'sluice validate image --image registry.example.com/acme/app:main --policy policy.yaml',
    'sluice validate image --images images.yaml --policy policy.yaml --output yaml --output junit=report.xml --show-successes',
  ],
  flags: {
    image: { type: 'string', short: 'i', value: 'IMAGE', help: 'The image to validate' },
    images: {
      type: 'string',
      value: 'FILE|TEXT',
      help: 'Several, with their sources: components with containerImage and source.git',
    },
    ...policyFlags,
    output: {
      type: 'strings',
      short: 'o',
      value: 'FORMAT[=FILE]',
      help: 'json (default), yaml, text, junit, markdown, sarif, …; repeatable',
    },
    'show-successes': { type: 'boolean', help: 'List what passed, too' },
    info: { type: 'boolean', help: 'Add title, description and solution to each result' },
    strict: { type: 'boolean', short: 's', default: true, help: 'Exit with 1 where the gate refuses' },
    ...registryFlags,
  },
  async run(invocation) {
    const { flags, io, reporter } = invocation;
    const core = await import('@sluice/core');
    const { openRepository } = await import('@sluice/oci');
    const ctx = stepContext(invocation);
    const defaults = {
      info: flags.info,
      showSuccesses: flags['show-successes'],
      showWarnings: true,
      showPolicyDocsLink: false,
      color: io.stdout.isTerminal,
    };
    const targets = (flags.output.length > 0 ? flags.output : ['json']).map((text) =>
      core.parseTarget(text, 'json', core.imageFormats, defaults),
    );
    const snapshot = await core.readSnapshot({
      ...(flags.image === undefined ? {} : { image: flags.image }),
      ...(flags.images === undefined ? {} : { images: flags.images }),
    });
    const options = await validationOptions(invocation, ctx);
    const session = await openSession(
      invocation,
      snapshot.components.map(({ containerImage }) => containerImage),
    );
    reporter.progress('validating');
    const { report } = await core.validate(ctx, { ...options, snapshot, open: (ref) => openRepository(session, ref) });
    for (const target of targets) {
      const text = await core.renderReport(report, target.format, target.options);
      if (target.path === undefined) io.stdout.write(text);
      else await writeFile(target.path, text);
    }
    if (!reporter.quiet) sayVerdict(io, report);
    return report.success || !flags.strict ? 0 : 1;
  },
});
