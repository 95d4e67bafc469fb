// SPDX-License-Identifier: Apache-2.0

/** One thing that was looked at. A `problem` would stop the flow; a `warning` may. */
export interface DoctorFinding {
  /** What was looked at: `identity`, `registry`, `fulcio`, … */
  readonly check: string;
  readonly level: 'ok' | 'note' | 'warning' | 'problem';
  readonly message: string;
  /** What to do, for a warning or a problem. */
  readonly fix?: string;
}

export function ok(check: string, message: string): DoctorFinding {
  return { check, level: 'ok', message };
}

export function note(check: string, message: string): DoctorFinding {
  return { check, level: 'note', message };
}

export function warning(check: string, message: string, fix: string): DoctorFinding {
  return { check, level: 'warning', message, fix };
}

export function problem(check: string, message: string, fix: string): DoctorFinding {
  return { check, level: 'problem', message, fix };
}

/** What a failed attempt tells, without a stack. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
