// SPDX-License-Identifier: Apache-2.0
// The examples for GitHub and every action, run by act against the embedded stack; and what must be refused.

import { match, ok, strictEqual } from 'node:assert/strict';
import { type ActScene, withActScene } from './act.ts';
import type { Check } from './check.ts';

const gateSigner = 'sluice-ci/sluice/.github/workflows/gate.yml@refs/tags/v1';

export const checks: readonly Check[] = [inAct('github-minimal builds, secures, validates and promotes', minimal)];

async function minimal(scene: ActScene): Promise<void> {
  await scene.copyExample('github-minimal');
  const run = await scene.act({ signer: gateSigner });
  ok(run.success, run.log);
  const built = await scene.digestOf(scene.imageName);
  ok(built !== undefined);
  strictEqual(scene.github.checkRuns.length, 1);
  strictEqual(scene.github.checkRuns[0]?.conclusion, 'success');
  match(run.summary, /Passed/);
}

function inAct(name: string, body: (scene: ActScene) => Promise<void>): Check {
  return { name, needs: ['act', 'git'], run: ({ act = '' }) => withActScene(act, body) };
}
