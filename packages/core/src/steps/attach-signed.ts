// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, type KeyObject } from 'node:crypto';
import { cosignTag, type Descriptor, type Digest, type Repository } from '@sluice/oci';
import type { Ci } from '../ci/ci.ts';
import { howToGetToken, type IdentityToken } from '../ci/identity-token.ts';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { isAttached, type KnownSigner } from '../evidence/already-attached.ts';
import { appendToTag, attachBundle, prepareBundles, type TagLayer } from '../evidence/attach.ts';
import { discoverEvidence } from '../evidence/discover.ts';
import type { EvidenceItem } from '../evidence/evidence.ts';
import { attestationLayer, signatureLayer } from '../evidence/tag-layer.ts';
import type { HttpClient } from '../http/http-client.ts';
import { fetchAuthorities } from '../signing/fulcio.ts';
import { parsePrivateKey, readKeyFile } from '../signing/key-file.ts';
import { guardPublicLog } from '../signing/public-log.ts';
import { findServices, type Services } from '../signing/services.ts';
import { openKeylessSession, openKeySession, type SigningSession } from '../signing/session.ts';
import {
  type SignedPayload,
  type SignedStatement,
  signPayload,
  signStatement,
  type Testimony,
} from '../signing/sign-content.ts';
import type { SigningOptions } from '../signing/signing-options.ts';
import { serializeStatement } from '../statement/statement.ts';
import type { Piece } from './pieces.ts';

/** A piece that was attached, or that was there before and was left alone. */
export interface AttachedPiece {
  readonly kind: 'signature' | 'attestation';
  readonly subject: Digest;
  readonly predicateType?: string;
  readonly layout: 'referrer' | 'tag';
  /** `repository@digest` of the manifest that carries it; absent when it was there before. */
  readonly where?: string;
  readonly logEntries: readonly { readonly index: string; readonly url: string }[];
}

/** Who signed, as verifiers will name it. */
export type SignerName =
  | { readonly kind: 'keyless'; readonly issuer: string; readonly subject: string }
  | { readonly kind: 'key'; readonly hint: string };

export interface AttachOutcome {
  readonly signer?: SignerName;
  readonly attached: readonly AttachedPiece[];
  readonly alreadyThere: readonly AttachedPiece[];
}

/** Everything that is decided before the first signature. */
export interface SigningPlan {
  readonly options: SigningOptions;
  readonly ci: Ci;
  readonly http: HttpClient;
  readonly services: Services;
  readonly key: KeyObject | undefined;
  /** Looks at the session's certificate before anything is signed. */
  readonly inspect?: (session: SigningSession) => void;
}

/** Finds key, token and services, and refuses what must not be published: no request is made that writes anything. */
export async function planSigning(
  ctx: StepContext,
  http: HttpClient,
  ci: Ci,
  options: SigningOptions,
): Promise<SigningPlan> {
  const keyless = options.signer.kind === 'keyless';
  if (keyless && ci.token === undefined) {
    throw new SluiceError(
      'identity-token',
      `A keyless signature needs the job's OIDC token, and none was found; ${howToGetToken(ctx.env)}.`,
    );
  }
  const key = options.signer.kind === 'key' ? await openKey(options.signer) : undefined;
  const services = await findServices(ctx, options.services ?? {}, keyless);
  guardPublicLog(ctx, ci.context, services, options.allowPublicLog ?? false);
  refuseUnprovableTags(ctx, options, services);
  return { options, ci, http, services, key };
}

/** An image that something is to be attached to, and what is there already in the layouts that will be written. */
export interface Subject {
  readonly descriptor: Descriptor;
  readonly present: readonly EvidenceItem[];
}

/** Reads what is attached to an image: the layout that will not be written is not asked for. */
export async function readSubject(
  repository: Repository,
  descriptor: Descriptor,
  layout: SigningOptions['layout'],
): Promise<Subject> {
  const one = layout === 'both' ? {} : ({ layout: layout === 'tags' ? 'tag' : 'referrer' } as const);
  return { descriptor, present: (await discoverEvidence(repository, descriptor.digest, one)).items };
}

/** Signs the pieces that are not attached yet and attaches them, once all are signed. */
export async function attachSigned(
  ctx: StepContext,
  repository: Repository,
  subjects: readonly Subject[],
  pieces: readonly Piece[],
  plan: SigningPlan,
): Promise<AttachOutcome> {
  const missing = await findMissing(ctx, subjects, pieces, plan);
  const alreadyThere = pieces.flatMap((piece) =>
    piece.layouts
      .filter((layout) => !missing.some((one) => one.piece === piece && one.layouts.includes(layout)))
      .map((layout) => describePiece(piece, layout)),
  );
  for (const { kind, subject, layout } of alreadyThere) {
    ctx.log.info(
      `The same ${kind} by the same signer is attached to ${subject} already (${layout}); nothing is added.`,
    );
  }
  if (missing.length === 0) return { attached: [], alreadyThere };
  const session = await openSession(ctx, plan);
  plan.inspect?.(session);
  const [signed] = await Promise.all([
    inOrderOf(missing, 4, ({ piece }) => signPiece(ctx, session, piece)),
    missing.some(({ layouts }) => layouts.includes('referrer')) ? prepareBundles(repository) : undefined,
  ]);
  const tasks = missing.flatMap(({ piece, layouts }, index) =>
    layouts.map((layout) => ({
      piece,
      layout,
      signed: signed[index],
      subject: subjects.find(({ descriptor }) => descriptor.digest === piece.subject)?.descriptor,
    })),
  );
  const attached = await attachAll(ctx, repository, session, tasks);
  return { signer: nameOf(session), attached, alreadyThere };
}

interface AttachTask {
  readonly piece: Piece;
  readonly layout: 'referrer' | 'tag';
  readonly signed: SignedPiece | undefined;
  readonly subject: Descriptor | undefined;
}

/** Referrers at once, tags one after the other: each append to a tag reads what the one before wrote. */
async function attachAll(
  ctx: StepContext,
  repository: Repository,
  session: SigningSession,
  tasks: readonly AttachTask[],
): Promise<readonly AttachedPiece[]> {
  const referrers = tasks.filter(({ layout }) => layout === 'referrer');
  const attached = [...(await inOrderOf(referrers, 4, (task) => attachPiece(ctx, repository, task, session)))];
  for (const task of tasks.filter(({ layout }) => layout === 'tag')) {
    attached.push(await attachPiece(ctx, repository, task, session));
  }
  return attached;
}

async function openKey(signer: SigningOptions['signer'] & { readonly kind: 'key' }): Promise<KeyObject> {
  return parsePrivateKey(await readKeyFile(signer.reference), signer.password);
}

async function openSession(ctx: StepContext, plan: SigningPlan): Promise<SigningSession> {
  const { services, http, key, ci } = plan;
  const parts = { services, http };
  if (key !== undefined) return openKeySession(key, parts);
  if (ci.token === undefined) throw new TypeError('a keyless plan has a token');
  return openKeylessSession(ctx, ci.token, parts);
}

/** A tag layer holds the promise of a Rekor v1 entry and nothing of a v2 entry, so it could not be proved later. */
function refuseUnprovableTags(ctx: StepContext, { layout }: SigningOptions, { logs }: Services): void {
  if (layout === undefined || layout === 'referrers' || logs.length === 0) return;
  if (logs.some(({ version }) => version === 1)) return;
  if (layout === 'both') {
    ctx.log.warn(
      "cosign's tags cannot carry the proof of a Rekor v2 entry; there only key or timestamp prove the signature.",
    );
    return;
  }
  throw new SluiceError(
    'configuration',
    "Expected a Rekor log of version 1 for --layout tags, found version 2 only, whose proof cosign's tags cannot carry; use --layout referrers, a log of version 1, or --tlog-upload=false.",
  );
}

interface MissingPiece {
  readonly piece: Piece;
  readonly layouts: readonly ('referrer' | 'tag')[];
}

async function findMissing(
  ctx: StepContext,
  subjects: readonly Subject[],
  pieces: readonly Piece[],
  plan: SigningPlan,
): Promise<readonly MissingPiece[]> {
  const signer = knownSigner(ctx, plan);
  const needsLog = plan.services.logs.length > 0;
  const missing: MissingPiece[] = [];
  for (const { descriptor, present } of subjects) {
    for (const piece of pieces.filter((one) => one.subject === descriptor.digest)) {
      const layouts = await missingLayouts(present, piece, signer, needsLog);
      if (layouts.length > 0) missing.push({ piece, layouts });
    }
  }
  return missing;
}

async function missingLayouts(items: readonly EvidenceItem[], piece: Piece, signer: KnownSigner, needsLog: boolean) {
  const wanted =
    piece.kind === 'payload'
      ? ({ kind: 'payload', payload: piece.payload } as const)
      : ({ kind: 'statement', digest: piece.subject, statement: piece.statement } as const);
  const layouts: ('referrer' | 'tag')[] = [];
  for (const layout of piece.layouts) {
    if (!(await isAttached(items, layout, wanted, signer, needsLog))) layouts.push(layout);
  }
  return layouts;
}

function knownSigner(ctx: StepContext, { key, ci, services, http }: SigningPlan): KnownSigner {
  if (key !== undefined) return { kind: 'key', publicKey: createPublicKey(key) };
  let fetched: ReturnType<typeof fetchAuthorities> | undefined;
  return {
    kind: 'keyless',
    issuer: ci.token?.claims.iss ?? '',
    subjects: certifiedSubjects(ci),
    authorities: () => {
      fetched ??= fetchAuthorities(ctx, http, services.fulcioUrl ?? '');
      return fetched;
    },
  };
}

/** What Fulcio will write as the subject, as far as the token tells: the workflow or pipeline, else the email or `sub`. */
function certifiedSubjects({ context, token }: Ci): readonly string[] {
  const claimed = token === undefined ? [] : claimedSubjects(token);
  return context.kind === 'local' ? claimed : [context.builderId];
}

function claimedSubjects({ claims }: IdentityToken): readonly string[] {
  return typeof claims.email === 'string' ? [claims.email] : [claims.sub];
}

type SignedPiece =
  | { readonly kind: 'statement'; readonly signed: SignedStatement }
  | { readonly kind: 'payload'; readonly signed: SignedPayload };

async function signPiece(ctx: StepContext, session: SigningSession, piece: Piece): Promise<SignedPiece> {
  if (piece.kind === 'payload') return { kind: 'payload', signed: await signPayload(ctx, session, piece.payload) };
  return { kind: 'statement', signed: await signStatement(ctx, session, serializeStatement(piece.statement)) };
}

async function attachPiece(
  ctx: StepContext,
  repository: Repository,
  { piece, layout, signed: one, subject }: AttachTask,
  session: SigningSession,
): Promise<AttachedPiece> {
  if (one === undefined || subject === undefined) throw new TypeError('each piece is signed and has a subject');
  if (ctx.signal?.aborted)
    throw new SluiceError('unreachable', 'Cancelled; what is attached so far is whole, run the command again.');
  const predicateType = piece.kind === 'statement' ? piece.statement.predicateType : '';
  const manifest =
    layout === 'referrer' && one.kind === 'statement'
      ? await attachBundle(repository, subject, one.signed.bundle, predicateType, ctx.now())
      : await appendToTag(repository, tagOf(piece), [layerOf(one, session, predicateType)]);
  const where = `${repository.name}@${manifest.digest}`;
  ctx.log.info(`Attached the ${piece.role} to ${subject.digest} (${layout}).`);
  return { ...describePiece(piece, layout), where, logEntries: logEntries(one.signed, session.services) };
}

function tagOf(piece: Piece): string {
  return cosignTag(piece.subject, piece.role === 'signature' ? 'sig' : 'att');
}

function layerOf(one: SignedPiece, { verifier }: SigningSession, predicateType: string): TagLayer {
  return one.kind === 'payload'
    ? signatureLayer(one.signed, verifier)
    : attestationLayer(one.signed, verifier, predicateType);
}

function logEntries({ entries }: Testimony, { logs }: Services): AttachedPiece['logEntries'] {
  return entries.map(({ logIndex }, index) => {
    const log = logs[index];
    const path = log?.version === 1 ? `/api/v1/log/entries?logIndex=${logIndex}` : '';
    return { index: logIndex, url: `${log?.url ?? ''}${path}` };
  });
}

function describePiece(piece: Piece, layout: 'referrer' | 'tag'): AttachedPiece {
  const type = piece.kind === 'statement' ? { predicateType: piece.statement.predicateType } : {};
  return { kind: piece.role, subject: piece.subject, ...type, layout, logEntries: [] };
}

function nameOf({ verifier }: SigningSession): SignerName {
  if (verifier.kind === 'publicKey') return { kind: 'key', hint: verifier.hint };
  const { issuer, subjects } = verifier.details.identity;
  return { kind: 'keyless', issuer: issuer ?? '', subject: subjects[0] ?? '' };
}

/** Runs over all members, `width` at a time; the results stand in the members' order. */
async function inOrderOf<T, R>(
  members: readonly T[],
  width: number,
  run: (member: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (let start = 0; start < members.length; start += width) {
    results.push(...(await Promise.all(members.slice(start, start + width).map(run))));
  }
  return results;
}
