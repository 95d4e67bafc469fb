// SPDX-License-Identifier: Apache-2.0

export type Visibility = 'public' | 'private' | 'internal';

/** Who vouches for a context: the claims of a token whose signature was checked, of one that was not, or variables only. */
export type ContextSource = 'verified-claims' | 'unverified-claims' | 'variables';

interface BuildFacts {
  /** The forge, without a trailing slash: `https://github.com`. */
  readonly serverUrl: string;
  /** The project's path on the forge: `owner/name`, `group/subgroup/name`. */
  readonly repository: string;
  /** `serverUrl` and `repository` together: the certificate's Source Repository URI. */
  readonly repositoryUri: string;
  /** The full git ref, `refs/heads/main`. */
  readonly ref: string;
  /** The commit, 40 or 64 hexadecimal digits. */
  readonly commit: string;
  /** Equals the certificate's Build Signer URI (Fulcio oid-info, .9). */
  readonly builderId: string;
  /** Equals the certificate's Run Invocation URI (Fulcio oid-info, .21). */
  readonly invocationId: string;
  /** Path of the pipeline's definition in the repository. */
  readonly configPath: string;
  readonly visibility?: Visibility;
  readonly startedOn?: Date;
  readonly source: ContextSource;
}

export interface GitHubContext extends BuildFacts {
  readonly kind: 'github';
  readonly eventName: string;
  readonly repositoryId: string;
  readonly repositoryOwnerId: string;
  readonly runnerEnvironment: string;
  /** Image of a hosted runner, `ubuntu24/20260101.1`. */
  readonly runnerImage?: string;
}

export interface GitLabContext extends BuildFacts {
  readonly kind: 'gitlab';
  readonly pipelineSource: string;
  readonly pipelineUrl?: string;
  readonly projectId: string;
  readonly namespaceId: string;
  readonly jobId: string;
  readonly jobName?: string;
  readonly refProtected?: boolean;
  readonly runnerEnvironment?: string;
  readonly runnerId?: string;
  readonly runnerVersion?: string;
  readonly serverVersion?: string;
}

/** A machine that is no CI: nothing is known of a build, and nothing is claimed. */
export interface LocalContext {
  readonly kind: 'local';
}

export type CiContext = GitHubContext | GitLabContext | LocalContext;
