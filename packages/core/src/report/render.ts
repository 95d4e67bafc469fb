// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import { goJson } from '../policy/exact-json.ts';
import { toCodeQuality } from './codequality.ts';
import { ecReport } from './ec-shape.ts';
import { toEcVsa } from './ec-vsa.ts';
import { essential } from './essential.ts';
import { toJunit } from './junit.ts';
import { toMarkdown } from './markdown.ts';
import type { ImageReport, Report, ReportOptions } from './report.ts';
import { toSarif } from './sarif.ts';
import { toAppstudio, toSummary, toSummaryMarkdown } from './summary.ts';
import type { ImageFormat } from './targets.ts';
import { toText } from './text.ts';

/** Formats that explain: they show what ec shows with --info only. */
const ownFormats: ReadonlySet<ImageFormat> = new Set(['markdown', 'sarif', 'codequality']);

/** The report in one format, ending in a line break. */
export async function renderReport(report: Report, format: ImageFormat, options: ReportOptions): Promise<string> {
  const text = await rendered(options.info || ownFormats.has(format) ? report : essential(report), format, options);
  return text.endsWith('\n') ? text : `${text}\n`;
}

async function rendered(report: Report, format: ImageFormat, options: ReportOptions): Promise<string> {
  switch (format) {
    case 'json':
      return goJson(ecReport(report, options));
    case 'yaml':
      // The YAML library takes a while to load, and most reports are not in YAML.
      return (await import('./yaml.ts')).toYaml(ecReport(report, options));
    case 'text':
      return toText(report, options);
    case 'appstudio':
    case 'hacbs':
      return goJson(toAppstudio(report));
    case 'summary':
      return goJson(toSummary(report, options));
    case 'summary-markdown':
      return toSummaryMarkdown(report);
    case 'junit':
      return toJunit(shown(images(report, format), options));
    case 'attestation':
      return statements(images(report, format));
    case 'policy-input':
      return policyInputs(images(report, format));
    case 'vsa':
      return goJson(toEcVsa(images(report, format)));
    case 'markdown':
      return toMarkdown(report);
    case 'sarif':
      return JSON.stringify(toSarif(report), undefined, 2);
    case 'codequality':
      return JSON.stringify(toCodeQuality(report), undefined, 2);
  }
}

function images(report: Report, format: ImageFormat): ImageReport {
  if (report.kind === 'image') return report;
  throw new SluiceError('usage', `The format ${format} shows images; validate input has none.`);
}

/** Successes are cases of junit only when they are asked for, as in ec. */
function shown(report: ImageReport, options: ReportOptions): ImageReport {
  if (options.showSuccesses) return report;
  return { ...report, components: report.components.map((component) => ({ ...component, successes: [] })) };
}

function statements(report: ImageReport): string {
  return report.components.flatMap((c) => c.attestations.map((attestation) => attestation.statement)).join('\n');
}

/** One document a line. Components that came to no policy leave an empty line, as ec does. */
function policyInputs(report: ImageReport): string {
  return report.components.map((component) => component.policyInput ?? '').join('\n');
}
