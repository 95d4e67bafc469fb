// SPDX-License-Identifier: Apache-2.0
import type { Claims } from '../oidc/claims.ts';
import type { ExtensionName, ExtensionValues } from './certificate-extensions.ts';

/** How a kind of CI fills a certificate: `{claim}` stands for the claim, all else for itself. */
export interface ClaimTemplates {
  readonly defaults: Claims;
  readonly subjectAlternativeName: string;
  readonly extensions: Readonly<Partial<Record<ExtensionName, string>>>;
}

/** Templates of Fulcio's `github-workflow` issuers (config/identity/config.yaml). */
export const githubTemplates = (serverUrl: string): ClaimTemplates => ({
  defaults: { url: serverUrl, environment: '' },
  subjectAlternativeName: '{url}/{job_workflow_ref}',
  extensions: {
    githubWorkflowTrigger: '{event_name}',
    githubWorkflowSha: '{sha}',
    githubWorkflowName: '{workflow}',
    githubWorkflowRepository: '{repository}',
    githubWorkflowRef: '{ref}',
    buildSignerUri: '{url}/{job_workflow_ref}',
    buildSignerDigest: '{job_workflow_sha}',
    runnerEnvironment: '{runner_environment}',
    sourceRepositoryUri: '{url}/{repository}',
    sourceRepositoryDigest: '{sha}',
    sourceRepositoryRef: '{ref}',
    sourceRepositoryIdentifier: '{repository_id}',
    sourceRepositoryOwnerUri: '{url}/{repository_owner}',
    sourceRepositoryOwnerIdentifier: '{repository_owner_id}',
    buildConfigUri: '{url}/{workflow_ref}',
    buildConfigDigest: '{workflow_sha}',
    buildTrigger: '{event_name}',
    runInvocationUri: '{url}/{repository}/actions/runs/{run_id}/attempts/{run_attempt}',
    sourceRepositoryVisibility: '{repository_visibility}',
    deploymentEnvironment: '{environment}',
  },
});

/** Templates of Fulcio's `gitlab-pipeline` issuers; `{ref_directory}` is `heads` or `tags` by `ref_type`. */
export const gitlabTemplates = (serverUrl: string): ClaimTemplates => ({
  defaults: { url: serverUrl, environment: '' },
  subjectAlternativeName: 'https://{ci_config_ref_uri}',
  extensions: {
    buildSignerUri: 'https://{ci_config_ref_uri}',
    buildSignerDigest: '{ci_config_sha}',
    runnerEnvironment: '{runner_environment}',
    sourceRepositoryUri: '{url}/{project_path}',
    sourceRepositoryDigest: '{sha}',
    sourceRepositoryRef: 'refs/{ref_directory}/{ref}',
    sourceRepositoryIdentifier: '{project_id}',
    sourceRepositoryOwnerUri: '{url}/{namespace_path}',
    sourceRepositoryOwnerIdentifier: '{namespace_id}',
    buildConfigUri: 'https://{ci_config_ref_uri}',
    buildConfigDigest: '{ci_config_sha}',
    buildTrigger: '{pipeline_source}',
    runInvocationUri: '{url}/{project_path}/-/jobs/{job_id}',
    sourceRepositoryVisibility: '{project_visibility}',
    deploymentEnvironment: '{environment}',
  },
});

/** A template names a claim that the token does not have. */
export class MissingClaimError extends Error {
  constructor(claim: string, extension: string) {
    super(`value <${claim}> not present in either claims or defaults: the token cannot fill ${extension}`);
    this.name = 'MissingClaimError';
  }
}

export interface FilledTemplates {
  readonly subjectAlternativeName: string;
  readonly extensions: ExtensionValues;
}

export function fillTemplates(templates: ClaimTemplates, claims: Claims): FilledTemplates {
  const data = { ...templates.defaults, ...claims, ...refDirectory(claims) };
  const extensions = Object.entries(templates.extensions).map(([name, template]) => [name, fill(template, data, name)]);
  return {
    subjectAlternativeName: fill(templates.subjectAlternativeName, data, 'subjectAlternativeName'),
    // Built from the entries of a record with the same keys.
    extensions: Object.fromEntries(extensions) as ExtensionValues,
  };
}

function refDirectory(claims: Claims): Claims {
  return 'ref_type' in claims ? { ref_directory: claims['ref_type'] === 'branch' ? 'heads' : 'tags' } : {};
}

function fill(template: string, data: Claims, extension: string): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(data, name) ? data[name] : undefined;
    if (value === undefined || value === null) throw new MissingClaimError(name, extension);
    return String(value);
  });
}
