// SPDX-License-Identifier: Apache-2.0
// Writes the README of each action from its action.yml. `node scripts/generate-docs.ts [--check]`; a test compares too.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');

interface Definition {
  readonly name: string;
  readonly description: string;
  readonly inputs?: Readonly<Record<string, { description: string; required?: boolean; default?: string }>>;
  readonly outputs?: Readonly<Record<string, { description: string }>>;
}

/** What each action is for, beyond its definition: the permissions, and a step to copy. */
const notes: Readonly<Record<string, { permissions: readonly string[]; step: string; more?: string }>> = {
  secure: {
    permissions: ['id-token: write', 'packages: write'],
    step: `- id: secure
  uses: sluice-ci/sluice/actions/secure@v1
  with:
    image: ghcr.io/acme/app@\${{ steps.push.outputs.digest }}`,
    more: 'The image is named by digest, because a tag may have moved since the build. Doing it twice adds nothing.',
  },
  attest: {
    permissions: ['id-token: write', 'packages: write'],
    step: `- uses: sluice-ci/sluice/actions/attest@v1
  with:
    image: ghcr.io/acme/app@\${{ steps.push.outputs.digest }}
    predicate: sbom.cdx.json
    type: cyclonedx`,
  },
  provenance: {
    permissions: ['id-token: write'],
    step: `- id: provenance
  uses: sluice-ci/sluice/actions/provenance@v1`,
    more: 'Without an identity the facts come from variables, which an earlier step may have changed; with one, from the token.',
  },
  verify: {
    permissions: ['packages: read'],
    step: `- uses: sluice-ci/sluice/actions/verify@v1
  with:
    image: ghcr.io/acme/app:latest
    certificate-identity: https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main
    certificate-oidc-issuer: https://token.actions.githubusercontent.com`,
    more: 'An image that was only attested is not signed. Identities are compared exactly; a pattern has an input of its own.',
  },
  validate: {
    permissions: ['contents: read', 'packages: read'],
    step: `- id: validate
  uses: sluice-ci/sluice/actions/validate@v1
  with:
    image: ghcr.io/acme/app:main
    policy: policy.yaml`,
    more: 'The step fails where the gate refuses, and where the verdict cannot be reached. The reports are written in both cases.',
  },
  promote: {
    permissions: ['contents: read', 'packages: write'],
    step: `- uses: sluice-ci/sluice/actions/promote@v1
  with:
    image: \${{ steps.secure.outputs.image }}
    policy: policy.yaml
    to: latest
    force: true`,
    more: 'The digest is validated here, right before it is copied: no earlier step is believed. Tags move last.',
  },
  gate: {
    permissions: ['contents: read', 'packages: write'],
    step: `- uses: sluice-ci/sluice/actions/gate@v1
  with:
    image: \${{ steps.secure.outputs.image }}
    policy: policy.yaml
    to: latest
    force: true`,
    more: 'The pull request of a fork ends neutral: nothing is promoted, and the step does not fail.',
  },
  status: {
    permissions: ['checks: write'],
    step: `- uses: sluice-ci/sluice/actions/status@v1
  with:
    image: \${{ steps.secure.outputs.image }}
    report: \${{ steps.validate.outputs.report-json }}
    report-markdown: \${{ steps.validate.outputs.report-markdown }}`,
    more: 'Without "report" the check says "built, still verifying the image". A report that cannot be read is a failure.',
  },
  doctor: {
    permissions: ['id-token: write', 'packages: write'],
    step: `- uses: sluice-ci/sluice/actions/doctor@v1
  with:
    image: ghcr.io/acme/app:main`,
    more: 'It writes one small blob that nothing refers to, to learn whether the job may push.',
  },
};

/** The README of one action, whole. */
export function actionReadme(name: string, definition: Definition): string {
  const note = notes[name];
  if (note === undefined) throw new Error(`the action ${name} has no notes in scripts/generate-docs.ts`);
  const inputs = Object.entries(definition.inputs ?? {}).map(
    ([input, { description, required, default: value }]) =>
      `| \`${input}\`${required ? ' (required)' : ''} | ${cell(description)} | ${value === undefined || value === '' ? '' : `\`${value}\``} |`,
  );
  const outputs = Object.entries(definition.outputs ?? {}).map(
    ([output, { description }]) => `| \`${output}\` | ${cell(description)} |`,
  );
  return `<!-- Written by scripts/generate-docs.ts from action.yml. -->
# ${definition.name}

${definition.description}.${note.more === undefined ? '' : ` ${note.more}`}

\`\`\`yaml
permissions:
${note.permissions.map((line) => `  ${line}`).join('\n')}
steps:
${note.step.replaceAll(/^/gm, '  ')}
\`\`\`

## Inputs

| Input | What it is | Default |
| --- | --- | --- |
${inputs.join('\n')}

## Outputs

| Output | What it is |
| --- | --- |
${outputs.join('\n')}
`;
}

/** README path → text that it should have. */
export function actionReadmes(): ReadonlyMap<string, string> {
  return new Map(
    globSync('actions/*/action.yml', { cwd: root }).map((file) => {
      const definition: Definition = parse(readFileSync(join(root, file), 'utf8'));
      return [join(root, dirname(file), 'README.md'), actionReadme(basename(dirname(file)), definition)];
    }),
  );
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

if (import.meta.main) {
  for (const [path, text] of actionReadmes()) writeFileSync(path, text);
}
