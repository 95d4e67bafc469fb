// SPDX-License-Identifier: Apache-2.0
import { ExactNumber, isJsonArray, type Json } from '../policy/exact-json.ts';
import type { Result } from '../policy/result.ts';
import type { Report } from './report.ts';
import { subjectsOf } from './subjects.ts';

/** A result with the subject it is about, in the words of the formats for people and forges. */
export interface Finding {
  readonly level: 'violation' | 'warning';
  /** The rule's code; `policy.result` where the rule gave none. */
  readonly code: string;
  readonly message: string;
  readonly title: string;
  readonly description: string;
  /** How to fix it: the rule's own solution, or nothing. */
  readonly solution: string;
  readonly terms: readonly string[];
  readonly subject: string;
  readonly where: string;
  readonly expected: string;
  readonly found: string;
}

export function findingsOf(report: Report): Finding[] {
  return subjectsOf(report).flatMap((subject) => [
    ...subject.violations.map((result) => finding('violation', result, subject.name, subject.where)),
    ...subject.warnings.map((result) => finding('warning', result, subject.name, subject.where)),
  ]);
}

function finding(level: Finding['level'], result: Result, subject: string, where: string): Finding {
  const text = (key: string) => shownText(result.metadata?.[key]);
  const { term } = result.metadata ?? {};
  const terms = isJsonArray(term) ? term.map(shownText) : [shownText(term)];
  return {
    level,
    code: text('code') || 'policy.result',
    message: result.msg,
    title: text('title'),
    // The advice on excluding belongs to policy authors, not to the explanation of what is wrong.
    description: text('description').replace(/ To exclude this rule add .*$/s, ''),
    solution: text('solution'),
    terms: terms.filter((item) => item !== ''),
    subject,
    where,
    expected: text('expected'),
    found: text('found'),
  };
}

export function shownText(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return value instanceof ExactNumber ? value.text : JSON.stringify(value);
}
