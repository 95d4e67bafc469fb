// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { safeUrl } from '../http/http-client.ts';
import { fetchTufTarget, tufSourceFrom } from '../tuf.ts';
import { type ConfiguredService, parseSigningConfig, type Selection, type SigningConfig } from './signing-config.ts';

export interface LogService {
  readonly url: string;
  /** Rekor's API: 1 promises inclusion and states a time, 2 does neither and needs a timestamp authority beside it. */
  readonly version: 1 | 2;
}

/** The Sigstore services that take part in a signature. */
export interface Services {
  readonly fulcioUrl?: string;
  readonly logs: readonly LogService[];
  readonly tsaUrls: readonly string[];
}

/** Where the services are found: addresses, a signing config on disk, or the one that Sigstore distributes by TUF. */
export interface ServiceOptions {
  /** Path of a `signing_config.json` (protobuf-specs, SigningConfig v0.2). */
  readonly signingConfig?: string;
  readonly fulcioUrl?: string;
  readonly rekorUrl?: string;
  /** API of `rekorUrl`, or the one to choose from a signing config that has both. Default: 1, or the config's newest. */
  readonly rekorVersion?: 1 | 2;
  readonly tsaUrls?: readonly string[];
  /** False: no transparency log. */
  readonly tlogUpload?: boolean;
}

const maxConfigBytes = 1024 * 1024;

/**
 * Finds the services for a signature, keyless or by key, and refuses a set that could not be verified later.
 *
 * @throws SluiceError `configuration` for contradictory options or an unusable config, `file`/`unreachable` when it cannot be had.
 */
export async function findServices(ctx: StepContext, options: ServiceOptions, keyless: boolean): Promise<Services> {
  const services = await chooseServices(ctx, options, keyless);
  const { fulcioUrl, logs, tsaUrls } = services;
  for (const url of [...(fulcioUrl === undefined ? [] : [fulcioUrl]), ...logs.map((log) => log.url), ...tsaUrls]) {
    safeUrl('a Sigstore service', url);
  }
  if (keyless) refuseTimeless(services);
  return services;
}

async function chooseServices(ctx: StepContext, options: ServiceOptions, keyless: boolean): Promise<Services> {
  const given = [options.fulcioUrl, options.rekorUrl, options.tsaUrls].some((address) => address !== undefined);
  if (given && options.signingConfig !== undefined) {
    throw new SluiceError(
      'configuration',
      'Expected either a signing config or the addresses of services, found both; leave out --fulcio-url, --rekor-url and --timestamp-server-url.',
    );
  }
  if (given) return fromAddresses(options, keyless);
  if (options.signingConfig !== undefined)
    return fromConfig(ctx, await readConfig(options.signingConfig), options, keyless);
  if (!keyless && options.tlogUpload === false) return { logs: [], tsaUrls: [] };
  return fromConfig(ctx, await fetchConfig(ctx), options, keyless);
}

function fromAddresses(options: ServiceOptions, keyless: boolean): Services {
  if (keyless && options.fulcioUrl === undefined) {
    throw new SluiceError(
      'configuration',
      'Expected --fulcio-url beside the other addresses (a keyless signature needs a certificate), found none; add it or give --signing-config.',
    );
  }
  const upload = options.tlogUpload !== false;
  if (upload && options.rekorUrl === undefined) {
    throw new SluiceError(
      'configuration',
      'Expected --rekor-url beside the other addresses, found none; add it, or give --tlog-upload=false to do without a log.',
    );
  }
  const log = { url: trimmed(options.rekorUrl ?? ''), version: options.rekorVersion ?? 1 };
  return {
    ...(keyless && options.fulcioUrl !== undefined ? { fulcioUrl: trimmed(options.fulcioUrl) } : {}),
    logs: upload ? [log] : [],
    tsaUrls: (options.tsaUrls ?? []).map(trimmed),
  };
}

function fromConfig(ctx: StepContext, config: SigningConfig, options: ServiceOptions, keyless: boolean): Services {
  const now = ctx.now();
  const fulcio = keyless ? pick(config.caUrls, [1], { selector: 'ANY', count: 1 }, now) : [];
  const versions = options.rekorVersion === undefined ? [2, 1] : [options.rekorVersion];
  const logs = options.tlogUpload === false ? [] : pick(config.rekorTlogUrls, versions, config.rekorTlogConfig, now);
  const tsas = pick(config.tsaUrls, [1], config.tsaConfig, now);
  if (keyless && fulcio[0] === undefined) throw noService('certificate authority', 'caUrls');
  if (options.rekorVersion !== undefined && options.tlogUpload !== false && logs.length === 0) {
    throw noService(`Rekor log of version ${options.rekorVersion}`, 'rekorTlogUrls');
  }
  return {
    ...(fulcio[0] === undefined ? {} : { fulcioUrl: trimmed(fulcio[0].url) }),
    logs: logs.map(({ url, majorApiVersion }) => ({ url: trimmed(url), version: majorApiVersion === 2 ? 2 : 1 })),
    tsaUrls: tsas.map(({ url }) => trimmed(url)),
  };
}

/** The services a config selects: those valid now, of the newest API we speak, the newest first, one an operator. */
function pick(
  services: readonly ConfiguredService[],
  versions: readonly number[],
  { selector, count }: Selection,
  now: Date,
): readonly ConfiguredService[] {
  const valid = services.filter(({ start, end }) => (start ?? now) <= now && (end ?? now) >= now);
  const version = versions.find((one) => valid.some(({ majorApiVersion }) => majorApiVersion === one));
  const candidates = valid
    .filter(({ majorApiVersion }) => majorApiVersion === version)
    .toSorted((a, b) => (b.start?.getTime() ?? 0) - (a.start?.getTime() ?? 0));
  const onePerOperator = candidates.filter(
    (one, index) => candidates.findIndex(({ operator }) => operator === one.operator) === index,
  );
  switch (selector) {
    case 'ALL':
      return onePerOperator;
    case 'EXACT':
      if (onePerOperator.length < count) throw noService(`${count} services of one kind`, 'services');
      return onePerOperator.slice(0, count);
    case 'ANY':
      return onePerOperator.slice(0, 1);
    case 'UNDEFINED':
      if (services.length === 0) return [];
      throw new SluiceError('configuration', 'The signing config lists services without saying how many to use.');
  }
}

/** A certificate lives ten minutes: without a time that someone vouches for, nobody can verify it afterwards. */
function refuseTimeless({ logs, tsaUrls }: Services): void {
  if (tsaUrls.length > 0 || logs.some(({ version }) => version === 1)) return;
  throw new SluiceError(
    'configuration',
    'A keyless signature needs a witness of its time: a Rekor log of version 1 or a timestamp authority, found neither; give --timestamp-server-url.',
  );
}

async function readConfig(path: string): Promise<SigningConfig> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new SluiceError('file', `The signing config ${path} cannot be read; check the path.`, { cause });
  }
  if (bytes.length > maxConfigBytes) {
    throw new SluiceError('configuration', `Expected a signing config of at most ${maxConfigBytes} bytes in ${path}.`);
  }
  return parseSigningConfig(bytes.toString('utf8'), path);
}

async function fetchConfig(ctx: StepContext): Promise<SigningConfig> {
  const target = { file: 'signing_config.v0.2.json', what: 'signing config', flag: '--signing-config', cached: false };
  const { text, origin } = await fetchTufTarget(ctx, tufSourceFrom(ctx.env), target);
  ctx.log.debug(`The signing config comes from ${origin}.`);
  return parseSigningConfig(text, origin);
}

function noService(what: string, member: string): SluiceError {
  return new SluiceError(
    'configuration',
    `Expected a ${what} that is valid now in the signing config's ${member}, found none.`,
  );
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '');
}
