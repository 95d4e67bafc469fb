// SPDX-License-Identifier: Apache-2.0

import { RE2JS, RE2JSException } from 're2js';
import { BuiltinError } from '../builtins/builtin.ts';
import { parseIp } from '../builtins/ip.ts';
import { parseTime } from '../builtins/time-parse.ts';
import { parseUrl } from '../builtins/url.ts';

/** Whether a text has a format; formats nobody knows are had by all. */
export function hasFormat(format: string, text: string): boolean {
  return Object.hasOwn(checkers, format) ? (checkers[format]?.(text) ?? true) : true;
}

const clock = ['15:04:05Z07:00', '15:04:05'];
const date = '2006-01-02';
const moment = '2006-01-02T15:04:05Z07:00';

const checkers: Readonly<Record<string, (text: string) => boolean>> = {
  date: (text) => isTime([date], text),
  time: (text) => isTime(clock, text),
  'date-time': (text) => isTime([...clock, date, moment], text),
  hostname: (text) => hostname.test(text) && text.length < 256,
  email: isEmail,
  'idn-email': isEmail,
  ipv4: (text) => parseIp(text) !== undefined && text.includes('.'),
  ipv6: (text) => parseIp(text) !== undefined && text.includes(':'),
  uri: isUri,
  'uri-reference': isUriReference,
  iri: isUri,
  'iri-reference': isUriReference,
  'uri-template': (text) => isUriReference(text) && /^[^{}]*(\{[^}]*\}[^{]*)*$/.test(partOf(text, 'path')),
  uuid: (text) => /^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/i.test(text),
  regex: isRegex,
  'json-pointer': (text) => /^(?:\/(?:[^~/]|~0|~1)*)*$/.test(text),
  'relative-json-pointer': (text) => /^(?:0|[1-9][0-9]*)(?:#|(?:\/(?:[^~/]|~0|~1)*)*)$/.test(text),
};

const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?';
const hostname = new RegExp(`^${label}(\\.${label})*$`);

function isTime(layouts: readonly string[], text: string): boolean {
  return layouts.some((layout) => succeeds(() => parseTime(layout, text)));
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch (error) {
    if (error instanceof BuiltinError || error instanceof RE2JSException) return false;
    throw error;
  }
}

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\-\\x80-\\u{10ffff}]+";
const dotted = `${atom}(?:\\.${atom})*`;
const mailbox = `(?:${dotted}|"(?:[^"\\\\\\r\\n]|\\\\.)*")@(?:${dotted}|\\[[^\\]\\[\\\\]*\\])`;
// A name may stand before an address in angle brackets (RFC 5322 section 3.4).
const address = new RegExp(`^\\s*(?:${mailbox}|(?:(?:"(?:[^"\\\\]|\\\\.)*"|${dotted}|\\s)+)?<${mailbox}>)\\s*$`, 'u');

function isEmail(text: string): boolean {
  return text.length <= 1_000 && address.test(text);
}

function isUri(text: string): boolean {
  return isUriReference(text) && partOf(text, 'scheme') !== '';
}

function isUriReference(text: string): boolean {
  return !text.includes('\\') && succeeds(() => parseUrl(text));
}

function partOf(url: string, name: string): string {
  return parseUrl(url).find(([part]) => part === name)?.[1] ?? '';
}

function isRegex(text: string): boolean {
  return succeeds(() => RE2JS.compile(text));
}
