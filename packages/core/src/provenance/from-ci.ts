// SPDX-License-Identifier: Apache-2.0
import type { CiContext, GitHubContext, GitLabContext } from '../ci/ci-context.ts';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { githubBuildType, githubBuildTypeEvents, gitlabBuildType } from './build-types.ts';
import { checkSlsaV1Predicate, type ResourceDescriptor, type SlsaProvenanceV1 } from './slsa-v1.ts';

export interface ProvenanceOptions {
  /** Inputs that a GitLab pipeline declares, by name. Nothing else of the environment is ever recorded. */
  readonly inputs?: Readonly<Record<string, string | number | boolean>>;
  /** What else the build took in: base images, data sets, by digest. */
  readonly resolvedDependencies?: readonly ResourceDescriptor[];
  /** When the build began, where the CI does not say. */
  readonly startedOn?: Date;
}

/**
 * SLSA provenance v1 for the run that this is, from its context alone. `finishedOn` is now: the image exists.
 *
 * @throws SluiceError `context` on a machine that is no CI: it has no build to testify to.
 */
export function provenanceFromCi(ctx: StepContext, ci: CiContext, options: ProvenanceOptions = {}): SlsaProvenanceV1 {
  if (ci.kind === 'local') {
    throw new SluiceError(
      'context',
      'Provenance testifies to a CI run, and this machine is none; run it in a GitHub or GitLab job, or attest a predicate of your own with --predicate.',
    );
  }
  if (ci.kind === 'github' && options.inputs !== undefined) {
    throw new SluiceError(
      'usage',
      "GitHub's build type records no inputs; leave them out, or attest a predicate of your own.",
    );
  }
  if (ci.kind === 'github' && !githubBuildTypeEvents.includes(ci.eventName)) {
    ctx.log.warn(
      `GitHub's build type is defined for the events ${githubBuildTypeEvents.join(', ')}; this run's event is ${ci.eventName}, so a policy may not accept its provenance.`,
    );
  }
  const predicate = ci.kind === 'github' ? fromGitHub(ci, options, ctx.now()) : fromGitLab(ci, options, ctx.now());
  const problems = checkSlsaV1Predicate(predicate);
  if (problems.length === 0) return predicate;
  throw new SluiceError('context', `The run's facts make no valid provenance: ${problems.join('; ')}.`);
}

function fromGitHub(ci: GitHubContext, options: ProvenanceOptions, now: Date): SlsaProvenanceV1 {
  return {
    buildDefinition: {
      buildType: githubBuildType,
      externalParameters: {
        workflow: { ref: ci.ref, repository: ci.repositoryUri, path: ci.configPath },
      },
      internalParameters: {
        github: {
          event_name: ci.eventName,
          repository_id: ci.repositoryId,
          repository_owner_id: ci.repositoryOwnerId,
          runner_environment: ci.runnerEnvironment,
        },
      },
      resolvedDependencies: dependencies(ci, options),
    },
    runDetails: {
      builder: {
        id: ci.builderId,
        ...(ci.runnerImage === undefined ? {} : { version: { 'github-runner-image': ci.runnerImage } }),
      },
      metadata: metadata(ci, options, now),
    },
  };
}

function fromGitLab(ci: GitLabContext, options: ProvenanceOptions, now: Date): SlsaProvenanceV1 {
  const version = defined({ gitlab: ci.serverVersion, 'gitlab-runner': ci.runnerVersion });
  return {
    buildDefinition: {
      buildType: gitlabBuildType,
      externalParameters: {
        pipeline: { ref: ci.ref, repository: ci.repositoryUri, path: ci.configPath },
        ...declaredInputs(options),
      },
      internalParameters: {
        gitlab: defined({
          pipeline_source: ci.pipelineSource,
          project_id: ci.projectId,
          namespace_id: ci.namespaceId,
          job_id: ci.jobId,
          job_name: ci.jobName,
          ref_protected: ci.refProtected,
          runner_id: ci.runnerId,
          runner_environment: ci.runnerEnvironment,
        }),
      },
      resolvedDependencies: dependencies(ci, options),
    },
    runDetails: {
      builder: { id: ci.builderId, ...(Object.keys(version).length === 0 ? {} : { version }) },
      metadata: metadata(ci, options, now),
      ...(ci.pipelineUrl === undefined ? {} : { byproducts: [{ name: 'pipeline', uri: ci.pipelineUrl }] }),
    },
  };
}

function declaredInputs(options: ProvenanceOptions): { inputs?: Readonly<Record<string, unknown>> } {
  return options.inputs === undefined ? {} : { inputs: { ...options.inputs } };
}

/**
 * The source comes first, twice: with its ref, as SPDX and GitHub's build type write it, and without, as policies write
 * it that know a repository and a commit (slsa_source_correlated of conforma/policy compares the whole address).
 */
function dependencies(ci: GitHubContext | GitLabContext, options: ProvenanceOptions): ResourceDescriptor[] {
  const repository = `git+${ci.repositoryUri}`;
  const digest = { gitCommit: ci.commit };
  const source = [
    { uri: `${repository}@${ci.ref}`, digest },
    { uri: repository, digest },
  ];
  return [...source, ...(options.resolvedDependencies ?? [])];
}

function metadata(ci: GitHubContext | GitLabContext, options: ProvenanceOptions, now: Date) {
  const startedOn = options.startedOn ?? ci.startedOn;
  return {
    invocationId: ci.invocationId,
    ...(startedOn === undefined ? {} : { startedOn: inSeconds(startedOn) }),
    finishedOn: inSeconds(now),
  };
}

function inSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

function defined<T>(members: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}
