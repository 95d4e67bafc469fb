// SPDX-License-Identifier: Apache-2.0
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { bundleToJSON } from '@sigstore/bundle';
import {
  DSSEBundleBuilder,
  FulcioSigner,
  MessageSignatureBundleBuilder,
  RekorWitness,
  type Signer,
  TSAWitness,
} from '@sigstore/sign';
import type { LocalStack } from '@sluice/local';
import { cosignTag, type Digest, digestOf, IMAGE_MANIFEST, type Repository } from '@sluice/oci';
import { cosignAnnotations, envelopeMediaType, simpleSigningMediaType } from '../../src/evidence/cosign-tags.ts';
import { preAuthEncoding } from '../../src/statement/envelope.ts';

/** A bundle as JSON, open to be altered by a test. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into every part of a bundle to break it.
export type BundleJson = any;

export const statementType = 'https://in-toto.io/Statement/v1';
export const signPredicate = 'https://sigstore.dev/cosign/sign/v1';
export const provenancePredicate = 'https://slsa.dev/provenance/v1';
export const inToto = 'application/vnd.in-toto+json';

export const provenance = {
  buildDefinition: { buildType: 'https://ci.example.test/build@v1', externalParameters: {} },
  runDetails: { builder: { id: 'https://ci.example.test/builder' } },
};

export function statement(
  digest: Digest,
  predicateType = provenancePredicate,
  predicate: unknown = provenance,
): Buffer {
  const subject = [{ name: 'acme/app', digest: { sha256: digest.slice('sha256:'.length) } }];
  return Buffer.from(JSON.stringify({ _type: statementType, subject, predicateType, predicate }));
}

export interface KeylessOptions {
  readonly token?: string;
  /** The kind of log entry; none with `false`. */
  readonly log?: 'dsse' | 'intoto' | false;
  readonly timestamp?: boolean;
  /** Called between the signature and what witnesses it. */
  readonly afterSigning?: () => void;
}

function keylessSigner(stack: LocalStack, token: string, afterSigning: () => void = () => {}): Signer {
  const signer = new FulcioSigner({
    fulcioBaseURL: stack.fulcioUrl,
    identityProvider: { getToken: async () => token },
  });
  return {
    sign: async (data) => {
      const signature = await signer.sign(data);
      afterSigning();
      return signature;
    },
  };
}

function witnesses(stack: LocalStack, { log = 'dsse', timestamp = true }: KeylessOptions) {
  return [
    ...(log ? [new RekorWitness({ rekorBaseURL: stack.rekorUrl, entryType: log })] : []),
    ...(timestamp ? [new TSAWitness({ tsaBaseURL: stack.tsaUrl.replace(/\/api\/v1\/timestamp$/, '') })] : []),
  ];
}

/** What cosign 3 makes of a statement, signed by a token of the stack. */
export async function keylessBundle(
  stack: LocalStack,
  payload: Buffer,
  options: KeylessOptions = {},
): Promise<BundleJson> {
  const signer = keylessSigner(stack, options.token ?? stack.oidc.mintGitLabToken(), options.afterSigning);
  const builder = new DSSEBundleBuilder({ signer, witnesses: witnesses(stack, options) });
  return bundleToJSON(await builder.create({ data: payload, type: inToto }));
}

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export function keyPair(namedCurve = 'P-256'): KeyPair {
  return generateKeyPairSync('ec', { namedCurve });
}

/** A bundle signed with a key, without any service. */
export function keyBundle({ privateKey }: KeyPair, payload: Buffer): BundleJson {
  const sig = sign('sha256', preAuthEncoding(inToto, payload), privateKey).toString('base64');
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: 'hint' } },
    dsseEnvelope: { payload: payload.toString('base64'), payloadType: inToto, signatures: [{ sig }] },
  };
}

export function bytesOf(bundle: BundleJson): Buffer {
  return Buffer.from(JSON.stringify(bundle));
}

/** The bundle with something done to a copy of it. */
export function altered(bundle: BundleJson, change: (bundle: BundleJson) => void): BundleJson {
  const copy = structuredClone(bundle);
  change(copy);
  return copy;
}

/** Puts an image of one small layer into a repository; every name gives another digest. */
export async function pushImage(repository: Repository, content: string, tag?: string): Promise<Digest> {
  const config = await pushBlob(repository, Buffer.from(JSON.stringify({ config: { Labels: { name: content } } })));
  const layer = await pushBlob(repository, Buffer.from(content));
  return pushManifest(
    repository,
    {
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
    },
    tag,
  );
}

export async function pushBlob(repository: Repository, bytes: Buffer): Promise<{ digest: Digest; size: number }> {
  const descriptor = { digest: digestOf(bytes), size: bytes.length };
  await repository.putBlob(descriptor, bytes);
  return descriptor;
}

export async function pushManifest(repository: Repository, content: object, tag?: string): Promise<Digest> {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: IMAGE_MANIFEST, ...content }));
  return (await repository.putManifest(bytes, IMAGE_MANIFEST, tag)).digest;
}

/** Attaches a bundle as cosign 3 does. */
export async function attachBundle(repository: Repository, subject: Digest, bundle: Buffer): Promise<Digest> {
  const manifest = await repository.getManifest(subject);
  const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
  return pushManifest(repository, {
    artifactType: mediaType,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', ...(await pushBlob(repository, Buffer.from('{}'))) },
    layers: [{ mediaType, ...(await pushBlob(repository, bundle)) }],
    subject: manifest.descriptor,
  });
}

/** A signature under cosign's `.sig` tag, keyless with its log entry in the annotations. */
export async function attachSignatureTag(
  stack: LocalStack,
  repository: Repository,
  subject: Digest,
  change: (annotations: Record<string, string>) => void = () => {},
): Promise<void> {
  const payload = simpleSigningPayload(repository, subject);
  const builder = new MessageSignatureBundleBuilder({
    signer: keylessSigner(stack, stack.oidc.mintGitLabToken()),
    witnesses: witnesses(stack, { timestamp: false }),
  });
  const bundle: BundleJson = bundleToJSON(await builder.create({ data: payload }));
  const annotations = legacyAnnotations(bundle, bundle.messageSignature.signature);
  change(annotations);
  await pushCosignTag(repository, cosignTag(subject, 'sig'), simpleSigningMediaType, payload, annotations);
}

export function simpleSigningPayload(repository: Repository, subject: Digest): Buffer {
  const critical = {
    identity: { 'docker-reference': repository.name },
    image: { 'docker-manifest-digest': subject },
    type: 'cosign container image signature',
  };
  return Buffer.from(JSON.stringify({ critical, optional: null }));
}

/** An attestation under cosign's `.att` tag, as Tekton Chains writes it with a key. */
export async function attachAttestationTag(repository: Repository, subject: Digest, bundle: BundleJson): Promise<void> {
  const envelope = Buffer.from(JSON.stringify(bundle.dsseEnvelope));
  const annotations = { [cosignAnnotations.signature]: '' };
  await pushCosignTag(repository, cosignTag(subject, 'att'), envelopeMediaType, envelope, annotations);
}

export async function pushCosignTag(
  repository: Repository,
  tag: string,
  mediaType: string,
  content: Buffer,
  annotations: Record<string, string>,
): Promise<void> {
  const config = await pushBlob(repository, Buffer.from('{"rootfs":{"type":"layers"}}'));
  const layer = await pushBlob(repository, content);
  await pushManifest(
    repository,
    {
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: [{ mediaType, ...layer, annotations }],
    },
    tag,
  );
}

function legacyAnnotations(bundle: BundleJson, signature: string): Record<string, string> {
  const [entry] = bundle.verificationMaterial.tlogEntries;
  const { rawBytes } =
    bundle.verificationMaterial.certificate ?? bundle.verificationMaterial.x509CertificateChain.certificates[0];
  const Payload = {
    body: entry.canonicalizedBody,
    integratedTime: Number(entry.integratedTime),
    logIndex: Number(entry.logIndex),
    logID: Buffer.from(entry.logId.keyId, 'base64').toString('hex'),
  };
  return {
    [cosignAnnotations.signature]: signature,
    [cosignAnnotations.certificate]: `-----BEGIN CERTIFICATE-----\n${rawBytes}\n-----END CERTIFICATE-----\n`,
    [cosignAnnotations.bundle]: JSON.stringify({
      SignedEntryTimestamp: entry.inclusionPromise.signedEntryTimestamp,
      Payload,
    }),
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A bundle signed with a key, with an entry in the log. */
export async function loggedKeyBundle(stack: LocalStack, pair: KeyPair, payload: Buffer): Promise<BundleJson> {
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const signer: Signer = {
    sign: async (data) => ({
      signature: sign('sha256', data, pair.privateKey),
      key: { $case: 'publicKey', publicKey, hint: 'hint' },
    }),
  };
  const builder = new DSSEBundleBuilder({ signer, witnesses: witnesses(stack, { timestamp: false }) });
  return bundleToJSON(await builder.create({ data: payload, type: inToto }));
}

/** A bundle whose log entry names another certificate than the bundle: two certificates for one key and one signature. */
export async function twoCertificateBundle(
  stack: LocalStack,
  payload: Buffer,
  tokens: readonly [string, string],
): Promise<BundleJson> {
  const pair = keyPair();
  const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const signatures = new Map<string, Buffer>();
  const keyHolder: Signer = {
    sign: async (data) => {
      const signature = signatures.get(data.toString('hex')) ?? sign('sha256', data, pair.privateKey);
      signatures.set(data.toString('hex'), signature);
      return { signature, key: { $case: 'publicKey', publicKey } };
    },
  };
  const [first, second] = await Promise.all(
    tokens.map(async (token) => {
      const identityProvider = { getToken: async () => token };
      const signer = new FulcioSigner({ fulcioBaseURL: stack.fulcioUrl, identityProvider, keyHolder });
      const builder = new DSSEBundleBuilder({ signer, witnesses: witnesses(stack, { timestamp: false }) });
      return bundleToJSON(await builder.create({ data: payload, type: inToto })) as BundleJson;
    }),
  );
  return altered(first, (bundle) => {
    bundle.verificationMaterial.tlogEntries = second.verificationMaterial.tlogEntries;
  });
}
