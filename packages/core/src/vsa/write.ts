// SPDX-License-Identifier: Apache-2.0
import { type Digest, parseReference } from '@sluice/oci';
import { readCi } from '../ci/ci.ts';
import type { OpenRepository } from '../components/snapshot.ts';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { createHttpClient } from '../http/http-client.ts';
import type { ComponentReport, ImageReport } from '../report/report.ts';
import type { SigningOptions } from '../signing/signing-options.ts';
import { attestImage, type SecureReport } from '../steps/secure.ts';
import { slsaSummary, slsaSummaryType } from './vsa.ts';

export interface AttachSummaryOptions {
  readonly open: OpenRepository;
  readonly signing: SigningOptions;
  /** A URI that says who verified; the pipeline that runs, where it is absent. */
  readonly verifier?: string;
  readonly policyUri: string;
}

/** A summary that was attached to one image of a report. */
export interface AttachedSummary {
  readonly image: string;
  readonly report: SecureReport;
}

/**
 * Signs a verification summary for each image of a report that passed, and attaches it to its digest. Nothing is signed
 * for an image that was refused, nor for one that only has an earlier summary: that would make the old verdict young.
 */
export async function attachSummaries(
  ctx: StepContext,
  report: ImageReport,
  options: AttachSummaryOptions,
): Promise<readonly AttachedSummary[]> {
  const verifier = options.verifier ?? (await runningPipeline(ctx, options.signing));
  const attached: AttachedSummary[] = [];
  for (const component of report.components.filter(({ success, earlier }) => success && !earlier)) {
    const image = component.containerImage;
    attached.push({ image, report: await attachOne(ctx, report, component, { ...options, verifier }) });
  }
  return attached;
}

function attachOne(
  ctx: StepContext,
  report: ImageReport,
  component: ComponentReport,
  options: AttachSummaryOptions & { readonly verifier: string },
): Promise<SecureReport> {
  const { digest, ...place } = parseReference(component.containerImage);
  if (digest === undefined) throw new TypeError('An image that passed is known by its digest.');
  return attestImage(ctx, {
    repository: options.open(place),
    digest: digest as Digest,
    signing: options.signing,
    attestations: [
      {
        predicateType: slsaSummaryType,
        predicate: slsaSummary(report, component, { verifier: options.verifier, policyUri: options.policyUri }),
      },
    ],
  });
}

/** The pipeline as a certificate names it. */
async function runningPipeline(ctx: StepContext, { ci }: SigningOptions): Promise<string> {
  const http = createHttpClient(ctx);
  try {
    const { context } = await readCi(ctx, http, ci);
    if (context.kind !== 'local') return context.builderId;
  } finally {
    http.close();
  }
  throw new SluiceError(
    'usage',
    'A verification summary says who verified, and here no pipeline runs that could say so; name the verifier with --verifier-id.',
  );
}
