// SPDX-License-Identifier: Apache-2.0

/** Whether a URL's host name is this machine's own: traffic to it cannot be read on the way. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/** The host that answers for a registry name: Docker Hub's is another than its name. */
export function hostOfRegistry(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry;
}

/** Query parameters of the protocol itself; others (signatures of storage URLs, tokens) are not shown. */
const SHOWN_PARAMETERS: ReadonlySet<string> = new Set([
  'artifactType',
  'digest',
  'from',
  'last',
  'mount',
  'n',
  'scope',
  'service',
  'tag',
]);

/** A URL as messages and records may show it: without user, password, and the values of parameters that may be secret. */
export function redactUrl(url: URL): string {
  const parameters = [...url.searchParams].map(([name, value]) => {
    const shown = SHOWN_PARAMETERS.has(name) ? value : 'REDACTED';
    return `${encodeURIComponent(name)}=${encodeURIComponent(shown).replaceAll('%2F', '/').replaceAll('%3A', ':')}`;
  });
  return `${url.protocol}//${url.host}${url.pathname}${parameters.length === 0 ? '' : `?${parameters.join('&')}`}`;
}
