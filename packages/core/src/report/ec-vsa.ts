// SPDX-License-Identifier: Apache-2.0
import { ecPolicy } from './ec-shape.ts';
import type { ImageReport } from './report.ts';

/**
 * ec's `vsa` format: the summary of a whole snapshot, unsigned, member for member as ec has it; `verifier` is a
 * constant of that format. The signed summary that promotion trusts is SLSA's (src/vsa).
 */
export function toEcVsa(report: ImageReport): unknown {
  const sum = (list: 'violations' | 'warnings') => report.components.reduce((n, c) => n + c[list].length, 0);
  const refs = report.components.flatMap((component) => [component.containerImage, ...(component.platforms ?? [])]);
  return {
    policy: ecPolicy(report.policy),
    imageRefs: [...new Set(refs)],
    timestamp: `${report.created.toISOString().slice(0, 19)}Z`,
    status: report.success ? 'passed' : 'failed',
    verifier: 'conforma',
    summary: {
      snapshot: report.snapshot,
      components: report.components.length,
      success: report.success,
      key: report.key,
      ec_version: report.version,
      component_details: report.components.map((component) => ({
        name: component.name,
        containerImage: component.containerImage,
        success: component.success,
        violations: component.violations.length,
        warnings: component.warnings.length,
        successes: component.successes.length,
      })),
      Violations: sum('violations'),
      Warnings: sum('warnings'),
    },
  };
}
