// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import type { StepContext } from '../context.ts';
import type { HttpClient } from '../http/http-client.ts';

/** The authorities that Fulcio signs with (its trust bundle); none, said in the log, where it does not tell them. */
export async function fetchAuthorities(
  ctx: StepContext,
  http: HttpClient,
  fulcioUrl: string,
): Promise<readonly X509Certificate[]> {
  try {
    const answer = await http.request('Fulcio', `${fulcioUrl}/api/v2/trustBundle`, {
      headers: { accept: 'application/json' },
    });
    const value: unknown = JSON.parse(answer.body.toString('utf8'));
    return readChains(value).map((pem) => new X509Certificate(pem));
  } catch (error) {
    ctx.log.debug(
      `Fulcio at ${fulcioUrl} does not tell its authorities (${String(error)}); what is attached is not compared.`,
    );
    return [];
  }
}

function readChains(value: unknown): readonly string[] {
  const chains: unknown = member(value, 'chains');
  if (!Array.isArray(chains)) return [];
  return chains.flatMap((chain) => {
    const certificates = member(chain, 'certificates');
    return Array.isArray(certificates) ? certificates.filter((one) => typeof one === 'string') : [];
  });
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
