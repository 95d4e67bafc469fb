// SPDX-License-Identifier: Apache-2.0
import type { ProvedAttestation } from '@sluice/core';
import { defineCommand } from '../command.ts';
import { jsonErrorsFlag } from '../options/json.ts';
import { localImageFlag, registryFlags } from '../options/registry.ts';
import { verificationFlags } from '../options/verification.ts';
import { bundleFlag, refuse, sayProved, verifySubject } from '../options/verified-evidence.ts';

export const verifyAttestation = defineCommand({
  summary: 'Verify who attested what about an image',
  arguments: 'IMAGE',
  arity: [1, 1],
  description: `Prints each attestation that holds, one JSON document a line: the DSSE envelope as "cosign verify-attestation"
prints it, or with --output statement the statement inside. Exits with 1 where none of that type holds.`,
  examples: [
    `sluice verify-attestation registry.example.com/acme/app:main --type slsaprovenance1 --output statement \\
  --certificate-identity https://gitlab.com/acme/app//.gitlab-ci.yml@refs/heads/main \\
  --certificate-oidc-issuer https://gitlab.com`,
    'sluice verify-attestation --key cosign.pub --insecure-ignore-tlog --type cyclonedx registry.example.com/acme/app:main',
  ],
  flags: {
    type: {
      type: 'string',
      value: 'TYPE',
      help: "Only this predicate type: a URI, or cosign's short name (slsaprovenance1, spdxjson, cyclonedx, vuln, …)",
    },
    output: { type: 'string', short: 'o', options: ['json', 'statement'], default: 'json', help: 'What is printed' },
    ...verificationFlags,
    ...registryFlags,
    ...localImageFlag,
    ...bundleFlag,
    ...jsonErrorsFlag,
  },
  async run(invocation) {
    const { flags, io } = invocation;
    const { predicateTypeOf } = await import('@sluice/core');
    const wanted = flags.type === undefined ? undefined : predicateTypeOf(flags.type);
    const { name, evidence } = await verifySubject(invocation, 'attestation');
    const chosen = evidence.attestations.filter(
      (one) => wanted === undefined || one.statement.predicateType === wanted,
    );
    if (chosen.length === 0) {
      const found = [...new Set(evidence.attestations.map((one) => one.statement.predicateType))];
      throw await refuse(
        `An attestation of type ${wanted} was expected for ${name}, but the ones that hold are of type ${found.join(', ')}; check --type.`,
      );
    }
    sayProved(invocation, name, chosen);
    for (const one of chosen) {
      io.stdout.write(`${JSON.stringify(flags.output === 'statement' ? one.statement : envelopeOf(one))}\n`);
    }
    return 0;
  },
});

function envelopeOf({ payload, signers }: ProvedAttestation): object {
  return {
    payloadType: 'application/vnd.in-toto+json',
    payload: Buffer.from(payload).toString('base64'),
    signatures: signers.map(({ keyid, signature }) => ({ keyid, sig: signature })),
  };
}
