// SPDX-License-Identifier: Apache-2.0

/** A Sigstore SigningConfig v0.2 in its JSON form (sigstore/protobuf-specs sigstore_trustroot.proto). */
export interface SigningConfigJson {
  readonly mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json';
  readonly caUrls: readonly ServiceJson[];
  readonly oidcUrls: readonly ServiceJson[];
  readonly rekorTlogUrls: readonly ServiceJson[];
  readonly rekorTlogConfig: { readonly selector: 'ANY' };
  readonly tsaUrls: readonly ServiceJson[];
  readonly tsaConfig: { readonly selector: 'ANY' };
}

export interface ServiceJson {
  readonly url: string;
  readonly majorApiVersion: number;
  readonly validFor: { readonly start: string };
  readonly operator: string;
}

export interface SigningServices {
  readonly validFrom: Date;
  readonly operator: string;
  readonly fulcioUrl: string;
  readonly oidcUrl: string;
  readonly rekor: { readonly url: string; readonly version: 1 | 2 };
  readonly tsaUrl: string;
}

export function signingConfig(services: SigningServices): SigningConfigJson {
  const service = (url: string, majorApiVersion: number): ServiceJson => ({
    url,
    majorApiVersion,
    validFor: { start: services.validFrom.toISOString() },
    operator: services.operator,
  });
  return {
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    caUrls: [service(services.fulcioUrl, 1)],
    oidcUrls: [service(services.oidcUrl, 1)],
    rekorTlogUrls: [service(services.rekor.url, services.rekor.version)],
    rekorTlogConfig: { selector: 'ANY' },
    tsaUrls: [service(services.tsaUrl, 1)],
    tsaConfig: { selector: 'ANY' },
  };
}
