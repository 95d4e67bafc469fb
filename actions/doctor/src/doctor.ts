// SPDX-License-Identifier: Apache-2.0
import { tokenVariables } from '../../src/attached.ts';
import { imageInput } from '../../src/image-input.ts';
import { flagsFrom, optionalText } from '../../src/inputs.ts';
import type { Job } from '../../src/job.ts';
import type { Outcome } from '../../src/run-action.ts';
import { loadCommand, runSluice } from '../../src/sluice.ts';

export const flagNames = [
  'oidc-issuer',
  'signing-config',
  'fulcio-url',
  'rekor-url',
  'timestamp-server-url',
  'trusted-root',
  'registry-cacert',
  'allow-http-registry',
] as const;

/** `sluice doctor`: whether this job could sign and push, and the line to add where it could not. */
export async function doctor(job: Job): Promise<Outcome> {
  const image = optionalText(job, 'image') === undefined ? [] : ['--', imageInput(job)];
  const flags = flagsFrom(job, (await loadCommand('doctor')).flags, flagNames);
  const { out, exit } = await runSluice(job, ['doctor', ...flags, '--json', ...image], tokenVariables(job));
  // Our own command printed it, in this process.
  const { findings } = JSON.parse(out) as { readonly findings: readonly Finding[] };
  for (const { level, check, message, fix } of findings) {
    const text = fix === undefined ? message : `${message}\nTo fix: ${fix}`;
    if (level === 'ok' || level === 'note') job.say(`${level === 'ok' ? '✓' : '·'} ${check}: ${message}`);
    else job.annotate(level === 'problem' ? 'error' : 'warning', text, `doctor: ${check}`);
  }
  job.output('findings', out.trim());
  job.output('verdict', exit === 0 ? 'passed' : 'refused');
  await job.summarize(summaryOf(findings));
  return exit === 0 ? 'passed' : 'refused';
}

interface Finding {
  readonly check: string;
  readonly level: 'ok' | 'note' | 'warning' | 'problem';
  readonly message: string;
  readonly fix?: string;
}

const signs = { ok: '✅', note: 'ℹ️', warning: '⚠️', problem: '❌' } as const;

function summaryOf(findings: readonly Finding[]): string {
  const cell = (text: string) => text.replaceAll('|', '&#124;').replaceAll('<', '&lt;').replaceAll('\n', '<br>');
  const rows = findings.map(
    ({ level, check, message, fix }) => `| ${signs[level]} | ${check} | ${cell(message)} | ${cell(fix ?? '')} |`,
  );
  return `## 🩺 Doctor\n\n| | Check | Found | To fix |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}
