// SPDX-License-Identifier: Apache-2.0
import { defineCommand } from '../command.ts';
import { stepContext } from '../options/context.ts';
import { jsonErrorsFlag } from '../options/json.ts';
import { provenanceFlags, provenanceOptions } from '../options/predicate.ts';
import { signingFlags } from '../options/signing.ts';

export const provenance = defineCommand({
  summary: 'Print SLSA provenance for this job, unsigned',
  arguments: '',
  arity: [0, 0],
  description: `The predicate of https://slsa.dev/provenance/v1, from the CI's variables. Where the job has an OIDC token its claims are
the truth, and a variable that differs is an error. Only declared inputs are recorded, never other variables.`,
  examples: [
    'sluice provenance > predicate.json',
    'sluice provenance --build-input target=release --dependency oci://docker.io/library/alpine@sha256:…',
  ],
  flags: {
    ...provenanceFlags,
    'identity-token': signingFlags['identity-token'],
    'oidc-issuer': signingFlags['oidc-issuer'],
    ...jsonErrorsFlag,
  },
  async run(invocation) {
    const { flags, io } = invocation;
    const ctx = stepContext(invocation);
    const { createHttpClient, provenanceFromCi, readCi } = await import('@sluice/core');
    const http = createHttpClient(ctx);
    try {
      const token = flags['identity-token'];
      const issuer = flags['oidc-issuer'] ?? io.env.SLUICE_OIDC_ISSUER;
      const { context } = await readCi(ctx, http, {
        ...(token ? { identityToken: token } : {}),
        ...(issuer ? { oidcIssuer: issuer } : {}),
      });
      io.stdout.write(`${JSON.stringify(provenanceFromCi(ctx, context, provenanceOptions(invocation)), null, 2)}\n`);
    } finally {
      http.close();
    }
    return 0;
  },
});
