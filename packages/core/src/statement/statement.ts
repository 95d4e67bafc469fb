// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';

export const statementV1 = 'https://in-toto.io/Statement/v1';
export const statementV01 = 'https://in-toto.io/Statement/v0.1';

/** An artifact that a statement is about (in-toto attestation framework, ResourceDescriptor). */
export interface Subject {
  readonly name?: string;
  readonly uri?: string;
  readonly digest: Readonly<Record<string, string>>;
  readonly annotations?: unknown;
}

/** An in-toto statement, v0.1 or v1: a predicate that someone asserts about subjects. */
export interface Statement {
  readonly _type: typeof statementV1 | typeof statementV01;
  readonly subject: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: unknown;
}

/**
 * Reads a statement from the payload of an envelope. Members we do not know are kept in `predicate` and dropped elsewhere.
 *
 * @throws SluiceError `unproved` when the bytes are not a statement: the sentence says which member is wrong.
 */
export function parseStatement(payload: Uint8Array): Statement {
  const value = parseObject(payload);
  const type = value['_type'];
  if (type !== statementV1 && type !== statementV01) {
    throw malformed(`_type ${statementV1} or ${statementV01}`, type);
  }
  const predicateType = value['predicateType'];
  if (typeof predicateType !== 'string' || predicateType === '') throw malformed('a predicateType', predicateType);
  const subject = value['subject'];
  if (!Array.isArray(subject) || subject.length === 0) throw malformed('at least one subject', subject);
  return { _type: type, predicateType, subject: subject.map(parseSubject), predicate: value['predicate'] };
}

/** The statement as JSON bytes: what is signed. Members stand in the order of the specification. */
export function serializeStatement(statement: Statement): Buffer {
  const { _type, subject, predicateType, predicate } = statement;
  return Buffer.from(JSON.stringify({ _type, subject, predicateType, predicate }));
}

/** A v1 statement about one image digest, `sha256:…`. */
export function imageStatement(digest: string, predicateType: string, predicate: unknown, name?: string): Statement {
  const [algorithm = '', hex = ''] = digest.split(':', 2);
  const subject = { ...(name === undefined ? {} : { name }), digest: { [algorithm]: hex } };
  return { _type: statementV1, subject: [subject], predicateType, predicate };
}

/** True when one of the statement's subjects has this digest. */
export function isAbout(statement: Statement, digest: string): boolean {
  const [algorithm = '', hex = ''] = digest.split(':', 2);
  return statement.subject.some(
    (subject) => Object.hasOwn(subject.digest, algorithm) && subject.digest[algorithm] === hex,
  );
}

function parseObject(payload: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch (cause) {
    throw new SluiceError('unproved', 'Expected an in-toto statement as JSON, found something that is not JSON.', {
      cause,
    });
  }
  if (!isObject(value)) throw malformed('an object', value);
  return value;
}

function parseSubject(value: unknown): Subject {
  if (!isObject(value)) throw malformed('subjects that are objects', value);
  const { name, uri, digest, annotations } = value;
  if (!isObject(digest)) throw malformed('a digest in each subject', digest);
  const digests = Object.entries(digest).map(([algorithm, hex]) => {
    if (typeof hex !== 'string') throw malformed(`text as the ${algorithm} digest of a subject`, hex);
    return [algorithm, hex] as const;
  });
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof uri === 'string' ? { uri } : {}),
    digest: Object.fromEntries(digests),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function malformed(expected: string, found: unknown): SluiceError {
  const shown = found === undefined ? 'nothing' : (JSON.stringify(found)?.slice(0, 80) ?? typeof found);
  return new SluiceError('unproved', `Expected an in-toto statement with ${expected}, found ${shown}.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
