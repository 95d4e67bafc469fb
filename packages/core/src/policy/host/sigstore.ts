// SPDX-License-Identifier: Apache-2.0
import { OciError, parseReference } from '@sluice/oci';
import type { OpenRepository } from '../../components/snapshot.ts';
import type { StepContext } from '../../context.ts';
import { SluiceError } from '../../error.ts';
import { discoverEvidence } from '../../evidence/discover.ts';
import type { ProvedSigner, VerifiedEvidence } from '../../verification/proof.ts';
import { parseVerificationKey } from '../../verification/public-key.ts';
import type { TrustedRoot } from '../../verification/trusted-root.ts';
import { verifyEvidence } from '../../verification/verify-evidence.ts';
import type { Trust } from '../../verification/verify-material.ts';
import { isJsonObject, type Json, type JsonObject, parseExactJson } from '../exact-json.ts';
import { throughShortFloats } from '../through-floats.ts';
import { declarations } from './declarations.ts';
import type { HostFunction } from './host-function.ts';

export interface SigstoreAccess {
  readonly open: OpenRepository;
  /** The trusted root of the run, loaded when the first policy asks for it. */
  readonly root: () => Promise<TrustedRoot>;
}

/** `ec.sigstore.*`: verification on a policy's own terms. They always answer; what goes wrong is in `errors`. */
export function sigstoreFunctions(ctx: StepContext, access: SigstoreAccess): readonly HostFunction[] {
  const verified = (args: readonly Json[]) => verify(ctx, access, args);
  return [
    {
      declaration: declarations.verifyImage,
      answer: async (args) => answer(await verified(args), 'signatures', imageSignatures),
    },
    {
      declaration: declarations.verifyAttestation,
      answer: async (args) => answer(await verified(args), 'attestations', attestations),
    },
  ];
}

type Verification = { readonly error: string } | { readonly evidence: VerifiedEvidence };

async function verify(
  ctx: StepContext,
  access: SigstoreAccess,
  [ref, options]: readonly Json[],
): Promise<Verification> {
  try {
    const reference = parseReference(typeof ref === 'string' ? ref : '');
    if (reference.digest === undefined) return { error: `new digest: ${String(ref)} names no digest` };
    const trust = await trustOf(isJsonObject(options) ? options : {}, access);
    const found = await discoverEvidence(access.open(reference), reference.digest);
    return { evidence: await verifyEvidence(found, trust, ctx.now()) };
  } catch (error) {
    if (error instanceof SluiceError || error instanceof OciError) return { error: error.message };
    throw error;
  }
}

async function trustOf(options: JsonObject, access: SigstoreAccess): Promise<Trust> {
  const text = (name: string) => (typeof options[name] === 'string' ? options[name] : '');
  const ignoreLog = options.ignore_rekor === true;
  const key = text('public_key');
  if (key !== '') {
    // A policy gives the key itself: it may not make the gate read files or variables.
    const keys = [parseVerificationKey(key, 'the policy’s public_key')];
    return { signer: { kind: 'keys', keys }, ignoreLog, ...(ignoreLog ? {} : { root: await access.root() }) };
  }
  const policy = {
    subject: text('certificate_identity'),
    subjectRegExp: text('certificate_identity_regexp'),
    issuer: text('certificate_oidc_issuer'),
    issuerRegExp: text('certificate_oidc_issuer_regexp'),
  };
  const given = Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== ''));
  return { signer: { kind: 'identity', policy: given }, ignoreLog, root: await access.root() };
}

function answer(verification: Verification, name: string, members: (evidence: VerifiedEvidence) => Json[]): Json {
  if ('error' in verification) return { success: false, errors: [verification.error], [name]: [] };
  const list = members(verification.evidence);
  const reasons = verification.evidence.unproved.map(({ reason }) => reason);
  if (list.length > 0) return { success: true, errors: [], [name]: list };
  return { success: false, errors: [reasons.length > 0 ? reasons.join('; ') : `no matching ${name}`], [name]: [] };
}

function imageSignatures({ signatures }: VerifiedEvidence): Json[] {
  return signatures.flatMap(({ signers }) => signers.map(signatureMembers));
}

/** In bundles a signature is a statement as well, and counts as one here, as in ec. */
function attestations(evidence: VerifiedEvidence): Json[] {
  const signed = evidence.signatures.filter(({ places }) => places.some(({ layout }) => layout === 'referrer'));
  return [...evidence.attestations, ...signed]
    .toSorted((a, b) => ((a.places[0]?.manifest ?? '') < (b.places[0]?.manifest ?? '') ? -1 : 1))
    .map(({ payload, signers }) => ({
      statement: throughShortFloats(parseExactJson(Buffer.from(payload).toString('utf8'))),
      signatures: signers.map(signatureMembers),
    }));
}

function signatureMembers({ keyid, signature, certificate, chain }: ProvedSigner): Json {
  return {
    keyid,
    signature,
    certificate: certificate?.pem ?? '',
    chain: [...chain],
    metadata: { ...certificate?.metadata },
  };
}
