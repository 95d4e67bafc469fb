// SPDX-License-Identifier: Apache-2.0
import { quote } from '../value/print.ts';
import { BuiltinError } from './builtin.ts';
import { parseIp } from './ip.ts';
import { decodeUtf8, encodeUtf8 } from './text.ts';

/** A URL as Go's net/url reads it; what is not there is empty. */
export interface Url {
  scheme: string;
  /** With the port and, around IPv6, the brackets. */
  host: string;
  path: string;
  /** The path as it was written. */
  rawPath: string;
  rawQuery: string;
  fragment: string;
}

/** Reads a URL; its errors are Go's. */
export function readUrl(raw: string): Url {
  const hash = raw.indexOf('#');
  const before = hash < 0 ? raw : raw.slice(0, hash);
  const url: Url = { scheme: '', host: '', path: '', rawPath: '', rawQuery: '', fragment: '' };
  within(before, () => readWithoutFragment(before, url));
  url.fragment = within(raw, () => percentDecode(hash < 0 ? '' : raw.slice(hash + 1), 'other'));
  return url;
}

/** The parts of a URL by the names `uri.parse` gives; only those that are there. */
export function parseUrl(raw: string): [name: string, value: string][] {
  const { scheme, host, path, rawPath, rawQuery, fragment } = readUrl(raw);
  const colon = host.lastIndexOf(':');
  const hasPort = colon >= 0 && /^:[0-9]*$/.test(host.slice(colon));
  const bare = hasPort ? host.slice(0, colon) : host;
  const parts: [string, string][] = [
    ['scheme', scheme],
    ['hostname', bare.startsWith('[') && bare.endsWith(']') ? bare.slice(1, -1) : bare],
    ['port', hasPort ? host.slice(colon + 1) : ''],
    ['path', path],
    ['raw_path', path === '' ? '' : rawPath],
    ['raw_query', rawQuery],
    ['fragment', fragment],
  ];
  return parts.filter(([, value]) => value !== '');
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

function readWithoutFragment(raw: string, url: Url): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\x00-\x1f\x7f]/.test(raw)) throw new BuiltinError('net/url: invalid control character in URL');
  const { scheme, rest: afterScheme } = raw === '*' ? { scheme: '', rest: raw } : splitScheme(raw);
  const question = afterScheme.indexOf('?');
  url.scheme = scheme;
  url.rawQuery = question < 0 ? '' : afterScheme.slice(question + 1);
  let rest = question < 0 ? afterScheme : afterScheme.slice(0, question);
  if (!rest.startsWith('/')) {
    // What follows a scheme without a slash is opaque.
    if (scheme !== '') return;
    if (rest.split('/', 1)[0]?.includes(':')) {
      throw new BuiltinError('first path segment in URL cannot contain colon');
    }
  }
  if ((scheme !== '' || !rest.startsWith('///')) && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2);
    const authority = rest.slice(2, slash < 0 ? undefined : slash);
    rest = slash < 0 ? '' : rest.slice(slash);
    url.host = parseAuthority(scheme, authority);
  }
  url.path = percentDecode(rest, 'other');
  // Go keeps the raw path only when its own escaping would not give it back.
  url.rawPath = escapePath(url.path) === rest ? url.path : rest;
}

function splitScheme(raw: string): { scheme: string; rest: string } {
  if (raw.startsWith(':')) throw new BuiltinError('missing protocol scheme');
  const match = /^([A-Za-z][A-Za-z0-9+\-.]*):/.exec(raw);
  return match?.[1] === undefined
    ? { scheme: '', rest: raw }
    : { scheme: match[1].toLowerCase(), rest: raw.slice(match[0].length) };
}

/** A path as Go's URL.EscapedPath writes one it decoded. */
export function escapePath(path: string): string {
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
  if (zone < 0) return `[${name}]${port}`;
  const whole = name + percentDecode(inside.slice(zone), 'zone');
  if (whole.endsWith('%')) {
    throw new BuiltinError(`invalid host: ParseAddr(${quote(whole)}): zone must be a non-empty string`);
  }
  return `[${whole}]${port}`;
}

function checkPort(port: string): void {
  if (!/^(:[0-9]*)?$/.test(port)) throw new BuiltinError(`invalid port ${quote(port)} after host`);
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
  return byte === 0x20 || /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/.test(String.fromCharCode(byte));
}
