// SPDX-License-Identifier: Apache-2.0
import { codePointCount } from './text.ts';

/** What stands between the percent sign and the verb. */
export interface Spec {
  minus: boolean;
  plus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  width: number | undefined;
  precision: number | undefined;
}

export const noFlags: Readonly<Spec> = Object.freeze({
  minus: false,
  plus: false,
  sharp: false,
  space: false,
  zero: false,
  width: undefined,
  precision: undefined,
});

/** Fills up to the width; zeros only on the left. */
export function pad(text: string, spec: Readonly<Spec>): string {
  const missing = (spec.width ?? 0) - codePointCount(text);
  if (missing <= 0) return text;
  if (spec.minus) return text + ' '.repeat(missing);
  return (spec.zero ? '0' : ' ').repeat(missing) + text;
}
