// SPDX-License-Identifier: Apache-2.0
import { appendFileSync } from 'node:fs';
import type { RetryPolicy } from '@sluice/core';
import type { FlagSpecs } from './command.ts';
import { isNoTime, parseDuration } from './duration.ts';
import type { Sink } from './io.ts';
import type { ParsedFlags } from './parse-flags.ts';
import { UsageError } from './usage-error.ts';

/** Flags that every command takes. What is hidden is there because ec's users type it. */
export const GLOBAL_FLAGS = {
  help: { type: 'boolean', short: 'h', help: 'Show what the command does, with examples' },
  quiet: { type: 'boolean', short: 'q', help: 'Say only errors, warnings and the result' },
  verbose: { type: 'boolean', help: 'Say every step and request' },
  debug: { type: 'boolean', help: 'Say every step and request, and show the stack of an error' },
  timeout: { type: 'string', value: 'DURATION', help: 'Stop after this long: 90s, 5m; 0 for no limit' },
  logfile: {
    type: 'string',
    value: 'FILE',
    help: 'Add what is said on the way to this file instead of standard error',
  },
  trace: {
    type: 'string',
    bare: 'log',
    value: 'KIND',
    hidden: true,
    help: 'log says what --verbose says, none nothing; the other kinds of ec are refused',
  },
  'retry-max-retry': { type: 'integer', default: 3, hidden: true, help: 'How often a request is tried again' },
  'retry-max-wait': {
    type: 'string',
    value: 'DURATION',
    default: '3s',
    hidden: true,
    help: 'The longest pause before a request is tried again',
  },
  'retry-duration': { type: 'string', value: 'DURATION', default: '1s', hidden: true, help: 'The first such pause' },
  'retry-factor': {
    type: 'string',
    value: 'NUMBER',
    default: '2',
    hidden: true,
    help: 'How many times longer each next pause is',
  },
  'retry-jitter': {
    type: 'string',
    value: 'NUMBER',
    default: '0.1',
    hidden: true,
    help: 'The part of a pause, 0 to 1, that is left to chance',
  },
} as const satisfies FlagSpecs;

type Values = ParsedFlags['values'];

/** How much is said on the way; of two flags the more talkative one counts, as in ec. */
export function talkativeness(values: Values): { readonly quiet: boolean; readonly debug: boolean } {
  const debug = values['debug'] === true || values['verbose'] === true || tracesLog(values['trace']);
  return { quiet: values['quiet'] === true && !debug, debug };
}

const traces: Readonly<Record<string, boolean>> = { log: true, true: true, none: false, false: false };

function tracesLog(trace: unknown): boolean {
  if (typeof trace !== 'string') return false;
  const kinds = trace.split(',').map((kind) => kind.trim().toLowerCase());
  const other = kinds.find((kind) => !Object.hasOwn(traces, kind));
  if (other !== undefined)
    throw new UsageError(
      `--trace expects log or none, but found "${other}"; for a profile run node with --cpu-prof or --heap-prof, for the steps of a rule "sluice policy eval".`,
    );
  return !kinds.includes('none') && kinds.some((kind) => traces[kind]);
}

/** Milliseconds after which the run ends; undefined where it may take as long as it takes. */
export function timeLimit(timeout: unknown): number | undefined {
  return typeof timeout !== 'string' || isNoTime(timeout) ? undefined : parseDuration('timeout', timeout);
}

/** The file of `--logfile`, which is made at once, so that a place that cannot be written to costs nothing. */
export function logSink(file: unknown): Sink | undefined {
  if (typeof file !== 'string' || file === '') return undefined;
  const write = (text: string) => appendFileSync(file, text, { mode: 0o600 });
  write('');
  return { write, isTerminal: false, columns: 120 };
}

/** How requests are tried again, where a flag says so. */
export function retryPolicy({ values, given }: ParsedFlags): RetryPolicy | undefined {
  if (![...given].some((name) => name.startsWith('retry-'))) return undefined;
  const retries = Number(values['retry-max-retry']);
  if (retries < 0) throw new UsageError(`--retry-max-retry expects 0 or more, but found "${retries}".`);
  return {
    attempts: retries + 1,
    firstDelayMs: pause('retry-duration', values),
    maxDelayMs: pause('retry-max-wait', values),
    factor: number('retry-factor', values, Number.MAX_VALUE),
    jitter: number('retry-jitter', values, 1),
  };
}

function pause(name: string, values: Values): number {
  const text = String(values[name]);
  return isNoTime(text) ? 0 : parseDuration(name, text);
}

function number(name: string, values: Values, most: number): number {
  const text = String(values[name]);
  const value = /^\d+(\.\d*)?$|^\.\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= most) return value;
  throw new UsageError(`--${name} expects a number${most === 1 ? ' from 0 to 1' : ''}, but found "${text}".`);
}
