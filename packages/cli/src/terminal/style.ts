// SPDX-License-Identifier: Apache-2.0
import type { Io, Sink } from '../io.ts';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';
const CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

export type Paint = (style: Style, text: string) => string;

/** Colours for a terminal, plain text elsewhere; `NO_COLOR` (no-color.org) turns them off. */
export function painter(io: Pick<Io, 'env'>, sink: Sink): Paint {
  return painterIf(sink.isTerminal && !io.env['NO_COLOR'] && io.env['TERM'] !== 'dumb');
}

export function painterIf(on: boolean): Paint {
  return (style, text) => (on ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text);
}
