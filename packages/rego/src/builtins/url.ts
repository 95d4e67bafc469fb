// SPDX-License-Identifier: Apache-2.0
import { quote } from '../value/print.ts';
import { BuiltinError } from './builtin.ts';
import { parseIp } from './ip.ts';
import { decodeUtf8, encodeUtf8 } from './text.ts';

/** The parts of a URL as Go's net/url has them, by the names `uri.parse` gives; only those that are there. */
export function parseUrl(raw: string): [name: string, value: string][] {
  const hash = raw.indexOf('#');
  const before = hash < 0 ? raw : raw.slice(0, hash);
  const fragment = hash < 0 ? '' : raw.slice(hash + 1);
  const parts = within(before, () => parseWithoutFragment(before));
  const shown = within(raw, () => percentDecode(fragment, 'other'));
  return shown === '' ? parts : [...parts, ['fragment', shown]];
}

/** Go names the URL in every error. */
function within<T>(url: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof BuiltinError) throw new BuiltinError(`parse ${quote(url)}: ${error.message}`);
    throw error;
  }
}

function parseWithoutFragment(raw: string): [string, string][] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\x00-\x1f\x7f]/.test(raw)) throw new BuiltinError('net/url: invalid control character in URL');
  if (raw === '*') return pathParts('*');
  const { scheme, rest: afterScheme } = splitScheme(raw);
  const question = afterScheme.indexOf('?');
  const query = question < 0 ? '' : afterScheme.slice(question + 1);
  let rest = question < 0 ? afterScheme : afterScheme.slice(0, question);
  const parts: [string, string][] = scheme === '' ? [] : [['scheme', scheme]];
  if (!rest.startsWith('/')) {
    if (scheme !== '') return withQuery(parts, query);
    if (rest.split('/', 1)[0]?.includes(':')) {
      throw new BuiltinError('first path segment in URL cannot contain colon');
    }
  }
  if ((scheme !== '' || !rest.startsWith('///')) && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2);
    const authority = rest.slice(2, slash < 0 ? undefined : slash);
    rest = slash < 0 ? '' : rest.slice(slash);
    parts.push(...hostParts(parseAuthority(scheme, authority)));
  }
  return withQuery([...parts, ...pathParts(rest)], query);
}

function withQuery(parts: [string, string][], query: string): [string, string][] {
  return query === '' ? parts : [...parts, ['raw_query', query]];
}

function splitScheme(raw: string): { scheme: string; rest: string } {
  if (raw.startsWith(':')) throw new BuiltinError('missing protocol scheme');
  const match = /^([A-Za-z][A-Za-z0-9+\-.]*):/.exec(raw);
  return match?.[1] === undefined
    ? { scheme: '', rest: raw }
    : { scheme: match[1].toLowerCase(), rest: raw.slice(match[0].length) };
}

function pathParts(raw: string): [string, string][] {
  const path = percentDecode(raw, 'other');
  if (path === '') return [];
  // Go keeps the raw path when its own escaping would not give it back; either way the raw text is shown.
  const escapedAgain = escapePath(path);
  return [
    ['path', path],
    ['raw_path', escapedAgain === raw ? path : raw],
  ];
}

function escapePath(path: string): string {
  return Array.from(encodeUtf8(path), (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9\-_.~$&+,/:;=@]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function parseAuthority(scheme: string, authority: string): string {
  const at = authority.lastIndexOf('@');
  const host = parseHost(scheme, authority.slice(at + 1));
  if (at < 0) return host;
  const user = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user)) throw new BuiltinError('net/url: invalid userinfo');
  percentDecode(user, 'other');
  return host;
}

function parseHost(scheme: string, host: string): string {
  const open = host.lastIndexOf('[');
  if (open > 0) throw new BuiltinError('invalid IP-literal');
  if (open === 0) return parseLiteral(host);
  const [first, last] = [host.indexOf(':'), host.lastIndexOf(':')];
  if (first >= 0) checkPort(host.slice(scheme === 'http' || scheme === 'https' ? first : last));
  return percentDecode(host, 'host');
}

/** An IPv6 address in brackets, with a zone and a port if there are any. */
function parseLiteral(host: string): string {
  const close = host.lastIndexOf(']');
  if (close < 0) throw new BuiltinError("missing ']' in host");
  const port = host.slice(close + 1);
  checkPort(port);
  const inside = host.slice(1, close);
  const zone = inside.indexOf('%25');
  const name = zone < 0 ? percentDecode(inside, 'host') : percentDecode(inside.slice(0, zone), 'host');
  const address = parseIp(name);
  if (!address || !name.includes(':')) {
    throw new BuiltinError(
      address ? 'invalid IP-literal' : `invalid host: ParseAddr(${quote(name)}): unable to parse IP`,
    );
  }
  return `[${name}${zone < 0 ? '' : percentDecode(inside.slice(zone), 'zone')}]${port}`;
}

function checkPort(port: string): void {
  if (!/^(:[0-9]*)?$/.test(port)) throw new BuiltinError(`invalid port ${quote(port)} after host`);
}

function hostParts(host: string): [string, string][] {
  const colon = host.lastIndexOf(':');
  const hasPort = colon >= 0 && /^:[0-9]*$/.test(host.slice(colon));
  const port = hasPort ? host.slice(colon + 1) : '';
  const bare = hasPort ? host.slice(0, colon) : host;
  const name = bare.startsWith('[') && bare.endsWith(']') ? bare.slice(1, -1) : bare;
  const parts: [string, string][] = [];
  if (name !== '') parts.push(['hostname', name]);
  if (port !== '') parts.push(['port', port]);
  return parts;
}

/** Decodes percent escapes; a host may escape only what is not ASCII, a zone only what a host may hold. */
function percentDecode(text: string, place: 'other' | 'host' | 'zone'): string {
  for (const match of text.matchAll(/%([0-9a-fA-F]{2})|%.{0,2}/gs)) {
    if (match[1] === undefined) throw new BuiltinError(`invalid URL escape ${quote(match[0])}`);
    const byte = Number.parseInt(match[1], 16);
    const allowed = place === 'other' || match[0] === '%25' || (place === 'host' ? byte >= 0x80 : zoneByte(byte));
    if (!allowed) throw new BuiltinError(`invalid URL escape ${quote(match[0])}`);
  }
  if (place !== 'other') {
    const wrong = /[^A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\x80-\u{10ffff}]/u.exec(text);
    if (wrong) throw new BuiltinError(`invalid character ${quote(wrong[0])} in host name`);
  }
  if (!text.includes('%')) return text;
  const bytes = Buffer.from(encodeUtf8(text)).toString('latin1');
  const decoded = bytes.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return decodeUtf8(Buffer.from(decoded, 'latin1'));
}

function zoneByte(byte: number): boolean {
  return byte === 0x20 || byte >= 0x80 || /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/.test(String.fromCharCode(byte));
}
