// SPDX-License-Identifier: Apache-2.0
import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type {
  CertificateAuthority as SigstoreAuthority,
  TrustedRoot as SigstoreTrustedRoot,
} from '@sigstore/protobuf-specs';
import type { TrustMaterial } from '@sigstore/verify';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { pemBlocks } from '../evidence/pem.ts';
import { fetchTufTarget, type TufSource, tufSourceFrom } from '../tuf.ts';

/** Where the keys and certificates come from that keyless signatures are checked against. */
export type TrustSource =
  /** A `trusted_root.json` (sigstore/protobuf-specs, TrustedRoot). */
  | { readonly kind: 'file'; readonly path: string }
  /** The Sigstore public instance, or another TUF mirror with its root. */
  | ({ readonly kind: 'tuf' } & TufSource)
  /** Single files, as cosign's flags and variables name them. */
  | ({ readonly kind: 'parts' } & TrustParts);

/** PEM files. Chains run from the signing or intermediate certificate to the root. */
export interface TrustParts {
  readonly certificateAuthority?: string;
  readonly rekorKey?: string;
  /** Names the log in its checkpoints; the public instance's by default. */
  readonly rekorUrl?: string;
  readonly ctLogKey?: string;
  readonly timestampAuthority?: string;
}

type CertAuthority = TrustMaterial['certificateAuthorities'][number];

/** What is trusted, and where it came from (for messages). */
export interface TrustedRoot {
  readonly source: string;
  readonly material: Omit<TrustMaterial, 'publicKey'>;
}

/**
 * The source that flags and environment ask for: an explicit file, else cosign's `SIGSTORE_ROOT_FILE`,
 * `SIGSTORE_REKOR_PUBLIC_KEY`, `SIGSTORE_CT_LOG_PUBLIC_KEY_FILE` and `SIGSTORE_TSA_CERTIFICATE_FILE`, else TUF
 * (`TUF_MIRROR` with `TUF_ROOT_JSON`; the public instance by default).
 */
export function trustSourceFrom(env: StepContext['env'], trustedRootPath?: string): TrustSource {
  if (trustedRootPath) return { kind: 'file', path: trustedRootPath };
  const parts = {
    certificateAuthority: env['SIGSTORE_ROOT_FILE'],
    rekorKey: env['SIGSTORE_REKOR_PUBLIC_KEY'],
    ctLogKey: env['SIGSTORE_CT_LOG_PUBLIC_KEY_FILE'],
    timestampAuthority: env['SIGSTORE_TSA_CERTIFICATE_FILE'],
  };
  const given = Object.entries(parts).flatMap(([name, file]) => (file ? [[name, file] as const] : []));
  if (given.length > 0) {
    const rekorUrl = env['SIGSTORE_REKOR_URL'];
    return { kind: 'parts', ...Object.fromEntries(given), ...(rekorUrl ? { rekorUrl } : {}) };
  }
  return { kind: 'tuf', ...tufSourceFrom(env) };
}

/** Loads what is trusted. `configuration` where a file is not what it should be, `unreachable` where TUF is not to be had. */
export async function loadTrustedRoot(ctx: Pick<StepContext, 'env'>, source: TrustSource): Promise<TrustedRoot> {
  switch (source.kind) {
    case 'file':
      return fromFile(source.path);
    case 'tuf':
      return fromTuf(ctx, source);
    case 'parts':
      return fromParts(source);
  }
}

async function fromFile(file: string): Promise<TrustedRoot> {
  return parseTrustedRoot(await readText(file, 'trusted root'), file);
}

/** Reads a trusted root from its JSON text. */
export async function parseTrustedRoot(text: string, source: string): Promise<TrustedRoot> {
  const { TrustedRoot: Root } = await import('@sigstore/protobuf-specs');
  try {
    const json: unknown = JSON.parse(text);
    if (!isTrustedRoot(json)) throw new TypeError('no media type of a trusted root');
    return { source, material: await keptMaterial(Root.fromJSON(json)) };
  } catch (cause) {
    throw new SluiceError(
      'configuration',
      `${source} should be a Sigstore trusted root (application/vnd.dev.sigstore.trustedroot), but it is not.`,
      { cause },
    );
  }
}

/** Sigstore's own form of a trusted root, with certificates that are quick to compare. */
async function keptMaterial(root: SigstoreTrustedRoot): Promise<TrustMaterial> {
  const [{ toTrustMaterial }, { KeptCertificate }] = await Promise.all([
    import('@sigstore/verify'),
    import('./kept-certificate.ts'),
  ]);
  const material = toTrustMaterial(root);
  const kept = (authority: CertAuthority, from: SigstoreAuthority | undefined): CertAuthority => ({
    ...authority,
    certChain: (from?.certChain?.certificates ?? []).map(({ rawBytes }) => new KeptCertificate(rawBytes)),
  });
  return {
    ...material,
    certificateAuthorities: material.certificateAuthorities.map((ca, i) => kept(ca, root.certificateAuthorities[i])),
    timestampAuthorities: material.timestampAuthorities.map((ca, i) => kept(ca, root.timestampAuthorities[i])),
  };
}

function isTrustedRoot(json: unknown): boolean {
  if (typeof json !== 'object' || json === null || !('mediaType' in json)) return false;
  return /^application\/vnd\.dev\.sigstore\.trustedroot(\+json;version=0\.[12]|\.v0\.[12]\+json)$/.test(
    String(json.mediaType),
  );
}

async function fromTuf(ctx: Pick<StepContext, 'env'>, source: TufSource): Promise<TrustedRoot> {
  const target = { file: 'trusted_root.json', what: 'trusted root', flag: '--trusted-root', cached: true };
  const { text, origin } = await fetchTufTarget(ctx, source, target);
  return parseTrustedRoot(text, origin);
}

const always = { start: new Date(0), end: new Date(8_640_000_000_000_000) };

async function fromParts(parts: TrustParts): Promise<TrustedRoot> {
  const files = [parts.certificateAuthority, parts.rekorKey, parts.ctLogKey, parts.timestampAuthority];
  return {
    source: files.filter((file) => file !== undefined).join(', '),
    material: {
      certificateAuthorities: await authorities(parts.certificateAuthority, 'certificate authority'),
      timestampAuthorities: await authorities(parts.timestampAuthority, 'time-stamp authority'),
      tlogs: await logs(parts.rekorKey, parts.rekorUrl ?? 'https://rekor.sigstore.dev', 'Rekor key'),
      ctlogs: await logs(parts.ctLogKey, '', 'CT log key'),
    },
  };
}

/** A chain of intermediates to one root; roots that do not chain are authorities of their own. */
async function authorities(file: string | undefined, what: string): Promise<TrustMaterial['certificateAuthorities']> {
  if (file === undefined) return [];
  const ders = pemBlocks(await readText(file, what), 'CERTIFICATE');
  if (ders.length === 0) throw notPem(file, what);
  const { KeptCertificate } = await import('./kept-certificate.ts');
  try {
    return chains(ders).map((chain) => ({
      certChain: chain.map((der) => new KeptCertificate(der)),
      validFor: always,
    }));
  } catch (cause) {
    throw notPem(file, what, cause);
  }
}

function chains(ders: readonly Uint8Array[]): Uint8Array[][] {
  const found: Uint8Array[][] = [[]];
  for (const der of ders) {
    found.at(-1)?.push(der);
    const certificate = new X509Certificate(der);
    if (certificate.checkIssued(certificate)) found.push([]);
  }
  return found.filter((chain) => chain.length > 0);
}

async function logs(file: string | undefined, baseURL: string, what: string): Promise<TrustMaterial['tlogs']> {
  if (file === undefined) return [];
  const text = await readText(file, what);
  const blocks = text.match(/-----BEGIN PUBLIC KEY-----[\s\S]+?-----END PUBLIC KEY-----/g);
  if (!blocks) throw notPem(file, what);
  try {
    return blocks.map((pem) => {
      const publicKey = createPublicKey(pem);
      const logID = createHash('sha256')
        .update(publicKey.export({ type: 'spki', format: 'der' }))
        .digest();
      return { logID, baseURL, publicKey, validFor: always };
    });
  } catch (cause) {
    throw notPem(file, what, cause);
  }
}

function notPem(file: string, what: string, cause?: unknown): SluiceError {
  return new SluiceError('configuration', `${file} should hold the ${what} in PEM form, but it does not.`, { cause });
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new SluiceError('file', `The ${what} "${file}" cannot be read; name a file that exists.`, { cause });
  }
}
