// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface Command {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Run before each timed run, not timed: brings back the state that the command changes. */
  readonly before?: () => Promise<void>;
}

export interface Figures {
  readonly name: string;
  readonly wallMs: Spread;
  /** Peak resident memory in megabytes; absent where the system has no /usr/bin/time. */
  readonly peakMb?: Spread;
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

const TIME = '/usr/bin/time';

/**
 * Runs commands in turn (A B A B …), so that a machine whose speed drifts treats them alike; the first round warms up and
 * is not counted. A command that fails stops the bench: a figure of a failure means nothing.
 */
export async function measure(commands: readonly Command[], rounds = 7): Promise<readonly Figures[]> {
  const samples = commands.map(() => [] as Sample[]);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, command] of commands.entries()) {
      await command.before?.();
      const sample = await runOnce(command);
      if (round > 0) samples[i]?.push(sample);
    }
  }
  return commands.map((command, i) => {
    const own = samples[i] ?? [];
    const memory = own.flatMap((s) => (s.peakMb === undefined ? [] : [s.peakMb]));
    return {
      name: command.name,
      wallMs: spread(own.map((s) => s.wallMs)),
      ...(memory.length > 0 ? { peakMb: spread(memory) } : {}),
    };
  });
}

interface Sample {
  readonly wallMs: number;
  readonly peakMb?: number;
}

async function runOnce(command: Command): Promise<Sample> {
  const timed = existsSync(TIME);
  const argv = timed ? [TIME, '-f', '\npeak-kb %M', ...command.argv] : command.argv;
  const started = performance.now();
  const { status, stderr } = await run(argv, command.env ?? {});
  const wallMs = performance.now() - started;
  if (status !== 0) throw new Error(`${command.name} ended with ${status}:\n${stderr.slice(-2000)}`);
  const peak = /\npeak-kb (\d+)/.exec(stderr)?.[1];
  return { wallMs, ...(peak ? { peakMb: Number(peak) / 1024 } : {}) };
}

/** Runs a program to its end and gives its status and what it said on standard error. */
export function run(
  [file = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd?: string,
): Promise<{ status: number | null; stderr: string; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], cwd });
    let stderr = '';
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stderr, stdout }));
  });
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  return { min: at(0), median: at(0.5), max: at(1) };
}

/** A line a command, and each command's ratio to the first. */
export function table(title: string, figures: readonly Figures[]): string {
  const base = figures[0];
  const width = Math.max(...figures.map((f) => f.name.length));
  const lines = figures.map((f) => {
    const { min, median, max } = f.wallMs;
    const wall = `${median.toFixed(0).padStart(6)} ms (${min.toFixed(0)}–${max.toFixed(0)})`.padEnd(26);
    const memory = f.peakMb ? `${f.peakMb.median.toFixed(0).padStart(5)} MB` : '';
    const ratio = base && f !== base ? `  ${(median / base.wallMs.median).toFixed(2)}× ${base.name}` : '';
    const memoryRatio =
      base?.peakMb && f.peakMb && f !== base ? `, memory ${(f.peakMb.median / base.peakMb.median).toFixed(2)}×` : '';
    return `  ${f.name.padEnd(width)} ${wall}${memory}${ratio}${memoryRatio}`;
  });
  return [title, ...lines].join('\n');
}
