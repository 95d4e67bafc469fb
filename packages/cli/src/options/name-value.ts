// SPDX-License-Identifier: Apache-2.0
import { UsageError } from '../usage-error.ts';

/** `NAME=VALUE` of a flag in its two parts; the value may hold further equals signs. */
export function splitNameValue(flag: string, text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--${flag} expects NAME=VALUE, but found "${text}".`);
  return [text.slice(0, at), text.slice(at + 1)];
}
