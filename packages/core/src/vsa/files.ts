// SPDX-License-Identifier: Apache-2.0
import type { KeyObject } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseReference } from '@sluice/oci';
import type { ComponentReport, ImageReport } from '../report/report.ts';
import { signBytes } from '../signing/key-algorithm.ts';
import { type PasswordSource, parsePrivateKey, readKeyFile } from '../signing/key-file.ts';
import { inTotoPayloadType, preAuthEncoding } from '../statement/envelope.ts';
import { statementV01 } from '../statement/statement.ts';
import { ecSummary, ecSummaryType } from './vsa.ts';

export interface SummaryFilesOptions {
  readonly folder: string;
  /** What `--policy` says. */
  readonly policySource: string;
  /** Signs each summary; without a key the bare predicates are written. */
  readonly key?: { readonly reference: string; readonly password: PasswordSource };
}

/**
 * Writes ec's verification summary of each component that was validated, passed or not: the predicate, and with a key
 * the signed DSSE envelope beside it.
 *
 * @returns The files, envelopes only where there is a key.
 */
export async function writeSummaryFiles(report: ImageReport, options: SummaryFilesOptions): Promise<readonly string[]> {
  const { folder, policySource, key } = options;
  const signer = key === undefined ? undefined : await parsePrivateKey(await readKeyFile(key.reference), key.password);
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const [component, name] of named(report.components.filter(({ earlier }) => !earlier))) {
    const predicate = ecSummary(report, component, policySource);
    const file = join(folder, `vsa-${name}.json`);
    await writeFile(file, JSON.stringify(predicate, undefined, 2), { mode: 0o600 });
    if (signer === undefined) files.push(file);
    else {
      await writeFile(`${file}.intoto.jsonl`, signed(component, predicate, signer));
      files.push(`${file}.intoto.jsonl`);
    }
  }
  return files;
}

/** A name comes from the list of components: it cannot leave the folder, and two that are alike do not meet. */
function named(components: readonly ComponentReport[]): (readonly [ComponentReport, string])[] {
  const taken = new Set<string>();
  return components.map((component) => {
    const plain = component.name.replace(/[^A-Za-z0-9._-]/g, '-') || 'unknown';
    const name = taken.has(plain) ? `${plain}-${taken.size}` : plain;
    taken.add(name);
    return [component, name];
  });
}

function signed({ containerImage }: ComponentReport, predicate: object, key: KeyObject): string {
  const { registry, repository, digest = '' } = parseReference(containerImage);
  const [algorithm = '', hex = ''] = digest.split(':', 2);
  const statement = {
    _type: statementV01,
    predicateType: ecSummaryType,
    subject: [{ name: `${registry}/${repository}`, digest: { [algorithm]: hex } }],
    predicate,
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const sig = signBytes(preAuthEncoding(inTotoPayloadType, payload), key).toString('base64');
  return JSON.stringify({
    payloadType: inTotoPayloadType,
    payload: payload.toString('base64'),
    signatures: [{ keyid: '', sig }],
  });
}
