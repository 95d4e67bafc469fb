// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { formatReference, type Manifest, OciError, parseReference, type Reference, type Repository } from '@sluice/oci';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { ReadResource } from '../kubernetes/cluster-reader.ts';
import { mapBounded } from '../map-bounded.ts';
import {
  compareText,
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  parseExactJson,
} from '../policy/exact-json.ts';
import type { ComponentSource } from '../report/report.ts';

/** One image of an application, as a snapshot names it. */
export interface Component {
  readonly name: string;
  readonly containerImage: string;
  readonly source: ComponentSource;
}

/** The images that are validated together (konflux-ci/application-api, SnapshotSpec). */
export interface Snapshot {
  readonly application: string;
  readonly displayName?: string;
  readonly displayDescription?: string;
  readonly components: readonly Component[];
}

/** The name that ec gives a component that came as `--image`. */
const unnamed = 'Unnamed';

export interface SnapshotInput {
  /** `--image`: one reference. */
  readonly image?: string;
  /** `--images`: a file, or its text. */
  readonly images?: string;
  /** `--file-path`, which ec had before `--images`: a file. */
  readonly filePath?: string;
  /** `--json-input`, which ec had before `--images`: text. */
  readonly json?: string;
  /** `--snapshot`: the text of a snapshot, or the name of one in the current Kubernetes cluster. */
  readonly snapshot?: string;
}

/**
 * The components to validate, from all that is given together; an image given twice is one component, with the first
 * name that says something. Without any component there is nothing to pass: `usage`.
 */
export async function readSnapshot(input: SnapshotInput, readResource?: ReadResource): Promise<Snapshot> {
  const { image, images, filePath, json, snapshot } = input;
  const parts = [
    images ? await readImages(images) : undefined,
    filePath ? await readSnapshotFile(filePath) : undefined,
    json ? await parseSnapshot(json, '--json-input') : undefined,
    image ? { application: '', components: [{ name: unnamed, containerImage: image, source: {} }] } : undefined,
    snapshot ? await readNamedSnapshot(snapshot, readResource) : undefined,
  ].filter((part): part is Snapshot => part !== undefined);
  if (parts.length === 0) {
    throw new SluiceError('usage', 'No image is given; name one with --image, or several with --images.');
  }
  const components = mergeComponents(parts.flatMap((part) => part.components));
  if (components.length === 0) {
    throw new SluiceError(
      'usage',
      'The images name no component, and a gate that checks nothing must not pass; list one.',
    );
  }
  const first = (name: 'application' | 'displayName' | 'displayDescription') =>
    parts.map((part) => part[name]).find((text) => text);
  return {
    application: first('application') ?? '',
    ...optional('displayName', first('displayName')),
    ...optional('displayDescription', first('displayDescription')),
    components,
  };
}

async function readSnapshotFile(file: string): Promise<Snapshot> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SluiceError('file', `The images file "${file}" cannot be read; name a file that exists.`, { cause });
  });
  return parseSnapshot(text, file);
}

async function readNamedSnapshot(text: string, readResource: ReadResource | undefined): Promise<Snapshot> {
  if (/[{:\n]/.test(text)) return parseSnapshot(text, '--snapshot');
  if (readResource) return parseSnapshot(await readResource('Snapshot', text), text);
  throw new SluiceError(
    'usage',
    `The snapshot "${text}" would be one of a Kubernetes cluster, which is not read here; give its text, or --images.`,
  );
}

function mergeComponents(components: readonly Component[]): readonly Component[] {
  const merged = new Map<string, Component>();
  for (const component of components) {
    const known = merged.get(component.containerImage);
    if (known === undefined) merged.set(component.containerImage, component);
    else if (known.name === '' || known.name === unnamed) {
      merged.set(component.containerImage, { ...known, name: component.name });
    }
  }
  return [...merged.values()];
}

async function readImages(images: string): Promise<Snapshot> {
  if (/^\s*\{/.test(images) || images.includes('\n')) return parseSnapshot(images, '--images');
  try {
    return parseSnapshot(await readFile(images, 'utf8'), images);
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    if (images.includes(':') && !/\.(ya?ml|json)$/.test(images)) return parseSnapshot(images, '--images');
    throw new SluiceError('file', `The images file "${images}" cannot be read; name a file that exists.`, { cause });
  }
}

/** Reads a snapshot from JSON or YAML text: the spec itself, or a resource that holds it under `spec`. */
export async function parseSnapshot(text: string, name: string): Promise<Snapshot> {
  const value = await readDocument(text, name);
  if (!isJsonObject(value)) throw wrong(name, 'an object with components', value);
  const spec = isJsonObject(value['spec']) ? value['spec'] : value;
  const { components = [] } = spec;
  if (!isJsonArray(components)) throw wrong(`${name}: components`, 'a list', components);
  return {
    application: textOf(spec, 'application', name) ?? '',
    ...optional('displayName', textOf(spec, 'displayName', name)),
    ...optional('displayDescription', textOf(spec, 'displayDescription', name)),
    components: components.map((component, i) => readComponent(component, `${name}: components[${i}]`)),
  };
}

async function readDocument(text: string, name: string): Promise<Json> {
  if (/^\s*\{/.test(text)) {
    try {
      return parseExactJson(text);
    } catch {
      // A YAML flow mapping starts with a brace too.
    }
  }
  const { parseYaml11 } = await import('../policy/yaml11.ts');
  return parseYaml11(text, name) ?? {};
}

function readComponent(value: Json, path: string): Component {
  if (!isJsonObject(value)) throw wrong(path, 'an object', value);
  const containerImage = textOf(value, 'containerImage', path);
  if (!containerImage) throw wrong(`${path}.containerImage`, 'an image reference', undefined);
  return { name: textOf(value, 'name', path) ?? '', containerImage, source: readSource(value['source'], path) };
}

function readSource(source: Json | undefined, path: string): ComponentSource {
  if (source === undefined || source === null) return {};
  if (!isJsonObject(source)) throw wrong(`${path}.source`, 'an object', source);
  const { git } = source;
  if (git === undefined || git === null) return {};
  const at = `${path}.source.git`;
  if (!isJsonObject(git)) throw wrong(at, 'an object', git);
  return {
    git: {
      url: textOf(git, 'url', at) ?? '',
      ...optional('revision', textOf(git, 'revision', at)),
      ...optional('context', textOf(git, 'context', at)),
      ...optional('devfileUrl', textOf(git, 'devfileUrl', at)),
      ...optional('dockerfileUrl', textOf(git, 'dockerfileUrl', at)),
    },
  };
}

function textOf(object: JsonObject, member: string, path: string): string | undefined {
  const value = object[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrong(`${path}.${member}`, 'text', value);
  return value;
}

function optional<Name extends string>(name: Name, value: string | undefined): { readonly [key in Name]?: string } {
  // A computed key loses its name in TypeScript; the object has just this one member.
  return (value === undefined ? {} : { [name]: value }) as { readonly [key in Name]?: string };
}

function wrong(path: string, expected: string, found: Json | undefined): SluiceError {
  const was = found === undefined ? 'is missing' : `is ${JSON.stringify(found).slice(0, 60)}`;
  return new SluiceError('configuration', `${path} should be ${expected}, but ${was}.`);
}

/** Opens the repository that a reference names, in the session of the run. */
export type OpenRepository = (reference: Reference) => Repository;

/** A component whose reference was looked up: the only look-up of it in a run. */
export interface ResolvedComponent {
  readonly component: Component;
  readonly image:
    | { readonly kind: 'found'; readonly repository: Repository; readonly manifest: Manifest }
    | { readonly kind: 'inaccessible'; readonly error: Error };
}

/**
 * Looks up every component once, and adds the images of each image index as components of their own, named as ec does:
 * `name-sha256:…-architecture`. The result is sorted by image. An image that is not accessible stays, with its error.
 */
export async function resolveComponents(
  ctx: StepContext,
  components: readonly Component[],
  open: OpenRepository,
): Promise<readonly ResolvedComponent[]> {
  const resolved = await mapBounded(components, 5, (component) => resolveOne(ctx, component, open));
  return resolved.flat().sort((a, b) => compareText(a.component.containerImage, b.component.containerImage));
}

async function resolveOne(
  ctx: StepContext,
  component: Component,
  open: OpenRepository,
): Promise<readonly ResolvedComponent[]> {
  const reference = parseReference(component.containerImage);
  const repository = open(reference);
  try {
    const manifest = await repository.getManifest(reference.digest ?? reference.tag ?? 'latest');
    const self: ResolvedComponent = { component, image: { kind: 'found', repository, manifest } };
    return [self, ...(await childComponents(component, reference, repository, manifest))];
  } catch (error) {
    if (!(error instanceof OciError) || ctx.signal?.aborted) throw error;
    return [{ component, image: { kind: 'inaccessible', error } }];
  }
}

async function childComponents(
  component: Component,
  reference: Reference,
  repository: Repository,
  manifest: Manifest,
): Promise<readonly ResolvedComponent[]> {
  if (manifest.kind !== 'index') return [];
  return mapBounded([...manifest.content.manifests.entries()], 5, async ([i, child]): Promise<ResolvedComponent> => {
    const architecture = child.platform?.architecture || `noarch-${i}`;
    const { registry, repository: path } = reference;
    const part: Component = {
      ...component,
      name: `${component.name}-${child.digest}-${architecture}`,
      containerImage: formatReference({ registry, repository: path, digest: child.digest }),
    };
    try {
      return {
        component: part,
        image: { kind: 'found', repository, manifest: await repository.getManifest(child.digest) },
      };
    } catch (error) {
      if (!(error instanceof OciError)) throw error;
      return { component: part, image: { kind: 'inaccessible', error } };
    }
  });
}
