// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isJsonObject, type Json, parseExactJson } from '../policy/exact-json.ts';
import { renderReport } from './render.ts';
import type { ImageReport, InputReport, Report, ReportOptions } from './report.ts';
import type { ImageFormat } from './targets.ts';

const all: ReportOptions = {
  showSuccesses: true,
  showWarnings: true,
  showPolicyDocsLink: false,
  color: false,
  info: false,
};

describe('a report looks as ec prints it', () => {
  it.each([
    ['json', 'report.json'],
    ['yaml', 'report.yaml'],
    ['text', 'text.txt'],
    ['junit', 'junit.xml'],
    ['appstudio', 'appstudio.json'],
    ['summary-markdown', 'summary-markdown.md'],
    ['summary', 'summary.json'],
  ] satisfies [ImageFormat, string][])('%s', async (format, file) => {
    expect(await rendered(imageReport('report.json'), format, all)).toBe(expected(file));
  });

  it('in colour', async () => {
    const one = imageReport('info.json');
    expect(await rendered(one, 'text', { ...all, color: true })).toBe(expected('color.txt'));
  });

  it('with titles, descriptions and solutions when asked for them', async () => {
    expect(await rendered(imageReport('info.json'), 'json', { ...all, info: true })).toBe(expected('info.json'));
    expect(await rendered(imageReport('info.json'), 'json', all)).not.toContain('Ask for an exception.');
  });

  it('as the summary of a snapshot (vsa)', async () => {
    expect(await rendered(imageReport('info.json'), 'vsa', all)).toBe(expected('vsa.json'));
  });

  it('for files', async () => {
    expect(await rendered(inputReport('input.json'), 'json', all)).toBe(expected('input.json'));
  });
});

describe('the right answer where ec loses it', () => {
  it('a passing summary says success', async () => {
    const [component] = imageReport('report.json').components.map((c) => ({ ...c, success: true, violations: [] }));
    const report = { ...imageReport('report.json'), success: true, components: component ? [component] : [] };
    expect(JSON.parse(await renderReport(report, 'summary', all))).toMatchObject({ success: true });
  });

  it('a number as term is shown in text', async () => {
    const [component] = imageReport('info.json').components;
    const violations = [{ msg: 'm', metadata: { code: 'p.r', term: 12 } }];
    const report = { ...imageReport('info.json'), components: component ? [{ ...component, violations }] : [] };
    expect(await renderReport(report, 'text', all)).toContain('  Term: 12\n');
  });

  it('a result without a code is shown in text', async () => {
    const [component] = imageReport('info.json').components;
    const report = {
      ...imageReport('info.json'),
      components: component ? [{ ...component, violations: [{ msg: 'm' }] }] : [],
    };
    expect(await renderReport(report, 'text', all)).toContain('✕ [Violation] (no code)\n');
  });
});

describe('formats of our own', () => {
  it('markdown leads with the verdict, says how to fix, and draws the graph', async () => {
    const text = await renderReport(imageReport('info.json'), 'markdown', all);
    expect(text.split('\n', 1)[0]).toBe('## ❌ Refused');
    expect(text).toContain('- to fix: Ask for an exception.');
    expect(text).toContain('```mermaid\nflowchart LR');
  });

  it('markdown calls a component that nobody named by its repository', async () => {
    const report = imageReport('info.json');
    const components = report.components.map((component) => ({ ...component, name: '' }));
    const text = await renderReport({ ...report, components }, 'markdown', all);
    expect(text).not.toMatch(/\*\*\*\*|\|\s+\|\s+`/);
    for (const { containerImage } of components) {
      expect(text).toContain(`**${/([^/@:]+)(:[^/@]*)?(@.*)?$/.exec(containerImage)?.[1]}**`);
    }
  });

  it('markdown tells results of one rule apart by their terms', async () => {
    const report = imageReport('info.json');
    const [component] = report.components;
    const violations = ['cvss-9', 'cvss-10'].map((term) => ({
      msg: 'Too severe',
      metadata: { code: 'cve.found', term },
    }));
    const components = component === undefined ? [] : [{ ...component, violations }];
    const text = await renderReport({ ...report, components }, 'markdown', all);
    expect(text).toContain('- about: `cvss-9`');
    expect(text).toContain('- about: `cvss-10`');
  });

  it('markdown lets nothing from outside format, mention or break out', async () => {
    const report = hostile('| x | @everyone ![i](http://x) <img src=x>\n# no `code`');
    const text = (await renderReport(report, 'markdown', all)).replace(/```mermaid.*```/s, '');
    expect(text).not.toMatch(/@everyone|!\[i\]|<img|\n# no|\| x|`code`/);
  });

  it('a Mermaid label cannot end its quotes', async () => {
    const report = hostile('"] --> evil["');
    expect(await renderReport(report, 'markdown', all)).not.toContain('"] --> evil["');
  });

  it('sarif has a rule for each code and an error for each violation', async () => {
    const sarif = JSON.parse(await renderReport(imageReport('info.json'), 'sarif', all));
    const [run] = sarif.runs;
    expect(run.results.map((result: { ruleId: string; level: string }) => [result.ruleId, result.level])).toEqual([
      ['basic.always', 'error'],
      ['basic.odd_severity', 'error'],
      ['basic.promoted', 'error'],
      ['basic.demoted', 'warning'],
      ['basic.mild', 'warning'],
    ]);
    expect(run.tool.driver.rules).toHaveLength(5);
  });

  it('codequality gives every issue a fingerprint of its own', async () => {
    const [component] = imageReport('info.json').components;
    const twice = [...(component?.violations ?? []), ...(component?.violations ?? [])];
    const report = { ...imageReport('info.json'), components: component ? [{ ...component, violations: twice }] : [] };
    const issues = JSON.parse(await renderReport(report, 'codequality', all));
    expect(new Set(issues.map((issue: { fingerprint: string }) => issue.fingerprint)).size).toBe(issues.length);
  });
});

function hostile(text: string): ImageReport {
  const report = imageReport('info.json');
  const [component] = report.components;
  if (component === undefined) throw new Error('the sample has a component');
  const source = { git: { url: text } };
  const violations = [{ msg: text, metadata: { code: 'a.b', title: text, solution: text } }];
  return { ...report, components: [{ ...component, name: text, source, violations }], notes: [text] };
}

async function rendered(report: Report, format: ImageFormat, options: ReportOptions): Promise<string> {
  return (await renderReport(report, format, options))
    .replaceAll(/"timestamp":"\d+"/g, '"timestamp":"<TIMESTAMP>"')
    .replaceAll(/"timestamp":"20[^"]*"/g, '"timestamp":"<TIME>"')
    .replaceAll(/timestamp="20[^"]*"/g, 'timestamp="<TIME>"')
    .replaceAll(/\| Time \| 20\S+ \S+ \|/g, '| Time | <TIME> |');
}

function expected(file: string): string {
  return readFileSync(new URL(`../../test/data/ec-reports/${file}`, import.meta.url), 'utf8');
}

/** ec's JSON read back into the report it came from. */
function imageReport(file: string): ImageReport {
  const json = members(parseExactJson(expected(file)));
  const none = { violations: [], warnings: [], successes: [], signatures: [], attestations: [] };
  const components = list(json.components).map((component) => {
    const attestations = list(members(component).attestations).map((a) => ({ ...members(a), statement: '{}' }));
    return { ...none, ...members(component), attestations };
  });
  const rest = {
    kind: 'image',
    created: new Date(),
    snapshot: '',
    policyDigest: 'sha256:0',
    version: json['ec-version'],
    notes: [],
  };
  // The sample was written from such a report; what is missing here would fail the comparison.
  return { ...json, ...rest, components, effectiveTime: 1780272000000000000n } as unknown as ImageReport;
}

function inputReport(file: string): InputReport {
  const json = members(parseExactJson(expected(file)));
  const rest = { kind: 'input', created: new Date(), version: json['ec-version'], notes: [], files: json.filepaths };
  // As above.
  return { ...json, ...rest, effectiveTime: 1780272000000000000n } as unknown as InputReport;
}

function members(value: Json | undefined): { readonly [key: string]: Json } {
  return isJsonObject(value) ? value : {};
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
