// SPDX-License-Identifier: Apache-2.0
import { type JsonObject, objectAt } from '../http/json-body.ts';
import { canonicalJson } from './canonical-json.ts';
import { badEntry } from './envelope.ts';
import { checkDsse } from './kinds/dsse.ts';
import type { CheckEntry } from './kinds/entry-kind.ts';
import { checkHashedRekord } from './kinds/hashedrekord.ts';
import { checkIntoto } from './kinds/intoto.ts';

/** An entry ready to be logged. */
export interface AcceptedEntry {
  /** Canonical JSON: the leaf of the tree. */
  readonly body: Buffer;
  readonly indexKeys: readonly string[];
  readonly attestation?: Buffer;
}

const kinds: Readonly<Record<string, CheckEntry>> = {
  'hashedrekord 0.0.1': checkHashedRekord,
  'dsse 0.0.1': checkDsse,
  'intoto 0.0.2': checkIntoto,
};

/** Checks a proposed entry of any kind this log takes. */
export function acceptProposal(proposal: JsonObject): AcceptedEntry {
  const { kind, apiVersion } = proposal;
  const check = kinds[`${kind} ${apiVersion}`];
  if (check === undefined) {
    throw badEntry(
      `kind ${kind} ${apiVersion} is not supported here, expected one of ${Object.keys(kinds).join(', ')}`,
    );
  }
  const { spec, ...rest } = check(objectAt(proposal, 'spec'));
  return { body: Buffer.from(canonicalJson({ apiVersion, kind, spec })), ...rest };
}
