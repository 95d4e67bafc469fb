// SPDX-License-Identifier: Apache-2.0
import type { Repository } from '@sluice/oci';
import type { OpenRepository } from '../components/snapshot.ts';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { IdentityPolicy } from '../verification/identity.ts';
import { loadVerificationKey } from '../verification/public-key.ts';
import { loadTrustedRoot, type TrustSource } from '../verification/trusted-root.ts';
import { noSigstoreOptions, type SigstoreOptions } from './data.ts';
import type { EffectiveTime } from './effective-time.ts';
import { type CompiledPolicy, createPolicyEvaluator } from './evaluator.ts';
import type { Json } from './exact-json.ts';
import { isJsonObject } from './exact-json.ts';
import { hostBuiltins } from './host/builtins.ts';
import { imageFiles } from './host/image-tree.ts';
import { ociFunctions } from './host/oci.ts';
import { purlFunctions } from './host/purl.ts';
import { sigstoreFunctions } from './host/sigstore.ts';
import { instantOf } from './instant.ts';
import { keptFolder } from './kept-files.ts';
import { openSources, type SourceOptions } from './open-sources.ts';
import { expectedSigner } from './policy-file.ts';
import type { FilterType } from './selection.ts';
import type { PolicySpec } from './spec.ts';
import type { PolicyTarget } from './target.ts';

/** A policy as the command line completes it. */
export interface OpenPolicyOptions extends SourceOptions {
  readonly policy: PolicySpec;
  readonly publicKey?: string;
  readonly identity?: IdentityPolicy;
  readonly ignoreLog?: boolean;
  readonly rekorUrl?: string;
  readonly trust: TrustSource;
  readonly effectiveTime: EffectiveTime;
  readonly filter?: FilterType;
  /** Where what is made from sources is kept for the next run of this version; nothing is kept without it. */
  readonly keptFolder?: { readonly path: string; readonly version: string };
  /** False for files: nothing is verified, so no key or identity is asked for. */
  readonly verifies?: boolean;
}

/** Fetches and compiles the sources of a policy, with `ec.*` lent to them. */
export async function openPolicy(ctx: StepContext, options: OpenPolicyOptions): Promise<CompiledPolicy> {
  const { effectiveTime } = options;
  const policy = completed(options);
  const judged = new Map<string, Repository>();
  const open: OpenRepository = (reference) => {
    const repository = options.open(reference);
    return judged.get(`${repository.name}@${reference.digest}`) ?? repository;
  };
  let root: ReturnType<typeof loadTrustedRoot> | undefined;
  const functions = [
    ...ociFunctions(open),
    ...sigstoreFunctions(ctx, { open, root: () => (root ??= loadTrustedRoot(ctx, options.trust)) }),
    ...purlFunctions,
  ];
  const evaluator = await createPolicyEvaluator(ctx, {
    policy,
    fetcher: openSources(ctx, options),
    builtins: hostBuiltins(functions),
    ...(options.keptFolder === undefined
      ? {}
      : { kept: keptFolder(options.keptFolder.path, options.keptFolder.version) }),
    // With `attestation` only the effective dates of results follow each image; criteria and the clock are of now (ec).
    at: effectiveTime.kind === 'at' ? effectiveTime.instant : instantOf(ctx.now()),
    filter: options.filter ?? 'include-exclude',
    sigstore: await sigstoreOptions(ctx, options, policy),
    imageFiles: operatorManifests,
  });
  return { ...evaluator, evaluate: (target) => lendingReads(judged, target, () => evaluator.evaluate(target)) };
}

/** While an image is judged, its policy reads it and its configuration as verification read them: once. */
async function lendingReads<Answer>(
  judged: Map<string, Repository>,
  { repository, manifest }: PolicyTarget,
  run: () => Promise<Answer>,
): Promise<Answer> {
  const digests = [manifest.descriptor.digest, ...(manifest.kind === 'image' ? [manifest.content.config.digest] : [])];
  const names = digests.map((digest) => `${repository.name}@${digest}`);
  for (const name of names) judged.set(name, repository);
  try {
    return await run();
  } finally {
    // Of two images that share a configuration, the one that ends first may take it from the other, which asks again.
    for (const name of names) judged.delete(name);
  }
}

/** The policy with the key, identity and log of the command line, as policies see it in `input.policy_spec`. */
function completed(options: OpenPolicyOptions): PolicySpec {
  const { policy, publicKey, identity, rekorUrl } = options;
  const { publicKey: _key, ...rest } = policy;
  const keyless = publicKey === undefined && Object.keys(identity ?? {}).length > 0;
  return {
    ...(keyless ? rest : policy),
    ...(publicKey === undefined ? {} : { publicKey }),
    ...(rekorUrl === undefined ? {} : { rekorUrl }),
  };
}

async function sigstoreOptions(
  ctx: StepContext,
  options: OpenPolicyOptions,
  policy: PolicySpec,
): Promise<SigstoreOptions> {
  const none = { ...noSigstoreOptions, ignore_rekor: options.ignoreLog ?? false, rekor_url: policy.rekorUrl ?? '' };
  if (options.verifies === false)
    return { ...none, public_key: (policy.sources ?? []).length === 0 ? '' : pemOnly(policy.publicKey) };
  const signer = expectedSigner(policy, {
    ...(options.publicKey === undefined ? {} : { publicKey: options.publicKey }),
    ...(options.identity === undefined ? {} : { identity: options.identity }),
  });
  if (signer.kind === 'key') return { ...none, public_key: (await loadVerificationKey(ctx, signer.reference)).pem };
  return {
    ...none,
    certificate_identity: signer.policy.subject ?? '',
    certificate_identity_regexp: signer.policy.subjectRegExp ?? '',
    certificate_oidc_issuer: signer.policy.issuer ?? '',
    certificate_oidc_issuer_regexp: signer.policy.issuerRegExp ?? '',
  };
}

function pemOnly(key: string | undefined): string {
  if (key === undefined || key === '') return '';
  if (key.includes('-----BEGIN')) return key;
  throw new SluiceError(
    'configuration',
    'Expected publicKey in the policy of validate input to be PEM text, but found a reference; nothing is verified here, so leave it out.',
  );
}

const operatorLabel = 'operators.operatorframework.io.bundle.manifests.v1';

/** The manifests of an operator bundle, where the image says that it is one. */
async function operatorManifests(target: PolicyTarget): Promise<{ readonly [path: string]: Json }> {
  const labels = isJsonObject(target.config) ? target.config.Labels : undefined;
  const folder = isJsonObject(labels) ? labels[operatorLabel] : undefined;
  if (typeof folder !== 'string' || target.manifest.kind !== 'image') return {};
  return imageFiles(target.repository, target.manifest.content, [folder]);
}
