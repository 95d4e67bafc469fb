// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { findingsOf } from './finding.ts';
import type { Report } from './report.ts';
import { fingerprintOf, locationOf } from './sarif.ts';

/** GitLab's Code Quality report: shown in the merge request's widget, one issue a finding. */
export function toCodeQuality(report: Report): unknown {
  const seen = new Map<string, number>();
  return findingsOf(report).map((finding) => {
    const fingerprint = fingerprintOf(finding);
    const times = seen.get(fingerprint) ?? 0;
    seen.set(fingerprint, times + 1);
    return {
      description: `${finding.subject}: ${finding.message}`,
      check_name: finding.code,
      // GitLab drops an issue whose fingerprint occurs twice.
      fingerprint: times === 0 ? fingerprint : createHash('sha256').update(`${fingerprint}#${times}`).digest('hex'),
      severity: finding.level === 'violation' ? 'blocker' : 'minor',
      location: { path: locationOf(finding), lines: { begin: 1 } },
    };
  });
}
