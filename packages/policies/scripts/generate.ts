// SPDX-License-Identifier: Apache-2.0
// Writes src/bundle.ts and the lists of README.md from the rules. `node scripts/generate.ts`; a test compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleOf } from './bundle.ts';
import { withTables } from './docs.ts';
import { PACKAGE, ruleFiles } from './rule-files.ts';

writeFileSync(join(PACKAGE, 'src/bundle.ts'), bundleOf(ruleFiles()));
const readme = join(PACKAGE, 'README.md');
writeFileSync(readme, withTables(readFileSync(readme, 'utf8'), ruleFiles()));
