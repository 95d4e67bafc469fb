// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { SluiceError } from '../error.ts';
import type { ReadResource } from '../kubernetes/cluster-reader.ts';
import { checkIdentityPolicy, type IdentityPolicy } from '../verification/identity.ts';
import { isJsonArray, isJsonObject, type Json, type JsonObject, parseExactJson } from './exact-json.ts';
import type { PolicySpec } from './spec.ts';

/** How policies that are neither files nor text are fetched (git, HTTPS): the text of the policy behind a URL. */
export type FetchPolicy = (url: string) => Promise<string>;

/**
 * Loads the policy that `--policy` names: a `.yaml`, `.yml` or `.json` file, inline JSON or YAML, or what `fetchPolicy`
 * can fetch, or the name of an EnterpriseContractPolicy that `readResource` reads from the current Kubernetes cluster.
 * Everything that is not a policy is refused.
 */
export async function loadPolicy(
  reference: string,
  fetchPolicy?: FetchPolicy,
  readResource?: ReadResource,
): Promise<PolicySpec> {
  if (reference.trim() === '') throw new SluiceError('usage', 'The policy is empty; name a file with --policy.');
  if (reference.startsWith('{')) return parsePolicy(reference, '--policy');
  if (isRemote(reference)) return parsePolicy(await fetchRemote(reference, fetchPolicy), reference);
  if (/\.(ya?ml|json)$/.test(reference)) return parsePolicy(await readPolicyFile(reference), reference);
  if (/[:\n]/.test(reference)) return parsePolicy(reference, '--policy');
  if (readResource) return parsePolicy(await readResource('EnterpriseContractPolicy', reference), reference);
  throw new SluiceError(
    'usage',
    `The policy "${reference}" is neither a .yaml or .json file nor inline text; policies in a Kubernetes cluster are not read here.`,
  );
}

function isRemote(reference: string): boolean {
  return /^(https?:\/\/|git::|git@|oci::|(github|gitlab)\.com\/)/.test(reference);
}

function fetchRemote(reference: string, fetchPolicy: FetchPolicy | undefined): Promise<string> {
  if (fetchPolicy) return fetchPolicy(reference);
  throw new SluiceError('usage', `The policy "${reference}" cannot be fetched here; give a file or inline text.`);
}

async function readPolicyFile(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SluiceError('file', `The policy "${file}" cannot be read; name a file that exists.`, { cause });
  });
  if (text.trim() === '') throw new SluiceError('configuration', `The policy "${file}" is empty.`);
  return text;
}

/**
 * Reads a policy: the spec itself, or a whole EnterpriseContractPolicy resource (with `apiVersion`), of which the `spec`
 * counts. Every key is checked: an unknown one, or a value of another type, is a `configuration` error that names line,
 * place and key, because a misspelt `exclude` must not become no policy at all.
 */
export async function parsePolicy(text: string, name: string): Promise<PolicySpec> {
  const value = await readDocument(text, name);
  try {
    return readPolicy(value);
  } catch (complaint) {
    if (!(complaint instanceof Complaint)) throw complaint;
    const { lineOf } = await import('./yaml-lines.ts');
    const line = lineOf(text, complaint.path);
    throw new SluiceError('configuration', `${name}${line === undefined ? '' : `:${line}`}: ${complaint.what}`);
  }
}

function readPolicy(value: Json): PolicySpec {
  const complain: Complain = (path, what) => {
    throw new Complaint(path, what);
  };
  if (!isJsonObject(value))
    return complain([], 'a policy should be an object with members such as identity or sources.');
  if (value['apiVersion'] !== undefined) return readResource(value, complain);
  return readSpec(value, [], complain);
}

type Path = readonly (string | number)[];
/** Stops the reading with a complaint about one place; the line is looked up afterwards. */
type Complain = (path: Path, what: string) => never;

class Complaint {
  readonly path: Path;
  readonly what: string;

  constructor(path: Path, what: string) {
    this.path = path;
    this.what = what;
  }
}

/** JSON is parsed as such: the YAML parser takes longer to load than a verification takes. */
async function readDocument(text: string, name: string): Promise<Json> {
  if (/^\s*\{/.test(text)) {
    try {
      return parseExactJson(text);
    } catch {
      // A YAML flow mapping starts with a brace too.
    }
  }
  const { parseYaml11 } = await import('./yaml11.ts');
  return parseYaml11(text, name);
}

function readResource(resource: JsonObject, complain: Complain): PolicySpec {
  checkKeys(resource, ['apiVersion', 'kind', 'metadata', 'spec', 'status'], [], complain);
  const { spec } = resource;
  if (!isJsonObject(spec)) return complain(['spec'], 'the resource should have a spec that is an object.');
  return readSpec(spec, ['spec'], complain);
}

/** The shape of a member: a scalar, a list, any JSON object, or an object of known members. */
type Shape = 'string' | 'any-object' | { readonly list: Shape } | ObjectShape;

interface ObjectShape {
  readonly members: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

const strings: Shape = { list: 'string' };
const criteria: Shape = { members: { include: strings, exclude: strings } };
const volatileCriterion: Shape = {
  members: {
    value: 'string',
    effectiveOn: 'string',
    effectiveUntil: 'string',
    imageRef: 'string',
    imageDigest: 'string',
    imageUrl: 'string',
    componentNames: strings,
    reference: 'string',
  },
  required: ['value'],
};
const sourceGroup: Shape = {
  members: {
    name: 'string',
    policy: strings,
    data: strings,
    ruleData: 'any-object',
    config: criteria,
    volatileConfig: { members: { include: { list: volatileCriterion }, exclude: { list: volatileCriterion } } },
  },
};

/** conforma/crds, api/v1alpha1, policy_spec.json; `identity.extensions` is ours. */
const policySpec: Shape = {
  members: {
    name: 'string',
    description: 'string',
    sources: { list: sourceGroup },
    configuration: { members: { include: strings, exclude: strings, collections: strings } },
    rekorUrl: 'string',
    publicKey: 'string',
    identity: {
      members: {
        subject: 'string',
        subjectRegExp: 'string',
        issuer: 'string',
        issuerRegExp: 'string',
        extensions: 'any-object',
      },
    },
  },
};

function readSpec(value: JsonObject, path: Path, complain: Complain): PolicySpec {
  const spec = normaliseIdentity(value);
  check(spec, policySpec, path, complain);
  const { extensions } = isJsonObject(spec['identity']) ? spec['identity'] : {};
  if (isJsonObject(extensions)) {
    for (const [name, text] of Object.entries(extensions)) {
      if (typeof text !== 'string') complain([...path, 'identity', 'extensions', name], `${name} should be a string.`);
    }
  }
  // Every member was checked against the shape above, which mirrors PolicySpec.
  return spec as unknown as PolicySpec;
}

/** cosign spells `regexp`, the policy `RegExp`; Go's decoder reads either. */
function normaliseIdentity(spec: JsonObject): JsonObject {
  const { identity } = spec;
  if (!isJsonObject(identity)) return spec;
  const spelt = Object.entries(identity).map(([key, value]) => [key.replace(/Reg[eE]xp?$/, 'RegExp'), value] as const);
  // Two spellings of one member would leave one of them unread: then both stand, and the unknown one is named.
  if (new Set(spelt.map(([key]) => key)).size < spelt.length) return spec;
  return { ...spec, identity: Object.fromEntries(spelt) };
}

function check(value: Json | undefined, shape: Shape, path: Path, complain: Complain): void {
  if (shape === 'string') {
    if (typeof value !== 'string') complain(path, `${show(path)} should be a string.`);
  } else if (shape === 'any-object') {
    if (!isJsonObject(value)) complain(path, `${show(path)} should be an object.`);
  } else if ('list' in shape) {
    if (!isJsonArray(value)) complain(path, `${show(path)} should be a list.`);
    else for (const [i, item] of value.entries()) check(item, shape.list, [...path, i], complain);
  } else {
    checkMembers(value, shape, path, complain);
  }
}

function checkMembers(value: Json | undefined, shape: ObjectShape, path: Path, complain: Complain): void {
  if (!isJsonObject(value)) {
    complain(path, `${show(path)} should be an object.`);
    return;
  }
  checkKeys(value, Object.keys(shape.members), path, complain);
  for (const name of shape.required ?? []) {
    if (value[name] === undefined) complain(path, `${show(path)} should have the key "${name}".`);
  }
  for (const [name, member] of Object.entries(shape.members)) {
    if (value[name] !== undefined) check(value[name], member, [...path, name], complain);
  }
}

function checkKeys(value: JsonObject, known: readonly string[], path: Path, complain: Complain): void {
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    complain([...path, name], `${show(path)} has the unknown key "${name}"; known are ${known.join(', ')}.`);
  }
}

function show(path: Path): string {
  if (path.length === 0) return 'the policy';
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);
}

/** Who must have signed, by key or by identity. */
export type ExpectedSigner =
  | { readonly kind: 'key'; readonly reference: string }
  | { readonly kind: 'identity'; readonly policy: IdentityPolicy };

/**
 * Joins policy and command line as ec does: a key on the command line beats the policy's; an identity on the command
 * line without a key puts the policy's key aside; a run without a key needs issuer and subject (`configuration`).
 */
export function expectedSigner(
  spec: PolicySpec,
  options: { readonly publicKey?: string; readonly identity?: IdentityPolicy } = {},
): ExpectedSigner {
  const identity = hasMembers(options.identity) ? options.identity : undefined;
  const reference = options.publicKey || (identity ? '' : spec.publicKey);
  if (reference) return { kind: 'key', reference };
  return { kind: 'identity', policy: checkIdentityPolicy(identity ?? spec.identity ?? {}) };
}

function hasMembers(identity: IdentityPolicy | undefined): identity is IdentityPolicy {
  return Object.values(identity ?? {}).some((value) => value !== undefined && value !== '');
}
