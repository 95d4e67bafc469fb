// SPDX-License-Identifier: Apache-2.0
import { isIPv6 } from 'node:net';
import { type ByteText, percentDecoded } from './byte-text.ts';

/** A package URL in the parts of a URL. */
export interface PurlUrl {
  /** `type/namespace/name@version`; decoded once already where the URL was written with a slash behind `pkg:`. */
  readonly path: ByteText;
  readonly query: ByteText;
  /** Decoded. */
  readonly fragment: ByteText;
}

/**
 * Takes a package URL apart as Go's url.Parse does; undefined what it refuses or what has another scheme. Behind `pkg:` the
 * rest is opaque, behind `pkg:/` it is a path, and behind `pkg://` it begins with a host, which packageurl-go joins to
 * the path again. The host has to pass Go's checks all the same, even where `..` drops it.
 */
export function readPurlUrl(bytes: ByteText): PurlUrl | undefined {
  const [front, rawFragment] = cut(bytes, '#');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (!/^pkg:/i.test(front) || /[\x00-\x1f\x7f]/.test(front)) return undefined;
  const [rest, query] = cut(front.slice('pkg:'.length), '?');
  const path = rest.startsWith('/') ? hierarchicalPath(rest) : rest;
  const fragment = percentDecoded(rawFragment);
  return path === undefined || fragment === undefined ? undefined : { path, query, fragment };
}

/** What stands before the first separator and what behind it, which is empty when there is none. */
export function cut(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** The same at the last separator. */
export function cutLast(text: string, separator: string): [before: string, after: string] {
  const at = text.lastIndexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function hierarchicalPath(rest: ByteText): ByteText | undefined {
  if (!rest.startsWith('//')) {
    const path = percentDecoded(rest);
    return path === undefined ? undefined : cleaned('', path);
  }
  const slash = rest.indexOf('/', 2);
  const host = readHost(rest.slice(2, slash < 0 ? undefined : slash));
  const path = slash < 0 ? '' : percentDecoded(rest.slice(slash));
  return host === undefined || path === undefined ? undefined : cleaned(host, path);
}

/** Go's path.Join without the leading slash: no empty segments, `.` and `..` resolved. */
function cleaned(host: ByteText, path: ByteText): ByteText {
  const segments: ByteText[] = [];
  for (const segment of `${host}/${path}`.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.length > 0 && segments.at(-1) !== '..') segments.pop();
    // What begins with a host is a relative path, which `..` may leave; the root has no parent.
    else if (host !== '') segments.push(segment);
  }
  return segments.join('/');
}

/** The decoded host of an authority, with its port; a user is checked and dropped. */
function readHost(authority: ByteText): ByteText | undefined {
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(at, 0));
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(user) || percentDecoded(user) === undefined) return undefined;
  const host = authority.slice(at + 1);
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) return undefined;
  if (bracket === 0) return isAddress(host) ? percentDecoded(host) : undefined;
  const colon = host.lastIndexOf(':');
  if (colon >= 0 && !port.test(host.slice(colon))) return undefined;
  return hostName.test(host) ? percentDecoded(host) : undefined;
}

/** `[IPv6%25zone]:port`, of which zone and port may be missing. */
function isAddress(host: ByteText): boolean {
  const close = host.lastIndexOf(']');
  if (close < 0 || !port.test(host.slice(close + 1))) return false;
  const inside = host.slice(1, close);
  const percent = inside.indexOf('%25');
  const address = percent < 0 ? inside : inside.slice(0, percent);
  // Node reads a zone too, but another one than Go.
  if (!/^[0-9a-fA-F:.]+$/.test(address) || !isIPv6(address)) return false;
  return percent < 0 || isZone(inside.slice(percent + '%25'.length));
}

/** A zone is not empty, and escapes only what a host may hold unescaped, a space or a percent sign. */
function isZone(zone: ByteText): boolean {
  if (!zoneName.test(zone)) return false;
  return (zone.match(/%../g) ?? []).every((escaped) => zoneEscaped.test(percentDecoded(escaped) ?? ''));
}

const port = /^(:[0-9]*)?$/;

/** A host escapes only what is not ASCII, and `%25`. */
const hostName = /^(?:[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"\x80-\xff]|%25|%[89a-fA-F][0-9a-fA-F])*$/;
const zoneName = /^(?:[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"\x80-\xff]|%[0-9a-fA-F]{2})+$/;
const zoneEscaped = /^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>" %]$/;
