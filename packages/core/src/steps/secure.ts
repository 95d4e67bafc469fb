// SPDX-License-Identifier: Apache-2.0
import type { Descriptor, Digest, Repository } from '@sluice/oci';
import { type Ci, readCi } from '../ci/ci.ts';
import type { CiContext } from '../ci/ci-context.ts';
import type { StepContext } from '../context.ts';
import { createHttpClient, type HttpClient } from '../http/http-client.ts';
import { mapBounded } from '../map-bounded.ts';
import { type ProvenanceOptions, provenanceFromCi } from '../provenance/from-ci.ts';
import type { SlsaProvenanceV1 } from '../provenance/slsa-v1.ts';
import { refuseForeignProvenance } from '../signing/certificate-check.ts';
import type { SigningOptions } from '../signing/signing-options.ts';
import type { TypedPredicate } from '../statement/predicate.ts';
import { slsaProvenanceV1 } from '../statement/predicate-types.ts';
import { type AttachOutcome, attachSigned, planSigning, readSubject, type Subject } from './attach-signed.ts';
import { attestationPiece, type Piece, signaturePieces } from './pieces.ts';

/** What is signed for an image. */
export interface SecureRequest {
  readonly repository: Repository;
  readonly digest: Digest;
  /** What the digest was resolved to, where the caller knows it: one request less. */
  readonly descriptor?: Descriptor;
  /** The name that statements give the image, `registry/repository`. Default: the repository's. */
  readonly name?: string;
  readonly signing: SigningOptions;
  /** Whether the image itself is signed; true by default. */
  readonly sign?: boolean;
  /** Options for provenance from the CI; false for none. */
  readonly provenance?: ProvenanceOptions | false;
  readonly attestations?: readonly TypedPredicate[];
  /** For an index: its platforms' images too. */
  readonly recursive?: boolean;
}

export interface SecureReport extends AttachOutcome {
  readonly digest: Digest;
  readonly ci: CiContext;
  readonly provenance?: SlsaProvenanceV1;
}

/**
 * Provenance, signature and attestations for one image, with one certificate for all. What the same signer attached
 * before is left alone; nothing is attached before everything is signed.
 *
 * @example
 * const report = await secure(ctx, { repository, digest, signing: { signer: { kind: 'keyless' } } });
 */
export async function secure(ctx: StepContext, request: SecureRequest): Promise<SecureReport> {
  const { signing, repository } = request;
  const http = createHttpClient(ctx, signing.retry === undefined ? {} : { retry: signing.retry });
  try {
    const [ci, subjects] = await Promise.all([readCiWhereNeeded(ctx, http, request), readSubjects(request)]);
    const provenance =
      request.provenance === false ? undefined : provenanceFromCi(ctx, ci.context, request.provenance ?? {});
    const plan = await planSigning(ctx, http, ci, signing);
    const pieces = subjects.flatMap(({ descriptor }) => piecesFor(request, descriptor.digest, provenance));
    const outcome = await attachSigned(ctx, repository, subjects, pieces, {
      ...plan,
      inspect: ({ verifier }) => {
        if (verifier.kind === 'certificate' && provenance !== undefined)
          refuseForeignProvenance(provenance, verifier.details);
      },
    });
    return { digest: request.digest, ci: ci.context, ...(provenance === undefined ? {} : { provenance }), ...outcome };
  } finally {
    http.close();
  }
}

/** Signs an image and attaches nothing else. */
export function signImage(
  ctx: StepContext,
  request: Omit<SecureRequest, 'sign' | 'provenance' | 'attestations'>,
): Promise<SecureReport> {
  return secure(ctx, { ...request, provenance: false });
}

/** Attests predicates about an image without signing the image itself. */
export function attestImage(
  ctx: StepContext,
  request: Omit<SecureRequest, 'sign' | 'provenance'> & { readonly attestations: readonly TypedPredicate[] },
): Promise<SecureReport> {
  return secure(ctx, { ...request, sign: false, provenance: false });
}

/** A key that signs without services and without provenance needs to know nothing of the run. */
async function readCiWhereNeeded(
  ctx: StepContext,
  http: HttpClient,
  { signing, provenance }: SecureRequest,
): Promise<Ci> {
  const offline = signing.signer.kind === 'key' && signing.services?.tlogUpload === false && provenance === false;
  return offline ? { context: { kind: 'local' } } : readCi(ctx, http, signing.ci);
}

function piecesFor(request: SecureRequest, digest: Digest, provenance: SlsaProvenanceV1 | undefined): readonly Piece[] {
  const name = request.name ?? request.repository.name;
  const layout = request.signing.layout ?? 'referrers';
  const predicates: readonly TypedPredicate[] = [
    ...(provenance === undefined ? [] : [{ predicateType: slsaProvenanceV1, predicate: provenance }]),
    ...(request.attestations ?? []),
  ];
  return [
    ...(request.sign === false ? [] : signaturePieces(digest, name, layout)),
    ...predicates.map((predicate) => attestationPiece(digest, name, layout, predicate)),
  ];
}

async function readSubjects(request: SecureRequest): Promise<readonly Subject[]> {
  const descriptors = await findSubjects(request);
  return mapBounded(descriptors, 4, (one) => readSubject(request.repository, one, request.signing.layout));
}

/** The image, and with `recursive` the platforms of an index; BuildKit's attestation manifests are no images. */
async function findSubjects(request: SecureRequest): Promise<readonly Descriptor[]> {
  const { repository, digest, descriptor, recursive } = request;
  if (recursive !== true) return [descriptor?.digest === digest ? descriptor : await repository.resolve(digest)];
  const manifest = await repository.getManifest(digest);
  if (manifest.kind === 'image') return [manifest.descriptor];
  const images = manifest.content.manifests.filter(
    ({ annotations }) => annotations?.['vnd.docker.reference.type'] !== 'attestation-manifest',
  );
  return [manifest.descriptor, ...images];
}
