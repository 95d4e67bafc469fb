// SPDX-License-Identifier: Apache-2.0
import { type RegistryOptions, type RunningRegistry, startRegistry } from '@sluice/oci';
import { type CtLog, createCtLog } from './ctlog/ct-log.ts';
import { startCtLogService } from './ctlog/service.ts';
import { githubTemplates, gitlabTemplates } from './fulcio/claim-templates.ts';
import { startFulcio, type TrustedIssuer } from './fulcio/service.ts';
import { type OidcProvider, startOidcProvider } from './oidc/provider.ts';
import { startRekor } from './rekor/service.ts';
import { startRekorV2 } from './rekor/v2/service.ts';
import { type SigningConfigJson, signingConfig } from './trust/signing-config.ts';
import { type TrustedRootJson, trustedRoot } from './trust/trusted-root.ts';
import { startTimestampAuthority } from './tsa/service.ts';
import { type CertificateAuthority, createAuthority } from './x509/authority.ts';

export type LocalService = 'oidc' | 'fulcio' | 'ctlog' | 'rekor' | 'rekorV2' | 'tsa' | 'registry';

export interface LocalOptions {
  /** The clock of every service; the system's clock when absent. */
  readonly now?: () => Date;
  /** Fixed ports; the system chooses the others. */
  readonly ports?: Readonly<Partial<Record<LocalService, number>>>;
  /** How the registry keeps and guards content; in memory and open when absent. */
  readonly registry?: Omit<RegistryOptions, 'now'>;
  /** What certificates name as the GitLab server, `https://gitlab.com` when absent. */
  readonly gitlabUrl?: string;
  /** What certificates name as the GitHub server, `https://github.com` when absent. */
  readonly githubUrl?: string;
  /** Which log the signing config names. With 2 the stack runs and trusts a Rekor v2 beside Rekor v1. Default 1. */
  readonly rekorVersion?: 1 | 2;
  /** Life of an identity token, five minutes when absent, which is what GitLab gives to a job without a time-out. */
  readonly tokenLifetimeSeconds?: number;
  /** Life of a signing certificate, ten minutes when absent. */
  readonly certificateLifetimeSeconds?: number;
  /** Told what the services refuse and why. */
  readonly log?: (line: string) => void;
}

/** A running stack; everything listens on 127.0.0.1 and, but for a registry in a folder, lives in memory. */
export interface LocalStack {
  readonly oidc: Omit<OidcProvider, 'close'>;
  readonly fulcioUrl: string;
  /** Rekor v1. */
  readonly rekorUrl: string;
  /** Rekor v2, when `rekorVersion: 2` asked for it. */
  readonly rekorV2Url?: string;
  /** The full URL that takes timestamp requests. */
  readonly tsaUrl: string;
  readonly ctLogUrl: string;
  /** `host` is what image references begin with. */
  readonly registry: { readonly url: string; readonly host: string };
  /** The content of `trusted_root.json`. */
  readonly trustedRoot: TrustedRootJson;
  /** The content of `signing_config.json`. */
  readonly signingConfig: SigningConfigJson;
  close(): Promise<void>;
}

const organization = 'sluice.local';
const dayMilliseconds = 24 * 60 * 60 * 1000;

/**
 * Starts an OIDC issuer, Fulcio, a CT log, Rekor, a timestamp authority and a registry on the loopback address.
 *
 * @example
 * const stack = await startLocal();
 * const token = stack.oidc.mintGitLabToken({}, { CI_PROJECT_PATH: 'team/app' });
 * // ... sign with stack.signingConfig, verify with stack.trustedRoot ...
 * await stack.close();
 */
export async function startLocal(options: LocalOptions = {}): Promise<LocalStack> {
  const running: { close(): Promise<void> }[] = [];
  const started = async <T extends { close(): Promise<void> }>(service: Promise<T>): Promise<T> => {
    running.push(await service);
    return service;
  };
  const close = async () => {
    await Promise.all(running.map((service) => service.close()));
  };
  try {
    return { ...(await startServices(options, started)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Started = <T extends { close(): Promise<void> }>(service: Promise<T>) => Promise<T>;

async function startServices(options: LocalOptions, started: Started): Promise<Omit<LocalStack, 'close'>> {
  const now = options.now ?? (() => new Date());
  const ports = options.ports ?? {};
  const roots = await createRoots(now);
  const registry = await started(openRegistry(options, now));
  const oidc = await started(
    startOidcProvider({ now, lifetimeSeconds: options.tokenLifetimeSeconds ?? 300, port: ports.oidc }),
  );
  const fulcio = await started(
    startFulcio({
      authority: roots.fulcio,
      ctLog: roots.ctLog,
      issuers: trustedIssuers(oidc, options),
      now,
      certificateLifetimeSeconds: options.certificateLifetimeSeconds ?? 600,
      log: options.log ?? (() => {}),
      port: ports.fulcio,
    }),
  );
  const rekor = await started(startRekor({ now, port: ports.rekor }));
  const rekorV2 = options.rekorVersion === 2 ? await started(startRekorV2(ports.rekorV2)) : undefined;
  const tsa = await started(startTimestampAuthority({ authority: roots.tsa, organization, now, port: ports.tsa }));
  const ctLog = await started(startCtLogService(roots.ctLog, ports.ctlog));
  const { validFrom } = roots;
  return {
    oidc,
    fulcioUrl: fulcio.url,
    rekorUrl: rekor.url,
    ...(rekorV2 === undefined ? {} : { rekorV2Url: rekorV2.url }),
    tsaUrl: tsa.timestampUrl,
    ctLogUrl: ctLog.url,
    registry,
    trustedRoot: trustedRoot({
      organization,
      validFrom,
      rekor: [{ url: rekor.url, key: rekor.log.key }, ...(rekorV2 === undefined ? [] : [rekorV2])],
      fulcio: { url: fulcio.url, commonName: 'sluice-fulcio', chain: roots.fulcio.chain },
      ctLog: { url: ctLog.url, key: roots.ctLog.key },
      timestampAuthority: { url: tsa.url, commonName: 'sluice-tsa', chain: tsa.chain },
    }),
    signingConfig: signingConfig({
      validFrom,
      operator: organization,
      fulcioUrl: fulcio.url,
      oidcUrl: oidc.gitlab.url,
      rekor: rekorV2 === undefined ? { url: rekor.url, version: 1 } : { url: rekorV2.url, version: 2 },
      tsaUrl: tsa.timestampUrl,
    }),
  };
}

interface Roots {
  readonly fulcio: CertificateAuthority;
  readonly tsa: CertificateAuthority;
  readonly ctLog: CtLog;
  readonly validFrom: Date;
}

async function createRoots(now: () => Date): Promise<Roots> {
  const start = Math.floor(now().getTime() / 1000) * 1000;
  // A day back, so that a test may sign at a moment before the stack was started.
  const validFrom = new Date(start - dayMilliseconds);
  const validity = { organization, validFrom, validUntil: new Date(start + 3650 * dayMilliseconds) };
  const [fulcio, tsa, ctLog] = await Promise.all([
    createAuthority({ commonName: 'sluice-fulcio', purpose: 'codeSigning', ...validity }),
    createAuthority({ commonName: 'sluice-tsa', purpose: 'timeStamping', ...validity }),
    createCtLog(now),
  ]);
  return { fulcio, tsa, ctLog, validFrom };
}

function openRegistry(options: LocalOptions, now: () => Date): Promise<RunningRegistry> {
  const port = options.ports?.registry;
  return startRegistry({ ...options.registry, now, ...(port === undefined ? {} : { port }) });
}

function trustedIssuers(oidc: OidcProvider, options: LocalOptions): TrustedIssuer[] {
  const gitlab = gitlabTemplates(options.gitlabUrl ?? 'https://gitlab.com');
  const github = githubTemplates(options.githubUrl ?? 'https://github.com');
  return [
    { issuer: oidc.gitlab, kind: { kind: 'ci-provider', templates: gitlab } },
    { issuer: oidc.github, kind: { kind: 'ci-provider', templates: github } },
    { issuer: oidc.email, kind: { kind: 'email' } },
  ];
}
