// SPDX-License-Identifier: Apache-2.0
import { slsaProvenanceV02 } from '../statement/predicate-types.ts';
import { statementV01 } from '../statement/statement.ts';
import { anyObject, array, flag, object, oneOf, type Problems, text, timestamp, uri } from './shape.ts';
import { digestSet, subjects } from './slsa-v1.ts';

const digests = digestSet();

const predicate = object(
  {
    builder: object({ id: uri }, ['id']),
    buildType: text(),
    invocation: object({
      configSource: object({ uri: text(), digest: digests, entryPoint: text(1) }),
      parameters: anyObject,
      environment: anyObject,
    }),
    metadata: object({
      buildInvocationId: text(1),
      buildStartedOn: timestamp,
      buildFinishedOn: timestamp,
      completeness: object({ parameters: flag, environment: flag, materials: flag }),
      reproducible: flag,
    }),
    buildConfig: anyObject,
    materials: array(object({ uri: text(), digest: digests })),
  },
  ['builder', 'buildType'],
);

const statement = object(
  {
    _type: oneOf(statementV01),
    subject: subjects(digests),
    predicateType: oneOf(slsaProvenanceV02),
    predicate,
  },
  ['_type', 'subject', 'predicate'],
);

/** What is wrong with a statement that carries SLSA provenance v0.2; the same statements pass as in ec. Empty: nothing. */
export function checkSlsaV02(value: unknown): Problems {
  return statement(value, '');
}

/** The same for the predicate alone. */
export function checkSlsaV02Predicate(value: unknown): Problems {
  return predicate(value, 'predicate');
}
