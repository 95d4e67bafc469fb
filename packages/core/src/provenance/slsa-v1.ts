// SPDX-License-Identifier: Apache-2.0
import { slsaProvenanceV1 } from '../statement/predicate-types.ts';
import { statementV1, statementV01 } from '../statement/statement.ts';
import {
  anyObject,
  array,
  matching,
  object,
  oneOf,
  type Problems,
  record,
  type Shape,
  text,
  timestamp,
  uri,
} from './shape.ts';

/** SLSA provenance v1 (slsa.dev/spec/v1.0/provenance), the members that we write. */
export interface SlsaProvenanceV1 {
  readonly buildDefinition: {
    readonly buildType: string;
    readonly externalParameters: Readonly<Record<string, unknown>>;
    readonly internalParameters?: Readonly<Record<string, unknown>>;
    readonly resolvedDependencies?: readonly ResourceDescriptor[];
  };
  readonly runDetails: {
    readonly builder: { readonly id: string; readonly version?: Readonly<Record<string, string>> };
    readonly metadata?: { readonly invocationId?: string; readonly startedOn?: string; readonly finishedOn?: string };
    readonly byproducts?: readonly ResourceDescriptor[];
  };
}

export interface ResourceDescriptor {
  readonly uri?: string;
  readonly name?: string;
  readonly digest?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

const digestAlgorithms = [
  'sha256 sha224 sha384 sha512 sha512_224 sha512_256 sha3_224 sha3_256 sha3_384 sha3_512 shake128 shake256',
  'blake2b blake2s ripemd160 sm3 gost sha1 md5',
]
  .join(' ')
  .split(' ');

/** A digest set; v1 also knows `gitCommit`. */
export function digestSet(...more: readonly string[]): Shape {
  return record(new Set([...digestAlgorithms, ...more]), matching(/^[a-f0-9]+$/, 'lower-case hexadecimal digits'));
}

export function subjects(digests: Shape): Shape {
  return array(object({ name: text(1), digest: digests }, ['name', 'digest']), 1);
}

const resource = object({
  uri: text(),
  digest: digestSet('gitCommit'),
  name: text(),
  downloadLocation: text(),
  mediaType: text(),
  content: text(),
  annotations: anyObject,
});

const predicate = object(
  {
    buildDefinition: object(
      {
        buildType: text(1),
        externalParameters: anyObject,
        internalParameters: anyObject,
        resolvedDependencies: array(resource),
      },
      ['buildType', 'externalParameters'],
    ),
    runDetails: object(
      {
        builder: object({ id: uri, builderDependencies: array(resource), version: anyObject }, ['id']),
        metadata: object({ invocationId: text(1), startedOn: timestamp, finishedOn: timestamp }),
        byproducts: array(resource),
      },
      ['builder'],
    ),
  },
  ['buildDefinition', 'runDetails'],
);

// Tekton Chains puts a v1 predicate in a v0.1 statement (tektoncd/chains issue 920); ec accepts it and so do we.
const statement = object(
  {
    _type: oneOf(statementV1, statementV01),
    subject: subjects(digestSet('gitCommit')),
    predicateType: oneOf(slsaProvenanceV1),
    predicate,
  },
  ['_type', 'subject', 'predicate'],
);

/** What is wrong with a statement that carries SLSA provenance v1; the same statements pass as in ec. Empty: nothing. */
export function checkSlsaV1(value: unknown): Problems {
  return statement(value, '');
}

/** The same for the predicate alone. */
export function checkSlsaV1Predicate(value: unknown): Problems {
  return predicate(value, 'predicate');
}
