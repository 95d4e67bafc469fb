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
