// SPDX-License-Identifier: Apache-2.0
import * as der from '../asn1/encode.ts';
import type { Extension } from '../x509/extensions.ts';

/** Fulcio's arc, `1.3.6.1.4.1.57264.1` (sigstore/fulcio docs/oid-info.md). */
const arc = '1.3.6.1.4.1.57264.1';

/** What Fulcio says about a CI job beside its name, by the names of docs/oid-info.md. */
export const extensionArcs = {
  issuer: 1,
  githubWorkflowTrigger: 2,
  githubWorkflowSha: 3,
  githubWorkflowName: 4,
  githubWorkflowRepository: 5,
  githubWorkflowRef: 6,
  issuerV2: 8,
  buildSignerUri: 9,
  buildSignerDigest: 10,
  runnerEnvironment: 11,
  sourceRepositoryUri: 12,
  sourceRepositoryDigest: 13,
  sourceRepositoryRef: 14,
  sourceRepositoryIdentifier: 15,
  sourceRepositoryOwnerUri: 16,
  sourceRepositoryOwnerIdentifier: 17,
  buildConfigUri: 18,
  buildConfigDigest: 19,
  buildTrigger: 20,
  runInvocationUri: 21,
  sourceRepositoryVisibility: 22,
  deploymentEnvironment: 23,
  tokenSubject: 24,
} as const;

export type ExtensionName = keyof typeof extensionArcs;

/** Values by name; an empty value is left out of the certificate, as Fulcio does. */
export type ExtensionValues = Readonly<Partial<Record<ExtensionName, string>>>;

export function encodeExtensionValues(values: ExtensionValues): Extension[] {
  return Object.entries(extensionArcs).flatMap(([name, number]) => {
    // The keys of the table are the extension names.
    const value = values[name as ExtensionName];
    if (value === undefined || value === '') return [];
    // Up to .6 the text itself is the value; from .8 on it is a DER UTF8String.
    return [{ oid: `${arc}.${number}`, value: number <= 6 ? Buffer.from(value, 'utf8') : der.utf8(value) }];
  });
}
