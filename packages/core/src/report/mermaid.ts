// SPDX-License-Identifier: Apache-2.0
import type { AttestationReport, ComponentReport, SignatureReport } from './report.ts';

/** A Mermaid flowchart of one component: source → build → image → signature, attestations → verdict. */
export function toMermaid(component: ComponentReport): string {
  const lines = ['flowchart LR', ...sourceAndBuild(component), node('image', imageLabel(component))];
  component.signatures.forEach((signature, i) => {
    lines.push(
      node(`sig${i}`, `signature\n${signerOf(signature)}`),
      edge('image', `sig${i}`),
      edge(`sig${i}`, 'verdict'),
    );
  });
  component.attestations.forEach((attestation, i) => {
    lines.push(node(`att${i}`, `${shortType(attestation)}\n${signerOf(attestation.signatures[0])}`));
    lines.push(edge('image', `att${i}`), edge(`att${i}`, 'verdict'));
  });
  if (component.signatures.length + component.attestations.length === 0) lines.push(edge('image', 'verdict'));
  lines.push(node('verdict', verdictLabel(component)), `  class verdict ${component.success ? 'passed' : 'refused'}`);
  lines.push('  classDef passed stroke:#1a7f37', '  classDef refused stroke:#cf222e');
  return lines.join('\n');
}

function sourceAndBuild(component: ComponentReport): string[] {
  const { git } = component.source;
  const build = component.attestations.find((attestation) =>
    attestation.predicateType.startsWith('https://slsa.dev/provenance'),
  );
  const lines: string[] = [];
  if (git !== undefined) lines.push(node('source', `source\n${git.url}\n${(git.revision ?? '').slice(0, 12)}`));
  if (build !== undefined)
    lines.push(node('build', `build\n${build.predicateBuildType ?? signerOf(build.signatures[0])}`));
  const chain = [...(git === undefined ? [] : ['source']), ...(build === undefined ? [] : ['build']), 'image'];
  chain.slice(1).forEach((to, i) => {
    lines.push(edge(chain[i] ?? '', to));
  });
  return lines;
}

function imageLabel(component: ComponentReport): string {
  const [repository = '', digest = ''] = component.containerImage.split('@');
  return `image\n${repository}\n${digest.slice(0, 19)}`;
}

function verdictLabel(component: ComponentReport): string {
  return component.success ? 'verdict\npassed' : `verdict\n${component.violations.length} violations`;
}

function shortType(attestation: AttestationReport): string {
  return `attestation\n${attestation.predicateType.replace(/^https:\/\//, '')}`;
}

function signerOf(signature: SignatureReport | undefined): string {
  const names = signature?.metadata?.['Subject Alternative Name'] ?? '';
  if (names !== '') return names.replace(/^(URIs|Email Addresses|DNS Names):/, '');
  return signature?.keyid ? `key ${signature.keyid.slice(0, 16)}` : 'by key';
}

function node(id: string, label: string): string {
  return `  ${id}["${quoted(label)}"]`;
}

function edge(from: string, to: string): string {
  return `  ${from} --> ${to}`;
}

/** Labels from outside: entities for what Mermaid or HTML would read, and no longer than a line or two. */
function quoted(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines
    .map((line) => (line.length > 60 ? `${line.slice(0, 28)}…${line.slice(-30)}` : line))
    .map((line) => line.replace(/[&<>"'`\\#;[\](){}|]/g, (found) => `#${found.codePointAt(0)};`))
    .join('<br/>');
}
