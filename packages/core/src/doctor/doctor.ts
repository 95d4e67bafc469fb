// SPDX-License-Identifier: Apache-2.0
import type { StepContext } from '../context.ts';
import { createHttpClient } from '../http/http-client.ts';
import type { ServiceOptions } from '../signing/services.ts';
import type { TrustSource } from '../verification/trusted-root.ts';
import type { DoctorFinding } from './finding.ts';
import { examineIdentity } from './identity.ts';
import { examinePermissions } from './permissions.ts';
import { examineProxy } from './proxy.ts';
import { examineRegistry, type RegistryExam } from './registry.ts';
import { examineServices, examineTrust } from './services.ts';

export interface DoctorOptions {
  /** The image whose registry is looked at; without it the registry is left out. */
  readonly registry?: RegistryExam;
  readonly oidcIssuer?: string;
  readonly services?: ServiceOptions;
  readonly trust: TrustSource;
}

/**
 * Looks, before anything is signed, at all that a run of the gate needs: the job's identity and what Fulcio will make
 * of it, its permissions, the registry, Sigstore's services, proxy, clock and sizes. The only thing it writes is one
 * small blob that nothing refers to. Nothing is thrown for what is found.
 */
export async function examine(ctx: StepContext, options: DoctorOptions): Promise<readonly DoctorFinding[]> {
  const http = createHttpClient(ctx, { retry: { attempts: 2, firstDelayMs: 200, maxDelayMs: 200 }, timeoutMs: 10_000 });
  try {
    const issuer = options.oidcIssuer === undefined ? {} : { oidcIssuer: options.oidcIssuer };
    const identity = await examineIdentity(ctx, http, issuer);
    const [services, trust, registry] = await Promise.all([
      examineServices(ctx, http, options.services ?? {}, identity.token),
      examineTrust(ctx, options.trust),
      options.registry === undefined ? [] : examineRegistry(ctx, options.registry),
    ]);
    return [...identity.findings, ...examinePermissions(ctx), ...registry, ...services, ...trust, ...examineProxy(ctx)];
  } finally {
    http.close();
  }
}
