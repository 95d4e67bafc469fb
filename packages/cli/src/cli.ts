// SPDX-License-Identifier: Apache-2.0
import type { Command, FlagSpecs, FlagValues } from './command.ts';
import { COMMANDS, type CommandEntry } from './commands.ts';
import { describeFailure } from './failure.ts';
import { GLOBAL_FLAGS, logSink, retryPolicy, talkativeness, timeLimit } from './global-flags.ts';
import { commandHelp, overviewHelp } from './help.ts';
import type { ExitCode, Io } from './io.ts';
import { type ParsedFlags, parseFlags } from './parse-flags.ts';
import { closest } from './suggest.ts';
import { clean } from './terminal/clean.ts';
import { createReporter } from './terminal/reporter.ts';
import { painter } from './terminal/style.ts';
import { UsageError } from './usage-error.ts';

/**
 * Runs one command line (without the program's name) and gives its exit code. Nothing is thrown: an error is said as
 * one sentence on standard error, or with `--json` as `{"error": {code, message}}` on standard output.
 */
export async function runCli(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await runCommand(argv, io);
  } catch (error) {
    return reportFailure(error, argv, io);
  }
}

/** As `runCli`, but an error is thrown: for wrappers that say it in their own way. `describeFailure` reads it. */
export async function runCommand(argv: readonly string[], io: Io): Promise<ExitCode> {
  const found = findCommand(argv);
  if (!found) return noCommand(argv, io);
  const command = await found.entry.load();
  const specs = { ...command.flags, ...withoutTaken(GLOBAL_FLAGS, command.flags) };
  const parsed = parseFlags(specs, argv.slice(found.words));
  // parseFlags gives each flag the type that its spec names.
  const flags = parsed.values as FlagValues<FlagSpecs>;
  if (parsed.values['help'] === true) {
    io.stdout.write(commandHelp(found.entry.name, command, withDefaultTimeout(command.timeout?.(flags))));
    return 0;
  }
  checkArity(found.entry.name, command, parsed.args);
  const global = globalValues(command, parsed.values);
  const timeout = global['timeout'] ?? command.timeout?.(flags);
  const limited = withTimeout(io, timeout);
  const log = logSink(global['logfile']);
  const reporter = createReporter(limited, { ...talkativeness(global), ...(log === undefined ? {} : { log }) });
  const retry = retryPolicy(parsed);
  try {
    return await command.run({
      flags,
      given: parsed.given,
      args: parsed.args,
      io: limited,
      reporter,
      ...(retry === undefined ? {} : { retry }),
    });
  } catch (error) {
    // What broke off because the run was cancelled says only that; the reason is what the user wants to hear.
    const { aborted, reason } = limited.signal;
    if (aborted && reason instanceof Error) throw reason;
    throw isOver(limited) ? tooLate(timeout) : error;
  } finally {
    reporter.done();
  }
}

/** The flags of every command, without those that this command means otherwise, such as the --timeout of each test. */
function globalValues(command: Command, values: ParsedFlags['values']): ParsedFlags['values'] {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !Object.hasOwn(command.flags, name)));
}

function withDefaultTimeout(timeout: string | undefined): FlagSpecs {
  if (timeout === undefined) return GLOBAL_FLAGS;
  return { ...GLOBAL_FLAGS, timeout: { ...GLOBAL_FLAGS.timeout, default: timeout } };
}

/** The same outside, cancelled after the time that `--timeout` gives. */
function withTimeout(io: Io, timeout: unknown): Io {
  const milliseconds = timeLimit(timeout);
  if (milliseconds === undefined) return timeout === undefined ? io : { ...io, until: Number.POSITIVE_INFINITY };
  const late = new AbortController();
  setTimeout(() => late.abort(tooLate(timeout)), milliseconds).unref();
  const until = io.now().getTime() + milliseconds;
  return { ...io, until, signal: AbortSignal.any([io.signal, late.signal]) };
}

/** A run that never waits is over before the timer is heard. */
function isOver({ now, until }: Io): boolean {
  return until !== undefined && now().getTime() >= until;
}

function tooLate(timeout: unknown): Error {
  return new Error(`The run was expected to end within ${String(timeout)}, but did not; raise --timeout.`);
}

/** The entry with the longest name that the words begin with; flags may not stand between the words of a name. */
function findCommand(argv: readonly string[]): { entry: CommandEntry; words: number } | undefined {
  for (let words = 2; words > 0; words--) {
    const name = argv.slice(0, words).join(' ');
    const entry = argv.length >= words ? COMMANDS.find((c) => c.name === name) : undefined;
    if (entry) return { entry, words };
  }
  return undefined;
}

function noCommand(argv: readonly string[], io: Io): ExitCode {
  const word = argv[0];
  const wantsHelp = argv.includes('--help') || argv.includes('-h');
  if (word === undefined || word === 'help' || word.startsWith('-')) {
    if (word === '--version') {
      throw new UsageError('The version is shown by "sluice version".');
    }
    io[word === undefined ? 'stderr' : 'stdout'].write(overviewHelp(COMMANDS));
    return word === undefined ? 2 : 0;
  }
  const group = COMMANDS.filter((c) => c.name.startsWith(`${word} `));
  if (group.length > 0 && (argv.length === 1 || wantsHelp)) {
    io[wantsHelp ? 'stdout' : 'stderr'].write(overviewHelp(group));
    return wantsHelp ? 0 : 2;
  }
  const typed = group.length > 0 ? argv.slice(0, 2).join(' ') : word;
  const near = closest(typed, [...COMMANDS.map((c) => c.name), ...COMMANDS.map((c) => c.name.split(' ')[0] ?? '')]);
  throw new UsageError(
    `There is no command "${typed}"${near ? `; did you mean "${near}"?` : '; "sluice help" lists the commands.'}`,
  );
}

function checkArity(name: string, command: Command, args: readonly string[]): void {
  const [min, max] = command.arity;
  if (args.length >= min && args.length <= max) return;
  const expected = command.arguments === '' ? 'no arguments' : command.arguments;
  throw new UsageError(
    `"sluice ${name}" expects ${expected}, but found ${args.length === 0 ? 'nothing' : args.map((a) => `"${a}"`).join(' ')}; "sluice ${name} --help" shows examples.`,
  );
}

function withoutTaken(global: FlagSpecs, own: FlagSpecs): FlagSpecs {
  const shorts = new Set(Object.values(own).map((spec) => spec.short));
  return Object.fromEntries(
    Object.entries(global)
      .filter(([name]) => !Object.hasOwn(own, name))
      .map(([name, { short, ...spec }]) => [name, short && !shorts.has(short) ? { ...spec, short } : spec]),
  );
}

function reportFailure(error: unknown, argv: readonly string[], io: Io): ExitCode {
  const failure = describeFailure(error);
  if (argv.includes('--json')) {
    io.stdout.write(`${JSON.stringify({ error: { code: failure.code, message: failure.message } })}\n`);
  } else {
    io.stderr.write(`${painter(io, io.stderr)('red', 'error')} ${clean(failure.message)}\n`);
  }
  if (argv.includes('--debug') && error instanceof Error) io.stderr.write(`${stackOf(error)}\n`);
  return failure.exitCode;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
