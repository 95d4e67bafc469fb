// SPDX-License-Identifier: Apache-2.0

/** Inputs that are flags of the command line, by the same names. `test/definitions.test.ts` holds action.yml against these. */
export const registryFlagNames = ['registry-cacert', 'allow-http-registry'] as const;

export const signingFlagNames = [
  'identity-token',
  'oidc-issuer',
  'key',
  'signing-config',
  'fulcio-url',
  'rekor-url',
  'timestamp-server-url',
  'tlog-upload',
  'allow-public-log',
  'layout',
  'recursive',
  ...registryFlagNames,
] as const;

/** GitHub's build type records no inputs, so there is no `build-input`. */
export const provenanceFlagNames = ['dependency', 'started-on'] as const;

const identityFlagNames = [
  'certificate-identity',
  'certificate-identity-regexp',
  'certificate-oidc-issuer',
  'certificate-oidc-issuer-regexp',
  'certificate-extension',
] as const;

export const verificationFlagNames = [
  ...identityFlagNames,
  'key',
  'trusted-root',
  'insecure-ignore-tlog',
  'insecure-ignore-sct',
  ...registryFlagNames,
] as const;

export const policyFlagNames = [
  'policy',
  ...identityFlagNames,
  'public-key',
  'trusted-root',
  'ignore-rekor',
  'skip-image-sig-check',
  'effective-time',
  'allow-past-effective-time',
  'extra-rule-data',
  'locked',
  'lock-file',
  ...registryFlagNames,
] as const;

/** How a verification summary is written. */
export const summaryFlagNames = [
  'vsa-attach',
  'vsa-signing-key',
  'verifier-id',
  'policy-uri',
  'identity-token',
  'oidc-issuer',
  'signing-config',
  'tlog-upload',
  'allow-public-log',
  'layout',
] as const;
