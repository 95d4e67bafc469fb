// SPDX-License-Identifier: Apache-2.0
import { fromJson, objectOf, type RegoObject, readValues, type Value } from '@sluice/rego';
import type { Component, Snapshot } from '../components/snapshot.ts';
import { ecPolicy, ecSignature, ecSource } from '../report/ec-shape.ts';
import type { SignatureReport } from '../report/report.ts';
import { goJson, type Json, parseExactJson } from './exact-json.ts';
import { goFloat } from './go-float.ts';
import type { PolicySpec } from './spec.ts';
import type { PolicyTarget } from './target.ts';

/** What policies see of an image, in ec's shape and order. Everything in it was verified, or read from the image by digest. */
export interface InputParts {
  readonly target: PolicyTarget;
  readonly policy: PolicySpec;
  readonly files: { readonly [path: string]: Json };
}

/** The document as JSON text. */
export function inputDocument({ target, policy, files }: InputParts): string {
  return goJson({
    attestations: target.attestations.map(({ statement, signatures }) => ({
      statement: parseExactJson(statement),
      ...signed(signatures),
    })),
    image: imageOf(target, files),
    snapshot: ecSnapshot(target.snapshot),
    ...named(target),
    policy_spec: ecPolicy(policy),
  });
}

/**
 * The same as the engine takes it. A statement is read once, and what all images of a run have in common is shared: a
 * snapshot of a thousand components would otherwise be read a thousand times.
 */
export function inputOfImage({ target, policy, files }: InputParts): RegoObject {
  const attestations = target.attestations.map(({ statement, signatures }) =>
    objectOf([['statement', inputValue(statement)], ...entriesOf(signed(signatures))]),
  );
  return objectOf([
    ['attestations', attestations],
    ['image', ofPlain(imageOf(target, files))],
    ['snapshot', shared(target.snapshot, ecSnapshot)],
    ...entriesOf(named(target)),
    ['policy_spec', shared(policy, ecPolicy)],
  ]);
}

const sharedValues = new WeakMap<object, Value>();

function shared<Of extends object>(of: Of, shape: (of: Of) => unknown): Value {
  const known = sharedValues.get(of) ?? ofPlain(shape(of));
  sharedValues.set(of, known);
  return known;
}

function ofPlain(plain: unknown): Value {
  return inputValue(JSON.stringify(plain));
}

function entriesOf(members: object): [string, Value][] {
  return Object.entries(members).map(([name, member]) => [name, ofPlain(member)]);
}

function signed(signatures: readonly SignatureReport[]): object {
  return signatures.length > 0 ? { signatures: signatures.map(ecSignature) } : {};
}

function named({ component }: PolicyTarget): object {
  return component.name === '' ? {} : { component_name: component.name };
}

function imageOf({ ref, signatures, config, parent, component }: PolicyTarget, files: InputParts['files']): unknown {
  return {
    ref,
    ...signed(signatures),
    ...(config === undefined ? {} : { config }),
    ...(parent === undefined ? {} : { parent: parent.config === undefined ? { ref: parent.ref } : parent }),
    ...(Object.keys(files).length > 0 ? { files } : {}),
    source: ecSource(component.source),
  };
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

/** JSON text as policies see it: its numbers pass through 64-bit floats, as Go decodes them. */
function inputValue(text: string): Value {
  return readValues(text, throughFloat);
}

function throughFloat(text: string): Value {
  const number = Number(text);
  if (Number.isSafeInteger(number) && !Object.is(number, -0)) return number;
  return fromJson(Number.isFinite(number) ? goFloat(number) : text);
}
