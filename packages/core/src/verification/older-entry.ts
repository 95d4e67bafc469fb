// SPDX-License-Identifier: Apache-2.0
import { createHash, verify } from 'node:crypto';
import type { TrustMaterial } from '@sigstore/verify';
import type { LogEntry, SignedContent } from '../evidence/evidence.ts';
import { parseJson, readObject, readString } from '../evidence/json-reader.ts';
import { type Unproved, unproved } from './proof.ts';

/**
 * Whether an entry is of kind intoto 0.0.1, which cosign 1 and 2 and Tekton Chains wrote for attestations under `.att`
 * tags. `@sigstore/verify` does not know it, so the log's promise and the body are checked here.
 */
export function isOlderEntry({ kind, version }: LogEntry): boolean {
  return kind === 'intoto' && version === '0.0.1';
}

/** A reason where such an entry is not promised by a trusted log, or is about another envelope. */
export function checkOlderEntry(
  entry: LogEntry,
  content: SignedContent,
  logs: TrustMaterial['tlogs'],
): Unproved | undefined {
  if (!promiseHolds(entry, logs)) {
    return unproved('log-proof', "The log's promise of inclusion does not hold, or is of a log that is not trusted.");
  }
  return describes(entry, content)
    ? undefined
    : unproved('log-entry', 'The log entry belongs to another artifact or signature.');
}

/** The signed entry timestamp is over the entry as canonical JSON (sigstore/rekor, "Signed Entry Timestamp"). */
function promiseHolds(entry: LogEntry, logs: TrustMaterial['tlogs']): boolean {
  const { promise, integratedTime, logId, body } = entry;
  if (promise === undefined || integratedTime === undefined) return false;
  const time = Number(integratedTime);
  const logID = Buffer.from(logId).toString('hex');
  // Names in alphabetical order and no spaces: what canonical JSON makes of these members.
  const promised = {
    body: Buffer.from(body).toString('base64'),
    integratedTime: time,
    logID,
    logIndex: Number(entry.logIndex),
  };
  return logs.some(
    (log) =>
      log.logID.equals(logId) &&
      log.validFor.start.getTime() <= time * 1000 &&
      time * 1000 <= log.validFor.end.getTime() &&
      verify('sha256', Buffer.from(JSON.stringify(promised)), log.publicKey, promise),
  );
}

/** The body holds the hash of the whole envelope as it was stored, signature and all, and of its payload. */
function describes({ body, kind, version }: LogEntry, content: SignedContent): boolean {
  if (content.kind !== 'envelope' || content.stored === undefined) return false;
  const entry = readObject(parseJson(body, 'The log entry'), 'The log entry');
  if (entry.get('kind') !== kind || entry.get('apiVersion') !== version) return false;
  const described = readObject(readObject(entry.get('spec'), 'spec').get('content'), 'spec.content');
  const { stored, payload } = content;
  if (hashIn(described.get('hash'), 'spec.content.hash') !== sha256(stored)) return false;
  const payloadHash = described.get('payloadHash');
  return payloadHash === undefined || hashIn(payloadHash, 'spec.content.payloadHash') === sha256(payload);
}

function hashIn(value: unknown, path: string): string | undefined {
  const hash = readObject(value, path);
  return hash.get('algorithm') === 'sha256' ? readString(hash.get('value'), `${path}.value`) : undefined;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
