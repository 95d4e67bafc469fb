// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';

/** What a forge is told of one violation or warning. */
export interface VerdictFinding {
  readonly level: 'violation' | 'warning';
  readonly component: string;
  readonly image: string;
  readonly code: string;
  readonly message: string;
  readonly title?: string;
  readonly solution?: string;
}

/** The verdict of a report, read back from `validate image --output json=FILE`. */
export interface Verdict {
  readonly success: boolean;
  readonly images: readonly string[];
  readonly findings: readonly VerdictFinding[];
}

/**
 * Reads a JSON report in ec's shape. A report without components, or whose parts disagree, is no pass.
 *
 * @throws SluiceError `configuration` for anything else than such a report.
 */
export function readVerdict(text: string): Verdict {
  const report = objectOf(parse(text));
  const components = listOf(report?.components);
  if (report === undefined || typeof report.success !== 'boolean' || components === undefined) {
    throw new SluiceError(
      'configuration',
      'The report was expected to be JSON as "sluice validate image" writes it, but is not.',
    );
  }
  const parts = components.map((one) => objectOf(one) ?? {});
  const findings = parts.flatMap((component) => [
    ...findingsOf(component, 'violations', 'violation'),
    ...findingsOf(component, 'warnings', 'warning'),
  ]);
  const passed = report.success && parts.length > 0 && parts.every(({ success }) => success === true);
  return {
    success: passed && !findings.some(({ level }) => level === 'violation'),
    images: parts.map(({ containerImage }) => textOf(containerImage) ?? ''),
    findings,
  };
}

function findingsOf(component: Members, list: string, level: VerdictFinding['level']): readonly VerdictFinding[] {
  return (listOf(component[list]) ?? []).map((one) => {
    const { msg, metadata } = objectOf(one) ?? {};
    const { code, title, solution } = objectOf(metadata) ?? {};
    const optional = { title: textOf(title), solution: textOf(solution) };
    return {
      level,
      component: textOf(component.name) ?? '',
      image: textOf(component.containerImage) ?? '',
      code: textOf(code) ?? 'a rule without a code',
      message: textOf(msg) ?? '',
      ...(optional.title === undefined ? {} : { title: optional.title }),
      ...(optional.solution === undefined ? {} : { solution: optional.solution }),
    };
  });
}

type Members = Readonly<Record<string, unknown>>;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Members | undefined {
  // An object that is no list has string keys.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
