// SPDX-License-Identifier: Apache-2.0
import type { ExitCode } from './io.ts';

const EXIT_CODES: Readonly<Record<string, ExitCode>> = {
  // SluiceError
  refused: 1,
  unproved: 1,
  usage: 2,
  configuration: 2,
  context: 2,
  'identity-token': 2,
  signing: 3,
  unreachable: 3,
  file: 3,
  // OciError: what lies about itself is refused; what cannot be had is unreachable.
  'bad-reference': 2,
  'digest-mismatch': 1,
  'size-mismatch': 1,
  'too-large': 1,
  'bad-manifest': 1,
  // RegoError
  rego_parse_error: 2,
  rego_compile_error: 2,
  rego_type_error: 2,
};

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is none',
  EACCES: 'reading or writing it is not permitted',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  ENOSPC: 'the disk is full',
};

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exitCode: ExitCode;
}

/** One sentence and an exit code for whatever a command threw. What nobody foresaw counts as "could not be reached". */
export function describeFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: 'unknown', message: String(error), exitCode: 3 };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  const file = FILE_ERRORS[code];
  if (file && 'path' in error) {
    return { code: 'file', message: `A file was expected at ${String(error.path)}, but ${file}.`, exitCode: 3 };
  }
  return { code, message: error.message, exitCode: EXIT_CODES[code] ?? 3 };
}
