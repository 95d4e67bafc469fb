// SPDX-License-Identifier: Apache-2.0
import { compareText, ExactNumber, isJsonArray, type Json } from '../policy/exact-json.ts';
import type { Result } from '../policy/result.ts';
import type { ComponentReport, ImageReport } from './report.ts';

/** ec's `junit`: a suite a component, a case a result; warnings are skipped cases. One line of XML. */
export function toJunit(report: ImageReport): string {
  const sum = (count: (component: ComponentReport) => number) => report.components.reduce((n, c) => n + count(c), 0);
  const attributes = {
    tests: nonZero(sum(caseCount)),
    failures: nonZero(sum((component) => component.violations.length)),
    skipped: nonZero(sum((component) => component.warnings.length)),
  };
  return element('testsuites', attributes, report.components.map((component) => suite(component, report)).join(''));
}

function suite(component: ComponentReport, report: ImageReport): string {
  const attributes = {
    name: `${component.name} (${component.containerImage})`,
    tests: String(caseCount(component)),
    failures: String(component.violations.length),
    errors: '0',
    id: '0',
    skipped: nonZero(component.warnings.length),
    time: '',
    timestamp: `${report.created.toISOString().slice(0, 19)}Z`,
  };
  const cases = [
    ...component.successes.map((result) => testCase(result, '')),
    ...component.violations.map((result) => testCase(result, outcome('failure', result))),
    ...component.warnings.map((result) => testCase(result, outcome('skipped', result))),
  ];
  return element('testsuite', attributes, element('properties', {}, properties(component, report)) + cases.join(''));
}

function properties(component: ComponentReport, report: ImageReport): string {
  const list: [string, string][] = [
    ['image', component.containerImage],
    ['key', report.key],
    ['success', String(component.success)],
  ];
  for (const signature of component.signatures) {
    list.push(['keyId', signature.keyid], ['signature', signature.sig]);
    const metadata = Object.entries(signature.metadata ?? {}).sort(([a], [b]) => compareText(a, b));
    for (const [name, value] of metadata) list.push([`metadata.${name}`, value]);
  }
  return list.map(([name, value]) => element('property', { name, value }, '')).join('');
}

function caseCount(component: ComponentReport): number {
  return component.successes.length + component.violations.length + component.warnings.length;
}

function testCase(result: Result, content: string): string {
  const { code, ...members } = result.metadata ?? {};
  const said = Object.entries(members)
    .map(([key, value]) => `${key}=${goText(value)}`)
    .sort(compareText);
  const name = `${typeof code === 'string' ? `${code}: ` : ''}${result.msg}${said.length > 0 ? ` [${said.join(', ')}]` : ''}`;
  return element('testcase', { name, classname: name }, content);
}

function outcome(tag: string, result: Result): string {
  const data = result.msg === '' ? '' : `<![CDATA[${xmlText(result.msg).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
  return element(tag, { message: result.msg }, data);
}

/** A value as Go's `%v` prints it: `[a b]`, `map[k:v]`. */
function goText(value: Json): string {
  if (value === null) return '<nil>';
  if (typeof value === 'string') return value;
  if (value instanceof ExactNumber) return value.text;
  if (isJsonArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const members = Object.entries(value).sort(([a], [b]) => compareText(a, b));
  return `map[${members.map(([key, member]) => `${key}:${goText(member)}`).join(' ')}]`;
}

function element(tag: string, attributes: { readonly [name: string]: string | undefined }, content: string): string {
  const list = Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const text = list.map(([name, value]) => ` ${name}="${attributeText(value)}"`).join('');
  return `<${tag}${text}>${content}</${tag}>`;
}

function nonZero(count: number): string | undefined {
  return count === 0 ? undefined : String(count);
}

const escapes = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&#34;'],
  ["'", '&#39;'],
  ['\t', '&#x9;'],
  ['\n', '&#xA;'],
  ['\r', '&#xD;'],
]);

function attributeText(text: string): string {
  return xmlText(text).replace(/[&<>"'\t\n\r]/g, (found) => escapes.get(found) ?? found);
}

/** Characters that XML 1.0 cannot hold become U+FFFD. */
function xmlText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters XML forbids.
  return text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}
