// SPDX-License-Identifier: Apache-2.0
import packageJson from '../package.json' with { type: 'json' };

/** The version of this command. */
export const version: string = packageJson.version;
