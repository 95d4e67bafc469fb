// SPDX-License-Identifier: Apache-2.0
import type { CiContext } from '../ci/ci-context.ts';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { Services } from './services.ts';

/** Domains of the public Sigstore instances, production and staging: what they log, everybody can read. */
const publicDomains: readonly string[] = ['sigstore.dev', 'sigstage.dev'];

export function isPublicService(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? '';
  return publicDomains.some((domain) => host === domain || host.endsWith(`.${domain}`));
}

/**
 * A private source is not written to a public log unless the user says so: an entry names the image's digest for ever,
 * and a keyless one the repository, the commit and the workflow too. A CI that does not say is taken for private.
 *
 * @throws SluiceError `configuration`, before any request.
 */
export function guardPublicLog(ctx: StepContext, ci: CiContext, services: Services, allowed: boolean): void {
  const urls = [
    ...(services.fulcioUrl === undefined ? [] : [services.fulcioUrl]),
    ...services.logs.map(({ url }) => url),
  ];
  const open = urls.filter(isPublicService);
  if (open.length === 0 || ci.kind === 'local' || ci.visibility === 'public') return;
  const state = ci.visibility === undefined ? 'of unknown visibility' : ci.visibility;
  if (allowed) {
    ctx.log.warn(
      `The repository ${ci.repository} is ${state}; its name and this signature become public at ${open.join(' and ')}.`,
    );
    return;
  }
  throw new SluiceError(
    'configuration',
    `The repository ${ci.repository} is ${state}, and ${open.join(' and ')} would publish it; use services of your own (--signing-config), sign with --key and --tlog-upload=false, or give --allow-public-log.`,
  );
}
