// SPDX-License-Identifier: Apache-2.0
import type { StepContext } from '../context.ts';
import { type DoctorFinding, note, problem } from './finding.ts';

/** Says which proxy requests take, without the password that its address may hold. */
export function examineProxy({ env }: Pick<StepContext, 'env'>): readonly DoctorFinding[] {
  const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
  const set = names.filter((name) => env[name]);
  if (set.length === 0) return [note('proxy', 'No proxy is set; requests go straight out.')];
  const broken = set.filter((name) => URL.parse(env[name] ?? '')?.host === undefined);
  if (broken.length > 0)
    return [
      problem(
        'proxy',
        `${broken.join(' and ')} should be a URL such as http://proxy.example.com:3128.`,
        'Correct the variable.',
      ),
    ];
  const hosts = set.map((name) => `${name} is ${URL.parse(env[name] ?? '')?.host}`);
  const exempt = env.NO_PROXY ?? env.no_proxy;
  return [note('proxy', `${hosts.join(', ')}; ${exempt ? `not for ${exempt}` : 'for every host'}.`)];
}
