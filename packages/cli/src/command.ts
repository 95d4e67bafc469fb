// SPDX-License-Identifier: Apache-2.0
import type { RetryPolicy } from '@sluice/core';
import type { ExitCode, Io } from './io.ts';
import type { Reporter } from './terminal/reporter.ts';

/** One flag of a command. Spelled and read as Go's pflag does, because cosign's and ec's users type it so. */
export type FlagSpec = {
  /** What it does, one line without a final stop; limits and defaults included where they are not obvious. */
  readonly help: string;
  /** One letter, for `-f`. */
  readonly short?: string;
  /** Stands for the value in the help: `FILE`, `URL`. */
  readonly value?: string;
  /** Kept out of the help: a spelling that is read only because others write it. */
  readonly hidden?: boolean;
} & (
  | { readonly type: 'boolean'; readonly default?: boolean }
  | {
      readonly type: 'string';
      readonly default?: string;
      readonly options?: readonly string[];
      /** What the flag means without a value, which then has to stand after an equals sign (pflag's NoOptDefVal). */
      readonly bare?: string;
    }
  | { readonly type: 'integer'; readonly default?: number }
  /** May be repeated; each value stands as it is (pflag's StringArray). */
  | { readonly type: 'strings'; readonly options?: readonly string[] }
  /** May be repeated, and each value is split at commas (pflag's StringSlice). */
  | { readonly type: 'list'; readonly options?: readonly string[] }
);

export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

type FlagValue<S extends FlagSpec> = S extends { type: 'boolean' }
  ? boolean
  : S extends { type: 'strings' | 'list' }
    ? readonly string[]
    : S extends { type: 'integer' }
      ? S extends { default: number }
        ? number
        : number | undefined
      : S extends { type: 'string'; options: readonly (infer O)[] }
        ? S extends { default: string }
          ? O
          : O | undefined
        : S extends { default: string }
          ? string
          : string | undefined;

export type FlagValues<F extends FlagSpecs> = { readonly [K in keyof F]: FlagValue<F[K]> };

/** What a command is given: its flags by name, the other arguments, and the outside. */
export interface Invocation<F extends FlagSpecs> {
  readonly flags: FlagValues<F>;
  /** Names of the flags that the user gave, as opposed to defaults. */
  readonly given: ReadonlySet<string>;
  readonly args: readonly string[];
  readonly io: Io;
  readonly reporter: Reporter;
  /** How requests are tried again, where `--retry-…` says so. */
  readonly retry?: RetryPolicy;
}

export interface Command<F extends FlagSpecs = FlagSpecs> {
  /** One line for the list of commands. */
  readonly summary: string;
  /** The arguments in the usage line, for example `IMAGE`, `IMAGE...`, or empty. */
  readonly arguments: string;
  /** How many arguments it takes: at least, at most. */
  readonly arity: readonly [min: number, max: number];
  readonly description?: string;
  /** Whole command lines, each with a comment line above it if it needs one. */
  readonly examples: readonly string[];
  readonly flags: F;
  /** How long a run may take where `--timeout` says nothing; without it as long as it takes. */
  timeout?(flags: FlagValues<F>): string | undefined;
  run(invocation: Invocation<F>): Promise<ExitCode>;
}

/** Gives a command its exact flag types; the value is the command itself. */
export function defineCommand<const F extends FlagSpecs>(command: Command<F>): Command<F> {
  return command;
}
