// SPDX-License-Identifier: Apache-2.0
import type { LogEntry } from '../evidence/evidence.ts';
import { readBase64, readInteger, readList, readObject, readString } from '../evidence/json-reader.ts';
import type { HttpClient } from '../http/http-client.ts';
import { type LogRequest, loggedDigest } from './log-request.ts';
import { askService, jsonHeaders, parseAnswer, type SigstoreService, unexpected } from './sigstore-request.ts';

const entriesPath = '/api/v1/log/entries';

/**
 * Writes an entry to a Rekor log of version 1: `dsse` 0.0.1 for an envelope, `hashedrekord` 0.0.1 for a plain signature,
 * which are the kinds that cosign writes and accepts. An entry that is there already is fetched.
 */
export async function logToRekorV1(http: HttpClient, url: string, request: LogRequest): Promise<LogEntry> {
  const service = { name: 'Rekor', url };
  const body = JSON.stringify(proposedEntry(request));
  const post = { method: 'POST', headers: jsonHeaders, body } as const;
  const answer = await askService(http, service, entriesPath, post, [200, 201, 409]);
  if (answer.status !== 409) return parseEntry(service, answer.body);
  const uuid = /\/([0-9a-f]{64,80})$/.exec(answer.headers.location ?? '')?.[1];
  if (uuid === undefined) throw unexpected(service);
  const present = await askService(http, service, `${entriesPath}/${uuid}`, { headers: jsonHeaders }, [200]);
  return parseEntry(service, present.body);
}

function proposedEntry(request: LogRequest) {
  const { envelope, signature, verifier } = request;
  const publicKey = Buffer.from(verifier.pem).toString('base64');
  if (envelope !== undefined) {
    const proposedContent = { envelope: JSON.stringify(envelope), verifiers: [publicKey] };
    return { apiVersion: '0.0.1', kind: 'dsse', spec: { proposedContent } };
  }
  const { hash, digest } = loggedDigest(request);
  return {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: hash, value: digest.toString('hex') } },
      signature: { content: signature.toString('base64'), publicKey: { content: publicKey } },
    },
  };
}

/** An answer holds one entry under its own identifier (Rekor, openapi.yaml, LogEntry). */
function parseEntry(service: SigstoreService, bytes: Buffer): LogEntry {
  try {
    const entries = [...readObject(parseAnswer(service, bytes), 'entries').values()];
    const entry = readObject(entries[0], 'entry');
    const verification = readObject(entry.get('verification'), 'verification');
    const proof = readObject(verification.get('inclusionProof'), 'inclusionProof');
    const body = readBase64(entry.get('body'), 'body');
    const kind = readObject(JSON.parse(Buffer.from(body).toString('utf8')), 'body');
    return {
      logIndex: readInteger(entry.get('logIndex'), 'logIndex'),
      logId: hexBytes(entry.get('logID')),
      kind: readString(kind.get('kind'), 'kind'),
      version: readString(kind.get('apiVersion'), 'apiVersion'),
      integratedTime: readInteger(entry.get('integratedTime'), 'integratedTime'),
      promise: readBase64(verification.get('signedEntryTimestamp'), 'signedEntryTimestamp'),
      proof: {
        logIndex: readInteger(proof.get('logIndex'), 'logIndex'),
        treeSize: readInteger(proof.get('treeSize'), 'treeSize'),
        rootHash: hexBytes(proof.get('rootHash')),
        hashes: readList(proof.get('hashes'), 'hashes', 64).map(hexBytes),
        checkpoint: readString(proof.get('checkpoint'), 'checkpoint'),
      },
      body,
    };
  } catch {
    throw unexpected(service);
  }
}

function hexBytes(value: unknown): Uint8Array {
  return Buffer.from(readString(value, 'hex'), 'hex');
}
