// SPDX-License-Identifier: Apache-2.0
import type { Log } from '@sluice/core';
import type { Io, Sink } from '../io.ts';
import { clean } from './clean.ts';
import { painter } from './style.ts';

/** How a command speaks on standard error while it works; results go to standard output. */
export interface Reporter {
  readonly log: Log;
  /** True where only errors, warnings and the result are wanted. */
  readonly quiet: boolean;
  /** Says on a terminal what is under way, replaced by what comes next; silent elsewhere. */
  progress(text: string): void;
  /** Ends the progress line. */
  done(): void;
  /** Wraps the output of `work` in a foldable group where the CI's log knows such groups. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
}

export interface ReporterOptions {
  readonly quiet: boolean;
  readonly debug: boolean;
  /** Where the log goes instead of standard error; progress stays there. */
  readonly log?: Sink;
}

export function createReporter(io: Io, options: ReporterOptions): Reporter {
  const { stderr } = io;
  const { log: sink = stderr } = options;
  const paint = painter(io, sink);
  let busy = false;
  const done = () => {
    if (busy) stderr.write('\r\u001b[K');
    busy = false;
  };
  const line = (text: string) => {
    done();
    sink.write(`${clean(text)}\n`);
  };
  return {
    quiet: options.quiet,
    log: {
      info: (message) => options.quiet || line(message),
      warn: (message) => line(`${paint('yellow', 'warning')} ${message}`),
      debug: (message) => options.debug && line(paint('dim', message)),
    },
    progress(text) {
      if (options.quiet || !stderr.isTerminal) return;
      stderr.write(`\r\u001b[K${paint('dim', clean(text).slice(0, stderr.columns - 1))}`);
      busy = true;
    },
    done,
    async group(title, work) {
      const fence = options.quiet ? undefined : groupFence(io, title);
      if (fence) stderr.write(fence.open);
      try {
        return await work();
      } finally {
        done();
        if (fence) stderr.write(fence.close());
      }
    },
  };
}

/**
 * The lines that fold a part of a job's log: GitHub's `::group::` command, GitLab's section escapes
 * (docs.gitlab.com/ci/jobs/job_logs, "Custom collapsible sections").
 */
function groupFence(io: Io, title: string): { open: string; close: () => string } | undefined {
  if (io.env['GITHUB_ACTIONS'] === 'true') return { open: `::group::${clean(title)}\n`, close: () => '::endgroup::\n' };
  if (io.env['GITLAB_CI'] !== 'true') return undefined;
  const name = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
  const seconds = () => Math.floor(io.now().getTime() / 1000);
  return {
    open: `\u001b[0Ksection_start:${seconds()}:${name}\r\u001b[0K${clean(title)}\n`,
    close: () => `\u001b[0Ksection_end:${seconds()}:${name}\r\u001b[0K\n`,
  };
}
