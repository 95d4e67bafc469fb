// SPDX-License-Identifier: Apache-2.0
import type { Command } from './command.ts';

export interface CommandEntry {
  /** One or two words: `sign`, `image append`. */
  readonly name: string;
  readonly summary: string;
  /** Loads the command's module: nothing that another command needs is loaded for this one. */
  readonly load: () => Promise<Command>;
}

/** Every command, in the order of the flow. A test holds each summary equal to the command's own. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'secure',
    summary: 'Sign an image and attest how this job built it',
    load: async () => (await import('./commands/secure.ts')).secure,
  },
  {
    name: 'sign',
    summary: "Sign an image with the job's identity or a key",
    load: async () => (await import('./commands/sign.ts')).sign,
  },
  {
    name: 'attest',
    summary: 'Sign a statement about an image and attach it',
    load: async () => (await import('./commands/attest.ts')).attest,
  },
  {
    name: 'provenance',
    summary: 'Print SLSA provenance for this job, unsigned',
    load: async () => (await import('./commands/provenance.ts')).provenance,
  },
  {
    name: 'validate image',
    summary: 'Validate images against a policy',
    load: async () => (await import('./commands/validate-image.ts')).validateImage,
  },
  {
    name: 'validate input',
    summary: 'Validate JSON, YAML or TOML files against a policy',
    load: async () => (await import('./commands/validate-input.ts')).validateInput,
  },
  {
    name: 'validate vsa',
    summary: 'Validate verification summaries against a policy',
    load: async () => (await import('./commands/validate-vsa.ts')).validateVsa,
  },
  {
    name: 'inspect policy',
    summary: 'List the rules of a policy with what they say of themselves',
    load: async () => (await import('./commands/inspect-policy.ts')).inspectPolicy,
  },
  {
    name: 'inspect policy-data',
    summary: 'Print the data of policy sources, merged',
    load: async () => (await import('./commands/inspect-policy.ts')).inspectPolicyData,
  },
  {
    name: 'fetch policy',
    summary: 'Fetch policy sources into a folder',
    load: async () => (await import('./commands/fetch-policy.ts')).fetchPolicy,
  },
  {
    name: 'policy pin',
    summary: 'Lock the sources of a policy to commits, digests and hashes',
    load: async () => (await import('./commands/policy-pin.ts')).policyPin,
  },
  {
    name: 'policy eval',
    summary: 'Evaluate a Rego query over policies, data and an input',
    load: async () => (await import('./commands/policy-eval.ts')).policyEval,
  },
  {
    name: 'policy test',
    summary: 'Run the tests of Rego policies',
    load: async () => (await import('./commands/policy-test.ts')).policyTest,
  },
  {
    name: 'policy check',
    summary: 'Check Rego policies for errors',
    load: async () => (await import('./commands/policy-check.ts')).policyCheck,
  },
  {
    name: 'policy parse',
    summary: 'Print the syntax tree of a Rego module',
    load: async () => (await import('./commands/policy-parse.ts')).policyParse,
  },
  {
    name: 'policy inspect',
    summary: 'List packages, data, annotations and built-in functions of Rego policies',
    load: async () => (await import('./commands/policy-inspect.ts')).policyInspect,
  },
  {
    name: 'promote',
    summary: 'Copy exactly the digest that passes, with its evidence, and move the tag last',
    load: async () => (await import('./commands/promote.ts')).promote,
  },
  {
    name: 'status',
    summary: 'Say on the forge that an image is being verified, and then the verdict',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'doctor',
    summary: 'Say whether this job could sign, push and verify, and what to change',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'verify',
    summary: 'Verify who signed an image',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  {
    name: 'verify-attestation',
    summary: 'Verify who attested what about an image',
    load: async () => (await import('./commands/verify-attestation.ts')).verifyAttestation,
  },
  {
    name: 'tree',
    summary: 'Show everything that is attached to an image, unverified',
    load: async () => (await import('./commands/tree.ts')).tree,
  },
  {
    name: 'download attestation',
    summary: 'Print the attestations of an image, unverified',
    load: async () => (await import('./commands/download.ts')).downloadAttestation,
  },
  {
    name: 'download signature',
    summary: 'Print the signatures of an image, unverified',
    load: async () => (await import('./commands/download.ts')).downloadSignature,
  },
  {
    name: 'image append',
    summary: 'Put a folder or tar as one layer on a base image or on nothing, and push it',
    load: async () => (await import('./commands/image-append.ts')).imageAppend,
  },
  {
    name: 'image digest',
    summary: 'Print the digest that a tag names now',
    load: async () => (await import('./commands/image-digest.ts')).imageDigest,
  },
  {
    name: 'image inspect',
    summary: 'Show the manifest, the platforms and the configuration of an image',
    load: async () => (await import('./commands/image-inspect.ts')).imageInspect,
  },
  {
    name: 'key generate',
    summary: 'Make an encrypted key pair that sluice and cosign read',
    load: async () => (await import('./commands/key-generate.ts')).keyGenerate,
  },
  {
    name: 'demo',
    summary: 'Show the whole flow and every refusal on embedded services',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    name: 'dev',
    summary: 'Run a registry, Fulcio, Rekor, a timestamp authority and OIDC issuers on this machine',
    load: async () => (await import('./commands/dev.ts')).dev,
  },
  {
    name: 'version',
    summary: 'Show the version of sluice and of Node',
    load: async () => (await import('./commands/version.ts')).version,
  },
  {
    name: 'completion',
    summary: 'Print a completion script for bash, zsh or fish',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
];
