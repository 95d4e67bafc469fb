// SPDX-License-Identifier: Apache-2.0
import { ciTexts } from './bundle.ts';

/** One Rego file; `path` is relative to the folder of the rules, with `/`. */
export interface PolicyFile {
  readonly path: string;
  readonly text: string;
}

/** The files of the policy source `sluice://ci`, in the order of their paths, without their tests. */
export const ciPolicy: readonly PolicyFile[] = Object.entries(ciTexts).map(([path, text]) => ({ path, text }));
