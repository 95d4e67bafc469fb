// SPDX-License-Identifier: Apache-2.0
import type { GitHub } from './github.ts';

/**
 * Stores a Sigstore bundle in GitHub's attestation API, where `gh attestation verify` looks for it.
 *
 * @returns the page that shows it.
 */
export async function storeAttestation(github: GitHub, bundle: unknown): Promise<{ readonly url: string }> {
  const answer = await github.request(
    'POST /repos/{owner}/{repo}/attestations',
    { bundle },
    { needs: 'attestations: write' },
  );
  const id: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'id') : undefined;
  return { url: `${github.serverUrl}/${github.repository}/attestations/${String(id)}` };
}
