// SPDX-License-Identifier: Apache-2.0
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SigningConfigJson } from './signing-config.ts';
import type { TrustedRootJson } from './trusted-root.ts';

/** Paths for `--trusted-root` and `--signing-config`. */
export interface TrustFiles {
  readonly trustedRoot: string;
  readonly signingConfig: string;
}

/** Writes `trusted_root.json` and `signing_config.json` into a folder, which is made when it is missing. */
export async function writeTrustFiles(
  stack: { readonly trustedRoot: TrustedRootJson; readonly signingConfig: SigningConfigJson },
  folder: string,
): Promise<TrustFiles> {
  await mkdir(folder, { recursive: true });
  const files = { trustedRoot: join(folder, 'trusted_root.json'), signingConfig: join(folder, 'signing_config.json') };
  await writeFile(files.trustedRoot, `${JSON.stringify(stack.trustedRoot, null, 2)}\n`);
  await writeFile(files.signingConfig, `${JSON.stringify(stack.signingConfig, null, 2)}\n`);
  return files;
}
