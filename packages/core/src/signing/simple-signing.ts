// SPDX-License-Identifier: Apache-2.0

/** The payload of cosign's older image signature (containers/image, "simple signing"): which digest, under which name. */
export function simpleSigningPayload(repository: string, digest: string): Buffer {
  return Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': repository },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  );
}
