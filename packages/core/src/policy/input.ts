// SPDX-License-Identifier: Apache-2.0
import type { Component, Snapshot } from '../components/snapshot.ts';
import { ecPolicy, ecSignature, ecSource } from '../report/ec-shape.ts';
import {
  ExactNumber,
  exactNumber,
  goJson,
  isJsonArray,
  isJsonObject,
  type Json,
  parseExactJson,
} from './exact-json.ts';
import { goFloat, goShortFloat } from './go-float.ts';
import type { PolicySpec } from './spec.ts';
import type { PolicyTarget } from './target.ts';

/**
 * The document that policies see of an image, JSON text in ec's shape and order. Everything in it was verified, or read
 * from the image by digest.
 */
export function inputDocument(
  target: PolicyTarget,
  policy: PolicySpec,
  files: { readonly [path: string]: Json },
): string {
  const { component, snapshot, attestations, signatures, config, parent, ref } = target;
  const image = {
    ref,
    ...(signatures.length > 0 ? { signatures: signatures.map(ecSignature) } : {}),
    ...(config === undefined ? {} : { config }),
    ...(parent === undefined ? {} : { parent: parent.config === undefined ? { ref: parent.ref } : parent }),
    ...(Object.keys(files).length > 0 ? { files } : {}),
    source: ecSource(component.source),
  };
  return goJson({
    attestations: attestations.map(({ statement, signatures: signed }) => ({
      statement: parseExactJson(statement),
      ...(signed.length > 0 ? { signatures: signed.map(ecSignature) } : {}),
    })),
    image,
    snapshot: ecSnapshot(snapshot),
    ...(component.name === '' ? {} : { component_name: component.name }),
    policy_spec: ecPolicy(policy),
  });
}

function ecSnapshot(snapshot: Snapshot): unknown {
  const { application, displayName, displayDescription, components } = snapshot;
  return {
    application,
    ...(displayName ? { displayName } : {}),
    ...(displayDescription ? { displayDescription } : {}),
    ...(components.length > 0 ? { components: components.map(ecComponent) } : {}),
    artifacts: {},
  };
}

function ecComponent(component: Component): unknown {
  return {
    name: component.name,
    containerImage: component.containerImage,
    source: ecSource(component.source),
  };
}

/**
 * The numbers of an input pass through 64-bit floats, as Go decodes them: `12345678901234567890` and `1.0` lose what a
 * float cannot hold. Data and results keep every digit.
 */
export function throughFloats(value: Json): Json {
  return mapNumbers(value, goFloat);
}

/** The same for what ec's own functions answer, which Go prints in its shortest form (`2.097152e+06`). */
export function throughShortFloats(value: Json): Json {
  return mapNumbers(value, goShortFloat);
}

function mapNumbers(value: Json, print: (number: number) => string): Json {
  if (value instanceof ExactNumber || typeof value === 'number') {
    const number = Number(value instanceof ExactNumber ? value.text : value);
    return Number.isFinite(number) ? exactNumber(print(number)) : value;
  }
  if (isJsonArray(value)) return value.map((item) => mapNumbers(item, print));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapNumbers(member, print)]));
}
