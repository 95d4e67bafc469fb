// SPDX-License-Identifier: Apache-2.0
import { runnerJob } from '../../src/job.ts';
import { runAction } from '../../src/run-action.ts';
import { verify } from './verify.ts';

await runAction(runnerJob(), verify);
