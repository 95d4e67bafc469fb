// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';

/**
 * Trusts more certificate authorities (PEM) for every HTTPS connection of this process. It is process-wide because
 * Sigstore's own clients take no certificates; the program's edge calls it once, before the first request.
 */
export function trustCertificates(pem: string): void {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (certificates === null) {
    throw new SluiceError('configuration', 'Expected certificate authorities as PEM blocks "CERTIFICATE", found none.');
  }
  // Loaded here only: most runs trust no more than Node does.
  const tls = process.getBuiltinModule('node:tls');
  tls.setDefaultCACertificates([...new Set([...tls.getCACertificates('default'), ...certificates])]);
}
