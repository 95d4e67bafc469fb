// SPDX-License-Identifier: Apache-2.0
import type { StepContext } from '../context.ts';

/** The resources of a cluster that the gate reads. */
export type ResourceKind = 'EnterpriseContractPolicy' | 'Snapshot';

/** Reads the resource that `NAME` or `NAMESPACE/NAME` means in the current cluster: its JSON text. */
export type ReadResource = (kind: ResourceKind, name: string) => Promise<string>;

/**
 * Reads from the cluster that `kubectl` would ask: the current context of `KUBECONFIG` or `~/.kube/config`, or the
 * service account of the pod; with `kubeconfig` (`--kubeconfig`) that of this one file and nothing else. Nothing is
 * read, nor loaded, before the first name is asked for.
 */
export function clusterReader(ctx: StepContext, kubeconfig?: string): ReadResource {
  return async (kind, name) => {
    const { readFromCluster } = await import('./resource.ts');
    return readFromCluster(ctx, kind, name, kubeconfig === undefined ? {} : { kubeconfig });
  };
}
