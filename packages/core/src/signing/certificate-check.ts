// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import type { SlsaProvenanceV1 } from '../provenance/slsa-v1.ts';
import type { CertificateDetails } from '../verification/certificate.ts';

const fulcio = '1.3.6.1.4.1.57264.1.';

/**
 * Provenance must say what the certificate says: builder, run, source and commit come from the same token, so a difference
 * means that one of them is of another job. An extension that the certificate does not have is not compared.
 *
 * @throws SluiceError `refused`, before anything is signed.
 */
export function refuseForeignProvenance(provenance: SlsaProvenanceV1, certificate: CertificateDetails): void {
  const { builder, metadata } = provenance.runDetails;
  const source = provenance.buildDefinition.resolvedDependencies?.[0];
  const pairs: readonly (readonly [string, string | undefined, string, number])[] = [
    ['builder.id', builder.id, 'Build Signer URI', 9],
    ['metadata.invocationId', metadata?.invocationId, 'Run Invocation URI', 21],
    ['the source commit', source?.digest?.gitCommit, 'Source Repository Digest', 13],
    ['the source', source?.uri, 'Source Repository URI and Ref', 12],
  ];
  for (const [what, said, extension, number] of pairs) {
    const certified = number === 12 ? sourceOf(certificate) : certificate.extensions.get(`${fulcio}${number}`);
    if (said === undefined || certified === undefined || said === certified) continue;
    throw new SluiceError(
      'refused',
      `The provenance says ${what} is "${said}", the certificate's ${extension} is "${certified}"; both must come from one job, so nothing was signed.`,
    );
  }
}

function sourceOf({ extensions }: CertificateDetails): string | undefined {
  const uri = extensions.get(`${fulcio}12`);
  const ref = extensions.get(`${fulcio}14`);
  return uri === undefined || ref === undefined ? undefined : `git+${uri}@${ref}`;
}
