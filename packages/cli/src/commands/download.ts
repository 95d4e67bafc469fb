// SPDX-License-Identifier: Apache-2.0
import type { EvidenceItem } from '@sluice/core';
import { type Command, defineCommand, type FlagSpecs } from '../command.ts';
import { jsonErrorsFlag } from '../options/json.ts';
import { localImageFlag, openImage, registryFlags } from '../options/registry.ts';

const flags = {
  'predicate-type': {
    type: 'string',
    value: 'TYPE',
    help: "Only attestations of this predicate type: a URI, or cosign's short name",
  },
  ...registryFlags,
  ...localImageFlag,
  ...jsonErrorsFlag,
} as const satisfies FlagSpecs;

export const downloadAttestation = download('attestation', 'attestations');
export const downloadSignature = download('signature', 'signatures');

function download(kind: EvidenceItem['kind'], plural: string): Command<typeof flags> {
  return defineCommand({
    summary: `Print the ${plural} of an image, unverified`,
    arguments: 'IMAGE',
    arity: [1, 1],
    description: `One JSON document a line: the DSSE envelope, or {payload, base64Signature} of a simplesigning signature, from
both layouts. Nothing is verified: "sluice verify${kind === 'attestation' ? '-attestation' : ''}" does that.`,
    examples: [`sluice download ${kind} registry.example.com/acme/app:main`],
    flags,
    async run(invocation) {
      const { discoverEvidence, predicateTypeOf } = await import('@sluice/core');
      const wanted = invocation.flags['predicate-type'];
      const { repository, descriptor, name } = await openImage(invocation, invocation.args[0] ?? '');
      const evidence = await discoverEvidence(repository, descriptor.digest, { only: kind });
      const uri = wanted === undefined ? undefined : predicateTypeOf(wanted);
      const items = evidence.items.filter(
        (item) => item.kind === kind && (uri === undefined || predicateOf(item) === uri),
      );
      for (const one of evidence.unreadable) invocation.reporter.log.warn(`${one.where}: ${one.reason}`);
      if (items.length === 0) {
        const { refuse } = await import('../options/verified-evidence.ts');
        throw await refuse(`${plural} ${uri ? `of type ${uri} ` : ''}were expected for ${name}, but there are none.`);
      }
      for (const item of items) invocation.io.stdout.write(`${JSON.stringify(documentOf(item))}\n`);
      return 0;
    },
  });
}

function documentOf({ material: { content } }: EvidenceItem): object {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  if (content.kind === 'envelope') {
    return {
      payloadType: content.payloadType,
      payload: base64(content.payload),
      signatures: content.signatures.map(({ keyid, signature }) => ({ keyid: keyid ?? '', sig: base64(signature) })),
    };
  }
  const payload = content.payload;
  return { base64Signature: base64(content.signature), ...(payload ? { payload: base64(payload) } : {}) };
}

function predicateOf({ material: { content } }: EvidenceItem): unknown {
  if (content.kind !== 'envelope') return undefined;
  try {
    // Unverified text, read for one member only.
    return (JSON.parse(new TextDecoder().decode(content.payload)) as { predicateType?: unknown }).predicateType;
  } catch {
    return undefined;
  }
}
