// SPDX-License-Identifier: Apache-2.0
import { SluiceError } from '../error.ts';
import { readList, readObject, readString } from '../evidence/json-reader.ts';

/** One service of a signing config, with the time in which it may be used. */
export interface ConfiguredService {
  readonly url: string;
  readonly majorApiVersion: number;
  readonly operator: string;
  readonly start: Date | undefined;
  readonly end: Date | undefined;
}

/** How many of a kind of service to use. */
export interface Selection {
  readonly selector: 'ANY' | 'ALL' | 'EXACT' | 'UNDEFINED';
  readonly count: number;
}

/** A signing config (protobuf-specs, SigningConfig v0.2), the members that signing needs. */
export interface SigningConfig {
  readonly caUrls: readonly ConfiguredService[];
  readonly rekorTlogUrls: readonly ConfiguredService[];
  readonly rekorTlogConfig: Selection;
  readonly tsaUrls: readonly ConfiguredService[];
  readonly tsaConfig: Selection;
}

const mediaType = 'application/vnd.dev.sigstore.signingconfig.v0.2+json';

/** Reads a signing config; `configuration` where the text is none. */
export function parseSigningConfig(text: string, origin: string): SigningConfig {
  try {
    const config = readObject(JSON.parse(text), 'the signing config');
    const version = readString(config.get('mediaType'), 'mediaType');
    if (version !== mediaType) throw new SluiceError('configuration', `its mediaType is ${version}, not ${mediaType}`);
    return {
      caUrls: readServices(config.get('caUrls')),
      rekorTlogUrls: readServices(config.get('rekorTlogUrls')),
      rekorTlogConfig: readSelection(config.get('rekorTlogConfig')),
      tsaUrls: readServices(config.get('tsaUrls')),
      tsaConfig: readSelection(config.get('tsaConfig')),
    };
  } catch (cause) {
    const reason = cause instanceof SluiceError ? cause.message.replace(/\.$/, '') : 'it is not JSON';
    throw new SluiceError(
      'configuration',
      `Expected a signing config of version 0.2 from ${origin}, found something else: ${reason}.`,
      { cause },
    );
  }
}

function readServices(value: unknown): readonly ConfiguredService[] {
  return readList(value ?? [], 'services', 64).map((item) => {
    const service = readObject(item, 'service');
    const validFor = readObject(service.get('validFor') ?? {}, 'validFor');
    return {
      url: readString(service.get('url'), 'url'),
      majorApiVersion: Number(service.get('majorApiVersion') ?? 0),
      operator: readString(service.get('operator') ?? '', 'operator'),
      start: readTime(validFor.get('start')),
      end: readTime(validFor.get('end')),
    };
  });
}

function readTime(value: unknown): Date | undefined {
  if (value === undefined || value === null) return undefined;
  const time = new Date(readString(value, 'validFor'));
  if (Number.isNaN(time.getTime())) throw new SluiceError('configuration', 'a validFor is not a time');
  return time;
}

function readSelection(value: unknown): Selection {
  const selection = readObject(value ?? {}, 'selection');
  const name = selection.get('selector');
  return {
    selector: name === 'ANY' || name === 'ALL' || name === 'EXACT' ? name : 'UNDEFINED',
    count: Number(selection.get('count') ?? 0),
  };
}
