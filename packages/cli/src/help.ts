// SPDX-License-Identifier: Apache-2.0
import type { Command, FlagSpec, FlagSpecs } from './command.ts';
import type { CommandEntry } from './commands.ts';

/** The list of commands, in the order of the table, which is the order of the flow. */
export function overviewHelp(entries: readonly CommandEntry[]): string {
  const width = Math.max(...entries.map((c) => c.name.length));
  const lines = entries.map((c) => `  ${c.name.padEnd(width)}  ${c.summary}`);
  return `sluice: the gate between a container image that was built and one that is released.

Usage: sluice COMMAND [flags] [arguments]

${lines.join('\n')}

"sluice COMMAND --help" shows the flags of a command and examples. Exit codes: 0 passed, 1 the gate refused,
2 wrong usage or configuration, 3 a service or file could not be reached.
`;
}

/** Everything about one command: what it does, examples, flags. */
export function commandHelp(name: string, command: Command, global: FlagSpecs): string {
  const parts = [
    `${command.summary}.`,
    `Usage: sluice ${name} [flags]${command.arguments ? ` ${command.arguments}` : ''}`,
    ...(command.description ? [command.description] : []),
    ...(command.examples.length > 0 ? [`Examples:\n${command.examples.map((e) => indent(e)).join('\n')}`] : []),
    ...(Object.keys(command.flags).length > 0 ? [`Flags:\n${flagLines(command.flags)}`] : []),
    `Flags of every command:\n${flagLines(global)}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function flagLines(flags: FlagSpecs): string {
  const rows = Object.entries(flags)
    .filter(([, spec]) => !spec.hidden)
    .map(([name, spec]) => ({ left: flagName(name, spec), right: `${spec.help}${defaultText(spec)}` }));
  const width = Math.min(34, Math.max(...rows.map((row) => row.left.length)));
  return rows
    .map(({ left, right }) =>
      left.length > width ? `  ${left}\n  ${' '.repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`,
    )
    .join('\n');
}

function flagName(name: string, spec: FlagSpec): string {
  const value = spec.type === 'boolean' ? '' : ` ${spec.value ?? (spec.type === 'integer' ? 'N' : 'TEXT')}`;
  return `${spec.short ? `-${spec.short}, ` : '    '}--${name}${value}`;
}

function defaultText(spec: FlagSpec): string {
  const options = 'options' in spec && spec.options ? ` (${spec.options.join(', ')})` : '';
  const fallback =
    'default' in spec && spec.default !== undefined && spec.default !== false ? ` [${spec.default}]` : '';
  return `${options}${fallback}`;
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
