// SPDX-License-Identifier: Apache-2.0
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { createHttpClient, type HttpAnswer, type HttpClientOptions } from '../http/http-client.ts';
import { isJsonObject, type Json, parseExactJson } from '../policy/exact-json.ts';
import type { Cluster } from './cluster.ts';
import type { ResourceKind } from './cluster-reader.ts';
import { type ConfigurationPlaces, currentCluster } from './current-cluster.ts';

/** Both kinds are of one API group (conforma/crds, konflux-ci/application-api). */
const apiVersion = 'appstudio.redhat.com/v1alpha1';
const plurals: Readonly<Record<ResourceKind, string>> = {
  EnterpriseContractPolicy: 'enterprisecontractpolicies',
  Snapshot: 'snapshots',
};
const service = 'The Kubernetes cluster';

export interface ClusterOptions extends ConfigurationPlaces, Pick<HttpClientOptions, 'retry'> {}

/**
 * Reads one resource of the current cluster: the JSON text, whose kind and name are what was asked for. Throws
 * `usage` for what is no name or where no cluster is configured, `configuration` for a configuration that cannot be
 * used, `unreachable` for a resource that cannot be had.
 */
export async function readFromCluster(
  ctx: StepContext,
  kind: ResourceKind,
  reference: string,
  options: ClusterOptions = {},
): Promise<string> {
  const { namespace, name } = parseName(kind, reference);
  const cluster = await currentCluster(ctx.env, options);
  if (cluster === undefined) {
    throw new SluiceError(
      'usage',
      `The ${words(kind)} "${reference}" is neither a file nor inline text, and as the name of a resource (${kind}) it needs a Kubernetes cluster, but none is configured; name a .yaml or .json file, or set KUBECONFIG.`,
    );
  }
  const place: Place = { kind, namespace: namespace ?? cluster.namespace, name };
  const answer = await get(ctx, cluster, place, options);
  return checked(answer, place);
}

interface Place {
  readonly kind: ResourceKind;
  readonly namespace: string;
  readonly name: string;
}

/** RFC 1123, as Kubernetes asks of names; nothing else gets into the path of the request. */
function isName(text: string): boolean {
  return text.length <= 253 && text.split('.').every((part) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(part));
}

function parseName(kind: ResourceKind, reference: string): { readonly namespace?: string; readonly name: string } {
  const parts = reference.split('/');
  const [name, namespace] = parts.toReversed();
  if (name === undefined || parts.length > 2 || !parts.every(isName)) {
    throw new SluiceError(
      'usage',
      `The ${words(kind)} "${reference}" is neither a file, nor inline text, nor the NAME or NAMESPACE/NAME of a resource (${kind}) in a Kubernetes cluster; give one of these.`,
    );
  }
  return namespace === undefined ? { name } : { namespace, name };
}

async function get(ctx: StepContext, cluster: Cluster, place: Place, options: ClusterOptions): Promise<HttpAnswer> {
  const { retry } = options;
  const client = createHttpClient(ctx, { tls: cluster.tls, ...(retry === undefined ? {} : { retry }) });
  const url = `${cluster.server}/apis/${apiVersion}/namespaces/${place.namespace}/${plurals[place.kind]}/${place.name}`;
  const headers = {
    accept: 'application/json',
    ...(cluster.token === undefined ? {} : { authorization: `Bearer ${cluster.token}` }),
  };
  try {
    return await client.request(service, url, { headers });
  } finally {
    client.close();
  }
}

function checked({ status, body }: HttpAnswer, place: Place): string {
  const { kind, namespace, name } = place;
  const what = `the ${kind} ${namespace}/${name}`;
  if (status !== 200) throw new SluiceError('unreachable', `${service} ${refusal(status, what, place)}`);
  const text = body.toString('utf8');
  const resource = parsed(text);
  const { metadata } = isJsonObject(resource) ? resource : {};
  const found = isJsonObject(metadata) && metadata['name'] === name && metadata['namespace'] === namespace;
  if (!isJsonObject(resource) || resource['apiVersion'] !== apiVersion || resource['kind'] !== kind || !found) {
    throw new SluiceError(
      'unreachable',
      `${service} was asked for ${what} of ${apiVersion}, but answered something else; check that the server of the current context is a Kubernetes API.`,
    );
  }
  return text;
}

function refusal(status: number, what: string, { kind, namespace }: Place): string {
  if (status === 401) return `does not accept who asks for ${what} (401); sign in again, or renew the token.`;
  if (status === 403) {
    return `does not let this user read ${what} (403); allow "get" on ${plurals[kind]} in the namespace ${namespace}.`;
  }
  if (status === 404) return `has not got ${what} (404); check name, namespace and the current context.`;
  return `answered ${status} instead of ${what}; try again, or check the server of the current context.`;
}

function parsed(text: string): Json | undefined {
  try {
    return parseExactJson(text);
  } catch {
    return undefined;
  }
}

function words(kind: ResourceKind): string {
  return kind === 'Snapshot' ? 'snapshot' : 'policy';
}
