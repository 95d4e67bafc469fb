// SPDX-License-Identifier: Apache-2.0
import { declareArtifact } from './artifacts.ts';
import { neutralPullRequest } from './event.ts';
import { switchInput } from './inputs.ts';
import type { Job } from './job.ts';
import { reportFolder } from './report-folder.ts';
import type { Outcome } from './run-action.ts';
import { runSluice } from './sluice.ts';

/** What `sluice secure --json` and `sluice attest --json` print. */
interface AttachedDocument {
  readonly image: string;
  readonly digest: string;
  readonly signer?: { readonly issuer?: string; readonly subject?: string; readonly hint?: string };
  readonly attached: readonly Piece[];
  readonly alreadyThere: readonly Piece[];
}

interface Piece {
  readonly kind: string;
  readonly predicateType?: string;
  readonly layout: string;
  readonly where?: string;
  readonly logEntries: readonly { readonly index: string; readonly url: string }[];
}

/** Runs a command that signs, and tells the job what hangs on the image now. */
export async function signAndTell(job: Job, words: readonly string[], image: string): Promise<Outcome> {
  if (await neutralPullRequest(job, 'signed')) return 'neutral';
  const toGitHub = switchInput(job, 'push-to-github') === true;
  const { out } = await runSluice(job, [...words, '--json', '--', image], tokenVariables(job));
  // Our own command printed it, in this process.
  const document = JSON.parse(out) as AttachedDocument;
  const places = document.attached.flatMap(({ layout, where }) => (layout === 'referrer' && where ? [where] : []));
  const { fetchBundles } = await import('./bundles.ts');
  const bundles = await fetchBundles(job, places, await reportFolder(job));
  job.output('digest', document.digest);
  job.output('image', document.image);
  job.output('bundle-paths', bundles.map(({ path }) => path).join('\n'));
  job.output('signer', document.signer?.subject ?? document.signer?.hint ?? '');
  await declareArtifact(job, document.image);
  if (toGitHub)
    await storeAtGitHub(
      job,
      bundles.map(({ bundle }) => bundle),
    );
  await job.summarize(summaryOf(document));
  return 'passed';
}

/** The registry of GitHub takes the job's token; other registries their own log-in. */
export function tokenVariables(job: Job): Record<string, string> {
  const token = job.input('github-token');
  return token === '' ? {} : { GITHUB_TOKEN: token };
}

async function storeAtGitHub(job: Job, bundles: readonly unknown[]): Promise<void> {
  const { openGitHub, storeAttestation } = await import('@sluice/core');
  const github = await openGitHub(
    { now: job.now, env: { ...job.env, ...tokenVariables(job) }, signal: job.signal, log: logOf(job) },
    {},
  );
  for (const bundle of bundles) {
    const { url } = await storeAttestation(github, bundle);
    job.say(`Stored at GitHub: ${url}`);
  }
}

export function logOf(job: Job) {
  return {
    info: (message: string) => job.say(message),
    warn: (message: string) => job.annotate('warning', message),
    debug: (message: string) => (job.isDebug ? job.say(message) : undefined),
  };
}

function summaryOf({ image, signer, attached, alreadyThere }: AttachedDocument): string {
  const rows = [...attached, ...alreadyThere].map(({ kind, predicateType, where, logEntries }) => {
    const log = logEntries.map(({ index }) => `log ${index}`).join(', ');
    return `| ${kind} | \`${predicateType ?? ''}\` | ${where === undefined ? 'already there' : 'attached'} | ${log} |`;
  });
  const by = signer?.subject === undefined ? '' : `\n\nSigned by \`${signer.subject.replaceAll('`', '')}\``;
  return `## 🔏 Secured\n\n\`${image}\`${by}\n\n| | Type | | |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}
