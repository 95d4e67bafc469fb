// SPDX-License-Identifier: Apache-2.0
import { readFile, stat } from 'node:fs/promises';
import type { ProvenanceOptions, TypedPredicate } from '@sluice/core';
import type { FlagSpecs, Invocation } from '../command.ts';
import { UsageError } from '../usage-error.ts';
import { splitNameValue } from './name-value.ts';

const MAX_PREDICATE_BYTES = 64 * 1024 * 1024;

/** A predicate from a file, or from standard input for `-`. */
export async function predicateFrom(
  { io }: Pick<Invocation<FlagSpecs>, 'io'>,
  file: string,
  type: string,
): Promise<TypedPredicate> {
  const { readPredicate } = await import('@sluice/core');
  if (file !== '-') {
    const { size } = await stat(file);
    if (size > MAX_PREDICATE_BYTES) {
      throw new UsageError(
        `A predicate of at most ${MAX_PREDICATE_BYTES} bytes was expected in ${file}, but it has ${size}.`,
      );
    }
  }
  const bytes = file === '-' ? await io.stdin() : await readFile(file);
  return readPredicate(new TextDecoder().decode(bytes), type, io.now());
}

/** What provenance says besides what the CI knows. */
export const provenanceFlags = {
  'build-input': {
    type: 'strings',
    value: 'NAME=VALUE',
    help: 'An input that the pipeline declares; recorded as it is, so no secret',
  },
  dependency: {
    type: 'strings',
    value: 'URI@sha256:…',
    help: 'What the build took in besides the source: a base image, a data set; repeatable',
  },
  'started-on': { type: 'string', value: 'TIME', help: 'When the build began, RFC 3339, where the CI does not say' },
} as const satisfies FlagSpecs;

export function provenanceOptions({ flags }: Pick<Invocation<typeof provenanceFlags>, 'flags'>): ProvenanceOptions {
  const started = flags['started-on'];
  const startedOn = started === undefined ? undefined : new Date(started);
  if (startedOn && Number.isNaN(startedOn.getTime())) {
    throw new UsageError(`--started-on expects a time such as 2026-01-31T12:00:00Z, but found "${started}".`);
  }
  return {
    ...(flags['build-input'].length > 0
      ? { inputs: Object.fromEntries(flags['build-input'].map((text) => splitNameValue('build-input', text))) }
      : {}),
    resolvedDependencies: flags.dependency.map(splitDependency),
    ...(startedOn ? { startedOn } : {}),
  };
}

function splitDependency(text: string): { uri: string; digest: Record<string, string> } {
  const match = /^(?<uri>.+)@(?<algorithm>[a-zA-Z0-9]+):(?<hex>[0-9a-f]{32,128})$/.exec(text)?.groups;
  if (!match) throw new UsageError(`--dependency expects URI@ALGORITHM:DIGEST, but found "${text}".`);
  const { uri = '', algorithm = '', hex = '' } = match;
  return { uri, digest: { [algorithm]: hex } };
}
