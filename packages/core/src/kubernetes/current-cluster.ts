// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { TlsOptions } from '../http/http-client.ts';
import { type Cluster, checkToken } from './cluster.ts';
import { readKubeconfig, readOneKubeconfig } from './kubeconfig.ts';

/** Where Kubernetes mounts the service account of a pod. */
const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface ConfigurationPlaces {
  /** Where a pod finds its service account, instead of where Kubernetes mounts it. */
  readonly serviceAccount?: string;
  /** The one file that is read, instead of `KUBECONFIG`, `~/.kube/config` and the service account. */
  readonly kubeconfig?: string;
}

/** The cluster of the current context or, without one, of the pod; undefined outside of both. A named file is alone. */
export async function currentCluster(
  env: StepContext['env'],
  { kubeconfig, serviceAccount = serviceAccountFolder }: ConfigurationPlaces,
): Promise<Cluster | undefined> {
  const cluster =
    kubeconfig === undefined
      ? ((await readKubeconfig(env)) ?? (await podCluster(env, serviceAccount)))
      : await readOneKubeconfig(kubeconfig);
  if (cluster !== undefined) checkTls(cluster.tls);
  return cluster;
}

async function podCluster(env: StepContext['env'], folder: string): Promise<Cluster | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  if (!host || !port) return undefined;
  const token = await readFile(join(folder, 'token'), 'utf8').catch(() => undefined);
  // A pod may be told to mount no account: then it is as good as outside of the cluster.
  if (token === undefined) return undefined;
  const ca = await readFile(join(folder, 'ca.crt'), 'utf8').catch((cause: unknown) => {
    throw new SluiceError(
      'file',
      `Expected the authority of the cluster beside the token in ${folder} (ca.crt), but it cannot be read.`,
      { cause },
    );
  });
  const mounted = await readFile(join(folder, 'namespace'), 'utf8').catch(() => '');
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: env.POD_NAMESPACE || mounted.trim() || 'default',
    token: checkToken(token, `${folder}/token`),
    tls: { ca },
  };
}

/** Node reads an empty authority as "the usual ones", and passes over what is no PEM: neither may widen the trust. */
function checkTls(tls: TlsOptions): void {
  const given = [tls.ca, tls.cert, tls.key].filter((pem) => pem !== undefined);
  try {
    if (!given.every((pem) => pem.includes('-----BEGIN '))) throw new TypeError('no PEM');
    if (given.length > 0) process.getBuiltinModule('node:tls').createSecureContext(tls);
  } catch {
    // The cause is left out: it may quote what it was given.
    throw new SluiceError(
      'configuration',
      'Expected the certificates and the key of the current Kubernetes context as PEM that belongs together, found something else; write the configuration anew.',
    );
  }
}
