// SPDX-License-Identifier: Apache-2.0
import type { Descriptor } from '@sluice/oci';
import { SluiceError } from '../error.ts';
import { readEnvelope } from './bundle.ts';
import type { LogEntry, SignedMaterial } from './evidence.ts';
import { malformed, parseJson, readBase64, readInteger, readObject, readString } from './json-reader.ts';
import { pemBlocks } from './pem.ts';

/**
 * What cosign writes under its tags `sha256-….sig` and `sha256-….att` (sigstore/cosign, specs/SIGNATURE_SPEC.md), and
 * Tekton Chains with it: a manifest with one layer a signature, and what proves it in the layer's annotations.
 */
export const simpleSigningMediaType = 'application/vnd.dev.cosign.simplesigning.v1+json';
export const envelopeMediaType = 'application/vnd.dsse.envelope.v1+json';

export const cosignAnnotations = Object.freeze({
  signature: 'dev.cosignproject.cosign/signature',
  certificate: 'dev.sigstore.cosign/certificate',
  chain: 'dev.sigstore.cosign/chain',
  bundle: 'dev.sigstore.cosign/bundle',
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
});

/** Which kind of signed piece a layer of a cosign tag is; undefined for layers of other kinds. */
export function layerKind(layer: Descriptor): 'signature' | 'attestation' | undefined {
  if (layer.mediaType === simpleSigningMediaType) return 'signature';
  if (layer.mediaType === envelopeMediaType) return 'attestation';
  return undefined;
}

/** Reads a layer of the `.sig` manifest: the signed payload is the layer, its signature an annotation. */
export function readSignatureLayer(layer: Descriptor, payload: Uint8Array): SignedMaterial {
  const signature = readBase64(layer.annotations?.[cosignAnnotations.signature], cosignAnnotations.signature);
  return { content: { kind: 'message', payload, signature }, ...readAnnotations(layer) };
}

/** Reads a layer of the `.att` manifest: the layer is a DSSE envelope. */
export function readAttestationLayer(layer: Descriptor, bytes: Uint8Array): SignedMaterial {
  const content = { ...readEnvelope(parseJson(bytes, 'The envelope')), stored: bytes };
  return { content, ...readAnnotations(layer) };
}

function readAnnotations(layer: Descriptor): Omit<SignedMaterial, 'content'> {
  const annotations = layer.annotations ?? {};
  const [certificate] = pemBlocks(annotations[cosignAnnotations.certificate] ?? '', 'CERTIFICATE');
  const entry = annotations[cosignAnnotations.bundle];
  const timestamp = annotations[cosignAnnotations.timestamp];
  return {
    ...(certificate === undefined ? {} : { certificate }),
    chain: pemBlocks(annotations[cosignAnnotations.chain] ?? '', 'CERTIFICATE'),
    logEntries: entry === undefined || entry === '' ? [] : [readLogEntry(entry)],
    timestamps: timestamp === undefined || timestamp === '' ? [] : [readTimestamp(timestamp)],
  };
}

function readLogEntry(text: string): LogEntry {
  const path = cosignAnnotations.bundle;
  const bundle = readObject(parseJson(new TextEncoder().encode(text), path), path, ['SignedEntryTimestamp', 'Payload']);
  const payload = readObject(bundle.get('Payload'), `${path}.Payload`, ['body', 'integratedTime', 'logIndex', 'logID']);
  const body = readBase64(payload.get('body'), `${path}.Payload.body`);
  const { kind, version } = readBodyKind(body);
  const logId = readString(payload.get('logID'), `${path}.Payload.logID`);
  if (!/^[0-9a-f]{64}$/.test(logId)) throw malformed(`${path}.Payload.logID`, '64 hexadecimal digits', logId);
  return {
    logIndex: readInteger(payload.get('logIndex'), `${path}.Payload.logIndex`),
    logId: Buffer.from(logId, 'hex'),
    kind,
    version,
    integratedTime: readInteger(payload.get('integratedTime'), `${path}.Payload.integratedTime`),
    promise: readBase64(bundle.get('SignedEntryTimestamp'), `${path}.SignedEntryTimestamp`),
    body,
  };
}

function readBodyKind(bytes: Uint8Array): { kind: string; version: string } {
  const body = readObject(parseJson(bytes, 'The log entry'), 'The log entry');
  return {
    kind: readString(body.get('kind'), 'The log entry.kind'),
    version: readString(body.get('apiVersion'), 'The log entry.apiVersion'),
  };
}

function readTimestamp(text: string): Uint8Array {
  const path = cosignAnnotations.timestamp;
  const value = readObject(parseJson(new TextEncoder().encode(text), path), path, ['SignedRFC3161Timestamp']);
  const response = readBase64(value.get('SignedRFC3161Timestamp'), `${path}.SignedRFC3161Timestamp`);
  if (response.length === 0) throw new SluiceError('unproved', `${path} holds an empty time-stamp.`);
  return response;
}
