// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { type Finding, findingsOf } from './finding.ts';
import type { Report } from './report.ts';

const schema = 'https://json.schemastore.org/sarif-2.1.0.json';

/** SARIF 2.1.0 (OASIS), as GitHub code scanning takes it: a rule a code, a result a finding, the image as location. */
export function toSarif(report: Report): unknown {
  const findings = findingsOf(report);
  const rules = new Map(findings.map((finding) => [finding.code, finding]));
  return {
    $schema: schema,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'sluice',
            informationUri: 'https://github.com/sluice-ci/sluice',
            version: report.version,
            rules: [...rules.values()].map(rule),
          },
        },
        results: findings.map(result),
      },
    ],
  };
}

function rule(finding: Finding): unknown {
  return {
    id: finding.code,
    shortDescription: { text: finding.title || finding.code },
    fullDescription: { text: finding.description || finding.title || finding.code },
    help: { text: finding.solution || 'The policy gives no solution for this rule.' },
  };
}

function result(finding: Finding): unknown {
  return {
    ruleId: finding.code,
    level: finding.level === 'violation' ? 'error' : 'warning',
    message: { text: `${finding.subject}: ${finding.message}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: locationOf(finding) }, region: { startLine: 1 } },
        logicalLocations: [{ fullyQualifiedName: finding.where, kind: 'resource' }],
      },
    ],
    partialFingerprints: { 'sluice/v1': fingerprintOf(finding) },
  };
}

/** A relative path that names the image without its digest, so that a rebuilt image keeps its finding. */
export function locationOf(finding: Finding): string {
  return finding.where.replace(/@sha256:[0-9a-f]+$/, '').replace(/^\/+/, '');
}

/** The same for the same rule, subject and term, whatever the digest. */
export function fingerprintOf(finding: Finding): string {
  const parts = [finding.code, finding.subject, locationOf(finding), ...finding.terms];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
