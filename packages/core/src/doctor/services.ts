// SPDX-License-Identifier: Apache-2.0
import type { IdentityToken } from '../ci/identity-token.ts';
import type { StepContext } from '../context.ts';
import type { HttpAnswer, HttpClient } from '../http/http-client.ts';
import { findServices, type ServiceOptions } from '../signing/services.ts';
import { loadTrustedRoot, type TrustSource } from '../verification/trusted-root.ts';
import { type DoctorFinding, ok, problem, sentenceOf, warning } from './finding.ts';

const reachFix = 'Check the address, the network, HTTPS_PROXY and NO_PROXY.';

/** Asks each service that would take part in a keyless signature for something harmless. */
export async function examineServices(
  ctx: StepContext,
  http: HttpClient,
  options: ServiceOptions,
  token: IdentityToken | undefined,
): Promise<readonly DoctorFinding[]> {
  let services: Awaited<ReturnType<typeof findServices>>;
  try {
    services = await findServices(ctx, options, true);
  } catch (error) {
    return [
      problem(
        'services',
        sentenceOf(error),
        'Give --signing-config, or the addresses of Fulcio, Rekor and a timestamp authority.',
      ),
    ];
  }
  const { fulcioUrl = '', logs, tsaUrls } = services;
  const exams = [
    fulcio(ctx, http, fulcioUrl, token),
    ...logs.map(({ url, version }) => {
      const path = version === 1 ? '/api/v1/log' : '/api/v2/checkpoint';
      return reach(ctx, http, 'rekor', `Rekor v${version}`, `${url}${path}`);
    }),
    ...tsaUrls.map((url) => reach(ctx, http, 'timestamp', 'The timestamp authority', `${url}/certchain`)),
  ];
  return (await Promise.all(exams)).flat();
}

/** Loads what signatures would be verified against: by TUF, or from a file. */
export async function examineTrust(ctx: StepContext, source: TrustSource): Promise<readonly DoctorFinding[]> {
  try {
    const root = await loadTrustedRoot(ctx, source);
    return [ok('trusted root', `The trusted root was read from ${root.source}.`)];
  } catch (error) {
    return [
      problem('trusted root', sentenceOf(error), 'Give --trusted-root, or let this machine reach the TUF repository.'),
    ];
  }
}

async function fulcio(
  ctx: StepContext,
  http: HttpClient,
  url: string,
  token: IdentityToken | undefined,
): Promise<readonly DoctorFinding[]> {
  const answer = await ask(http, 'Fulcio', `${url}/api/v2/configuration`);
  if (typeof answer === 'string') return [problem('fulcio', answer, reachFix)];
  const findings = [...clock(ctx, 'Fulcio', answer)];
  const issuers = issuersOf(answer);
  if (token === undefined || issuers === undefined) return [ok('fulcio', `Fulcio answers at ${url}.`), ...findings];
  const { iss } = token.claims;
  const accepted = issuers.some((issuer) => (issuer.includes('*') ? matchesWildcard(issuer, iss) : issuer === iss));
  const verdict = accepted
    ? ok('fulcio', `Fulcio at ${url} takes tokens of ${iss}.`)
    : problem(
        'fulcio',
        `Fulcio at ${url} does not take tokens of ${iss}.`,
        'Use a Fulcio that trusts this issuer (--fulcio-url, --signing-config), or sign with a key.',
      );
  return [verdict, ...findings];
}

/** Fulcio's own reading of a `*`: letters, digits, `-` and `_`, no dot and no slash. */
function matchesWildcard(pattern: string, issuer: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`^${parts.join('[-_a-zA-Z0-9]+')}$`).test(issuer);
}

function issuersOf(answer: HttpAnswer): readonly string[] | undefined {
  try {
    const { issuers }: { issuers?: readonly { issuerUrl?: string; wildcardIssuerUrl?: string }[] } = JSON.parse(
      answer.body.toString('utf8'),
    );
    return issuers
      ?.flatMap((one) => [one.issuerUrl, one.wildcardIssuerUrl].filter((url) => url !== undefined && url !== ''))
      .filter((url) => url !== undefined);
  } catch {
    return undefined;
  }
}

async function reach(
  ctx: StepContext,
  http: HttpClient,
  check: string,
  name: string,
  url: string,
): Promise<readonly DoctorFinding[]> {
  const answer = await ask(http, name, url);
  if (typeof answer === 'string') return [problem(check, answer, reachFix)];
  return [ok(check, `${name} answers at ${new URL(url).origin}.`), ...clock(ctx, name, answer)];
}

async function ask(http: HttpClient, name: string, url: string): Promise<HttpAnswer | string> {
  try {
    const answer = await http.request(name, url);
    return answer.status < 500 ? answer : `${name} at ${new URL(url).origin} answered ${answer.status}.`;
  } catch (error) {
    return sentenceOf(error);
  }
}

/** Tokens live minutes and certificates ten: a clock that is wrong by one breaks what it signs or verifies. */
function clock(ctx: StepContext, name: string, { headers }: HttpAnswer): readonly DoctorFinding[] {
  const theirs = Date.parse(headers.date ?? '');
  if (Number.isNaN(theirs)) return [];
  const seconds = Math.round((ctx.now().getTime() - theirs) / 1000);
  if (Math.abs(seconds) <= 30) return [];
  const direction = seconds > 0 ? 'ahead of' : 'behind';
  return [
    warning(
      'clock',
      `The clock of this machine is ${Math.abs(seconds)} s ${direction} ${name}'s.`,
      'Let the machine set its clock by NTP.',
    ),
  ];
}
