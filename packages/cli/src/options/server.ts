// SPDX-License-Identifier: Apache-2.0
import type { FlagSpecs, Invocation } from '../command.ts';
import { UsageError } from '../usage-error.ts';

/** How documents are judged over HTTP instead of from files, spelled as ec spells it. */
export const serverFlags = {
  server: {
    type: 'boolean',
    help: 'Judge documents over HTTP (POST /v1/validate/input) until interrupted, instead of files; anybody who reaches it may ask',
  },
  'server-address': { type: 'string', value: 'ADDRESS', default: '127.0.0.1', help: 'Where --server listens' },
  'server-port': { type: 'integer', default: 8080, help: 'The port where --server listens; 0 takes one that is free' },
} as const satisfies FlagSpecs;

/** What a server answers is JSON, and one document at a time. */
const idleFlags = ['output', 'strict', 'workers', 'no-color', 'color'];

type ServerInvocation = Invocation<typeof serverFlags>;

/** Refuses before any work what does not go together; says which flags a server has no use for, as ec does. */
export function checkServerFlags({ flags, given, reporter }: ServerInvocation, files: readonly string[]): void {
  if (!flags.server) {
    const idle = Object.keys(serverFlags).find((name) => name !== 'server' && given.has(name));
    if (idle !== undefined) throw new UsageError(`--${idle} is about a server; it was expected beside --server.`);
    return;
  }
  if (files.length > 0)
    throw new UsageError('Either --server or input files were expected, but found both; leave one out.');
  const port = flags['server-port'];
  if (port < 0 || port > 65_535)
    throw new UsageError(`--server-port expects a port from 0 to 65535, but found "${port}".`);
  for (const name of idleFlags.filter((name) => given.has(name)))
    reporter.log.warn(`--${name} has no effect beside --server, which answers with JSON`);
}
