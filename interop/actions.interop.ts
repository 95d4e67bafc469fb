// SPDX-License-Identifier: Apache-2.0
// The examples for GitHub and every action, run by act against the embedded stack; and what must be refused.

import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ActOptions, type ActScene, withActScene } from './act.ts';
import type { Check } from './check.ts';

const git = promisify(execFile);
const gateSigner = 'sluice-ci/sluice/.github/workflows/gate.yml@refs/tags/v1';
const buildSigner = 'sluice-ci/sluice/.github/workflows/build-and-secure.yml@refs/tags/v1';
const enterpriseUrl = 'https://github.example.com';

export const checks: readonly Check[] = [
  inAct('github-minimal builds, secures, validates and promotes', minimal),
  inAct('github-minimal refuses an image of another branch, and says so in check and summary', otherBranch),
  inAct('github-minimal leaves a run alone that built no image', noImage),
  inAct('github-release releases every component behind one policy', release),
  inAct('monorepo builds and verifies only what changed', monorepo),
  inAct('github-enterprise-server runs on a server and a Sigstore of its own', enterpriseServer, enterpriseUrl),
  inAct('the files of the README, as they are, make a gate', readme),
  inAct('every action does its part in one job', everyAction),
  inAct('a job without an identity is told which line to add', withoutIdentity),
  inAct('a job without checks: write is told which line to add', withoutChecks),
  inAct('the pull request of a fork ends neutral and says why', fork),
  inAct('hostile and wrong inputs are refused and do nothing', hostileInputs),
];

async function minimal(scene: ActScene): Promise<void> {
  await scene.copyExample('github-minimal');
  const run = await scene.act({ signer: gateSigner });
  ok(run.success, run.log);
  ok(await scene.digestOf(`${scene.imageName}:latest`));
  deepStrictEqual(
    scene.github.checkRuns.map(({ status, conclusion, title }) => [status, conclusion, title]),
    [['completed', 'success', 'Passed: 0 violations, 0 warnings']],
  );
  match(run.summary, /✅ Passed/);
  match(run.summary, /🚀 Promoted/);
}

async function otherBranch(scene: ActScene): Promise<void> {
  await scene.copyExample('github-minimal', {
    'Source Repository Ref: refs/heads/main': 'Source Repository Ref: refs/heads/prod',
  });
  const run = await scene.act({ signer: gateSigner });
  strictEqual(run.success, false);
  strictEqual(await scene.digestOf(`${scene.imageName}:latest`), undefined);
  match(run.log, /refs\/heads\/prod/);
  match(run.summary, /❌ Refused/);
  strictEqual(scene.github.checkRuns.length, 1);
  strictEqual(scene.github.checkRuns[0]?.conclusion, 'failure');
  ok((scene.github.checkRuns[0]?.annotations.length ?? 0) > 0);
}

async function noImage(scene: ActScene): Promise<void> {
  await scene.copyExample('github-minimal', { [expression('needs.build.outputs.image')]: '""' });
  const run = await scene.act({ signer: gateSigner });
  ok(run.success, run.log);
  deepStrictEqual(scene.github.requests, []);
  strictEqual(await scene.digestOf(`${scene.imageName}:latest`), undefined);
}

async function release(scene: ActScene): Promise<void> {
  await scene.copyExample('github-release');
  const run = await scene.act({ signer: buildSigner, ref: 'refs/tags/v1.2.0' });
  ok(run.success, run.log);
  for (const component of ['api', 'web']) {
    const digest = await scene.digestOf(`${scene.imageName}/${component}:v1.2.0`);
    ok(digest);
    strictEqual(await scene.digestOf(`${scene.imageName}/${component}:latest`), digest);
  }
  deepStrictEqual(
    scene.github.checkRuns.map(({ conclusion }) => conclusion),
    ['success', 'success'],
  );
}

async function monorepo(scene: ActScene): Promise<void> {
  await scene.copyExample('monorepo');
  const run = await scene.act({ signer: buildSigner, payload: { before: '4b825dc642cb6eb9a060e54bf8d69288fbee4904' } });
  ok(run.success, run.log);
  const [cart, search] = await Promise.all(
    ['cart', 'search'].map((name) => scene.digestOf(`${scene.imageName}/${name}:latest`)),
  );
  ok(cart && search);
  const before = await headOf(scene);
  await scene.write('services/cart/cart.txt', 'Another cart.\n');
  const second = await scene.act({ signer: buildSigner, payload: { before } });
  ok(second.success, second.log);
  notStrictEqual(await scene.digestOf(`${scene.imageName}/cart:latest`), cart);
  strictEqual(await scene.digestOf(`${scene.imageName}/search:latest`), search);
  const requests = scene.github.requests.length;
  await scene.write('docs.md', 'No service.\n');
  const third = await scene.act({ signer: buildSigner, payload: { before: await headOf(scene) } });
  ok(third.success, third.log);
  strictEqual(scene.github.requests.length, requests);
}

async function enterpriseServer(scene: ActScene): Promise<void> {
  await scene.copyExample('github-enterprise-server', {
    'registry.example.com': scene.stack.registry.host,
    [`${enterpriseUrl}/_services/token`]: scene.stack.oidc.github.url,
  });
  await cp(scene.trust.signingConfig, join(scene.folder, '.sigstore/signing_config.json'));
  await cp(scene.trust.trustedRoot, join(scene.folder, '.sigstore/trusted_root.json'));
  const run = await scene.act({});
  ok(run.success, run.log);
  ok(await scene.digestOf(`${scene.imageName}:latest`));
  strictEqual(scene.github.checkRuns[0]?.conclusion, 'success');
  match(run.summary, /🩺 Doctor/);
}

async function readme(scene: ActScene): Promise<void> {
  const text = await readFile(join(import.meta.dirname, '../README.md'), 'utf8');
  const github = text.slice(text.indexOf('## Use it on GitHub'), text.indexOf('## Use it on GitLab'));
  const files = [...github.matchAll(/```yaml\n# (\S+)\n([\s\S]*?)```/g)];
  deepStrictEqual(
    files.map(([, path]) => path),
    ['.github/workflows/release.yml', 'policy.yaml'],
  );
  for (const [, path = '', content = ''] of files) await scene.write(path, content);
  await scene.write('Dockerfile', 'FROM scratch\n');
  await scene.replacePublicNames();
  const run = await scene.act({ signer: buildSigner });
  ok(run.success, run.log);
  ok(await scene.digestOf(`${scene.imageName}:latest`));
}

/** One job that uses each action, in the order of the flow. */
async function everyAction(scene: ActScene): Promise<void> {
  const image = await pushImage(scene);
  const subject = 'https://github.com/acme/shop/.github/workflows/release.yml@refs/heads/main';
  const issuer = scene.stack.oidc.github.url;
  const signedBy = { 'certificate-identity': subject, 'certificate-oidc-issuer': issuer };
  await scene.write('policy.yaml', `identity: { issuer: "${issuer}", subject: "${subject}" }\n`);
  await scene.write('sbom.json', '{"bomFormat":"CycloneDX","specVersion":"1.6"}\n');
  await scene.write('scan.json', '{"findings":[]}\n');
  await scene.write(
    '.github/workflows/release.yml',
    workflow([
      use('doctor', { image }),
      use('provenance', { 'started-on': '2026-01-31T12:00:00Z' }, 'provenance'),
      use('status', { image }),
      use('secure', { image, attestation: 'cyclonedx=sbom.json', 'push-to-github': 'true' }, 'secure'),
      use(
        'attest',
        {
          image: expression('steps.secure.outputs.image'),
          predicate: 'scan.json',
          type: 'https://example.com/scan/v1',
        },
        'attest',
      ),
      use('verify', { image, ...signedBy, type: 'cyclonedx' }, 'verify'),
      use('validate', { image, policy: 'policy.yaml', output: 'text', 'vsa-attach': 'true' }, 'validate'),
      use('promote', { image, policy: 'policy.yaml', to: 'canary' }, 'promote'),
      use('promote', {
        image,
        'require-vsa': 'true',
        'vsa-policy-digest': expression('steps.validate.outputs.policy-digest'),
        ...signedBy,
        to: 'proved',
      }),
      use('gate', { image, policy: 'policy.yaml', to: 'stable\n            latest' }, 'gate'),
      use('status', {
        image,
        report: expression('steps.gate.outputs.report-json'),
        'report-markdown': expression('steps.gate.outputs.report-markdown'),
      }),
      `      - env:
          SAID: "\${{ steps.secure.outputs.digest }} \${{ steps.verify.outputs.signer }} \${{ steps.validate.outputs.verdict }} \${{ steps.promote.outputs.outcome }}"
          PROMOTED: \${{ steps.gate.outputs.promoted }}
          FILES: \${{ steps.secure.outputs.bundle-paths }} \${{ steps.provenance.outputs.predicate-path }} \${{ steps.validate.outputs.report-sarif }}
        run: |
          echo "said: $SAID"
          for file in $FILES; do test -s "$file" && echo "has: $(basename "$file")"; done
          echo "promoted: $(echo $PROMOTED)"`,
    ]),
  );
  const run = await scene.act({});
  ok(run.success, run.log);
  match(run.log, new RegExp(`said: ${image.split('@')[1]} ${subject} passed promoted`));
  for (const file of ['bundle-1.sigstore.json', 'bundle-3.sigstore.json', 'provenance.json', 'report.sarif']) {
    match(run.log, new RegExp(`has: ${file}`));
  }
  match(run.log, new RegExp(`promoted: ${scene.imageName}:stable ${scene.imageName}:latest`));
  for (const tag of ['canary', 'proved', 'stable', 'latest']) {
    strictEqual(await scene.digestOf(`${scene.imageName}:${tag}`), image.split('@')[1]);
  }
  strictEqual(scene.github.attestations.length, 3);
  strictEqual(scene.github.checkRuns.length, 1);
}

async function withoutIdentity(scene: ActScene): Promise<void> {
  const image = await pushImage(scene);
  const log = await refused(scene, use('secure', { image }), { identity: false });
  match(log, /id-token: write/);
  match(log, /permissions:/);
}

async function withoutChecks(scene: ActScene): Promise<void> {
  const image = await pushImage(scene);
  scene.github.failNext('POST', 403, { 'x-accepted-github-permissions': 'checks=write' });
  const log = await refused(scene, use('status', { image }));
  match(log, /the token needs the permission "checks: write"/);
  match(log, /permissions:%0A +checks: write/);
}

async function fork(scene: ActScene): Promise<void> {
  const image = await pushImage(scene);
  await scene.write('policy.yaml', 'identity: { issuer: a, subject: b }\n');
  const steps = [
    use('status', { image }),
    use('secure', { image }),
    use('gate', { image, policy: 'policy.yaml', to: 'latest' }),
  ];
  await scene.write('.github/workflows/release.yml', workflow(steps, 'pull_request'));
  const head = { sha: 'a'.repeat(40), ref: 'main', repo: { full_name: 'eve/shop' } };
  const base = { sha: 'b'.repeat(40), ref: 'main', repo: { full_name: 'acme/shop' } };
  const run = await scene.act({
    event: 'pull_request',
    identity: false,
    payload: { pull_request: { number: 7, head, base } },
  });
  ok(run.success, run.log);
  match(run.log, /Nothing was signed: this pull request comes from eve\/shop/);
  match(run.log, /Nothing was promoted: this pull request comes from eve\/shop/);
  deepStrictEqual(scene.github.requests, []);
  strictEqual(await scene.digestOf(`${scene.imageName}:latest`), undefined);
}

async function hostileInputs(scene: ActScene): Promise<void> {
  const image = await pushImage(scene);
  await scene.write('policy.yaml', 'identity: { issuer: a, subject: b }\n');
  const cases: readonly (readonly [step: string, sentence: RegExp])[] = [
    [use('secure', {}), /The input "image" was expected, but it is empty; add "image: /],
    [use('secure', { image: `${scene.imageName}:main` }), /names what was built, by digest, but found a tag/],
    [use('secure', { image: '$(touch pwned)' }), /\$\(touch pwned\)/],
    [use('secure', { image: '"; touch pwned; "' }), /touch pwned/],
    [use('secure', { image: '--policy=x' }), /--policy=x/],
    [use('validate', { image, policy: '::set-output name=verdict::passed' }), /a policy should be an object/],
    [use('validate', { image, policy: 'no%0A::error::file' }), /a policy should be an object/],
    [use('validate', { image }), /The input "policy" was expected/],
    [
      use('validate', { image, policy: 'policy.yaml', 'ignore-rekor': 'yes' }),
      /"ignore-rekor" is true or false, but found "yes"/,
    ],
    [use('promote', { image, policy: 'policy.yaml' }), /The input "to" was expected/],
    [use('promote', { image, to: 'latest' }), /The input "policy" was expected/],
    [use('promote', { image, policy: 'policy.yaml', to: 'latest; touch pwned' }), /touch pwned/],
    [use('attest', { image, predicate: 'none.json', type: 'cyclonedx' }), /none\.json/],
    [use('verify', { image }), /Who must have signed was expected/],
  ];
  for (const [step, sentence] of cases) match(await refused(scene, step), sentence);
  strictEqual(existsSync(join(scene.folder, 'pwned')), false);
  strictEqual(await scene.digestOf(`${scene.imageName}:latest`), undefined);
}

async function refused(scene: ActScene, step: string, options: ActOptions = {}): Promise<string> {
  await scene.write('.github/workflows/release.yml', workflow([step]));
  const run = await scene.act(options);
  strictEqual(run.success, false, `was expected to fail:\n${step}\n${run.log}`);
  strictEqual(/set-output:: verdict=passed/.test(run.log), false);
  return run.log;
}

function workflow(steps: readonly string[], event = 'push'): string {
  return `on: ${event}
permissions: {}
jobs:
  job:
    runs-on: ubuntu-latest
    permissions: { contents: read, id-token: write, packages: write, checks: write, attestations: write }
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with: { persist-credentials: false }
${steps.join('\n')}
`;
}

function use(action: string, inputs: Readonly<Record<string, string>>, id?: string): string {
  const lines = Object.entries(inputs).map(([name, value]) =>
    value.includes('\n') ? `          ${name}: |\n            ${value}` : `          ${name}: ${quoted(value)}`,
  );
  const name = id === undefined ? '      - ' : `      - id: ${id}\n        `;
  return `${name}uses: sluice-ci/sluice/actions/${action}@v1\n        with:\n          registry-cacert: ""\n${lines.join('\n')}`;
}

function expression(text: string): string {
  return `\${{ ${text} }}`;
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** An image of one layer, by digest. */
async function pushImage(scene: ActScene): Promise<string> {
  await scene.write('content/hello.txt', 'Hello.\n');
  const main = join(import.meta.dirname, '../packages/cli/src/main.ts');
  const { stdout } = await git(process.execPath, [
    main,
    'image',
    'append',
    '--json',
    join(scene.folder, 'content'),
    `${scene.imageName}:main`,
  ]);
  // The command prints the descriptor.
  const { digest } = JSON.parse(stdout) as { readonly digest: string };
  return `${scene.imageName}@${digest}`;
}

async function headOf({ folder }: ActScene): Promise<string> {
  return (await git('git', ['-C', folder, 'rev-parse', 'HEAD'])).stdout.trim();
}

function inAct(name: string, body: (scene: ActScene) => Promise<void>, serverUrl?: string): Check {
  return { name, needs: ['act', 'git'], run: ({ act = '' }) => withActScene(act, body, serverUrl) };
}
