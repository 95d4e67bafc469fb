// SPDX-License-Identifier: Apache-2.0
import type { ProvedSignature } from '@sluice/core';
import { defineCommand } from '../command.ts';
import { jsonErrorsFlag } from '../options/json.ts';
import { localImageFlag, registryFlags } from '../options/registry.ts';
import { verificationFlags } from '../options/verification.ts';
import { bundleFlag, sayProved, verifySubject } from '../options/verified-evidence.ts';

export const verify = defineCommand({
  summary: 'Verify who signed an image',
  arguments: 'IMAGE',
  arity: [1, 1],
  description: `Prints the signed payloads as JSON, as "cosign verify" does, and exits with 1 where no signature by the named
signer holds. An image that was only attested is not signed. With --bundle, IMAGE may be a bare sha256:… and no
registry is asked.`,
  examples: [
    `sluice verify registry.example.com/acme/app:main \\
  --certificate-identity https://gitlab.com/acme/app//.gitlab-ci.yml@refs/heads/main \\
  --certificate-oidc-issuer https://gitlab.com`,
    'sluice verify --key cosign.pub --insecure-ignore-tlog registry.example.com/acme/app:main',
    'sluice verify --key cosign.pub --bundle image.sigstore.json sha256:9f2c…41',
  ],
  flags: { ...verificationFlags, ...registryFlags, ...localImageFlag, ...bundleFlag, ...jsonErrorsFlag },
  async run(invocation) {
    const { name, digest, evidence } = await verifySubject(invocation, 'signature');
    sayProved(invocation, name, evidence.signatures);
    const payloads = evidence.signatures.map((signature) => payloadOf(signature, name, digest));
    invocation.io.stdout.write(`${JSON.stringify(payloads)}\n`);
    return 0;
  },
});

/** What `cosign verify` prints for a signature: the claim, and who made it. */
function payloadOf({ payload, signers }: ProvedSignature, name: string, digest: string): object {
  const [signer] = signers;
  const { issuer, subjects } = signer?.certificate?.identity ?? {};
  const signed = claimOf(payload);
  return {
    critical: signed.critical ?? {
      identity: { 'docker-reference': name.replace(/@.*/, '') },
      image: { 'docker-manifest-digest': digest },
      type: 'https://sigstore.dev/cosign/sign/v1',
    },
    optional: { ...signed.optional, ...(issuer ? { Issuer: issuer, Subject: subjects?.join(', ') } : {}) },
  };
}

interface Claim {
  readonly critical?: object;
  readonly optional?: object | null;
}

function claimOf(payload: Uint8Array): Claim {
  // The payload was proved: a simplesigning claim, or a statement, which has neither member.
  return JSON.parse(new TextDecoder().decode(payload)) as Claim;
}
