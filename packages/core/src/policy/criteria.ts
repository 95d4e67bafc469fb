// SPDX-License-Identifier: Apache-2.0
import { type Instant, parseTimeOrDate } from './instant.ts';
import type { PolicySpec, SourceGroup, VolatileCriterion } from './spec.ts';

/** One list of criteria, include or exclude, by what each criterion is bound to. */
export interface Criteria {
  /** Bound to nothing: they apply to every image. */
  readonly everywhere: readonly string[];
  /** By repository (`registry/path`) or digest. */
  readonly byImage: ReadonlyMap<string, readonly string[]>;
  readonly byComponent: ReadonlyMap<string, readonly string[]>;
}

export interface SourceCriteria {
  readonly include: Criteria;
  readonly exclude: Criteria;
  /** What was dropped, in words: a criterion whose dates cannot be read is not active (quirk of ec). */
  readonly notes: readonly string[];
}

/** The image under test as criteria name it; undefined where there is no image, as for `validate input`. */
export interface CriteriaTarget {
  readonly repository: string;
  readonly digest?: string;
}

/** The criteria of one source at an effective time. The policy-wide ones count only if the source has none at all. */
export function sourceCriteria(source: SourceGroup, spec: PolicySpec, at: Instant): SourceCriteria {
  const notes: string[] = [];
  const include = collect(source.config?.include, source.volatileConfig?.include, at, notes);
  const exclude = collect(source.config?.exclude, source.volatileConfig?.exclude, at, notes);
  const wide = spec.configuration;
  if (isEmpty(include) && isEmpty(exclude) && wide !== undefined) {
    include.everywhere.push(...(wide.include ?? []), ...(wide.collections ?? []).map((name) => `@${name}`));
    exclude.everywhere.push(...(wide.exclude ?? []));
  }
  // An include bound to another image or component keeps the "*" away from this one as well (quirk of ec).
  if (isEmpty(include)) include.everywhere.push('*');
  return { include, exclude, notes };
}

/** The criteria that apply to an image and component: by repository, by digest, by component, then the unbound ones. */
export function applicable(criteria: Criteria, target: CriteriaTarget | undefined, component: string): string[] {
  if (target === undefined) return [...criteria.everywhere];
  return [
    ...(criteria.byImage.get(target.repository) ?? []),
    ...(target.digest === undefined ? [] : (criteria.byImage.get(target.digest) ?? [])),
    ...forComponent(criteria, component),
    ...criteria.everywhere,
  ];
}

/** Every include that a warning is due for if nothing matches it; those bound to a component are not among them. */
export function trackedIncludes(include: Criteria): Set<string> {
  return new Set([...include.everywhere, ...[...include.byImage.values()].flat()]);
}

/** Whether a volatile criterion is active at a time; undefined if one of its dates cannot be read. */
export function isActive(criterion: VolatileCriterion, at: Instant): boolean | undefined {
  const from = criterion.effectiveOn ? parseTimeOrDate(criterion.effectiveOn) : at;
  const until = criterion.effectiveUntil ? parseTimeOrDate(criterion.effectiveUntil) : at;
  if (from === undefined || until === undefined) return undefined;
  return from <= at && at <= until;
}

interface Collected extends Criteria {
  readonly everywhere: string[];
  readonly byImage: Map<string, string[]>;
  readonly byComponent: Map<string, string[]>;
}

function collect(
  plain: readonly string[] | undefined,
  volatile: readonly VolatileCriterion[] | undefined,
  at: Instant,
  notes: string[],
): Collected {
  const collected: Collected = { everywhere: [...(plain ?? [])], byImage: new Map(), byComponent: new Map() };
  for (const criterion of volatile ?? []) {
    const active = isActive(criterion, at);
    if (active === undefined) notes.push(`Criterion "${criterion.value}" is ignored: one of its dates cannot be read.`);
    if (active === true) addVolatile(collected, criterion);
  }
  return collected;
}

function addVolatile(collected: Collected, criterion: VolatileCriterion): void {
  const image = criterion.imageRef || criterion.imageUrl || criterion.imageDigest;
  if (image) append(collected.byImage, image, criterion.value);
  else if (criterion.componentNames?.length) {
    for (const name of criterion.componentNames) append(collected.byComponent, name, criterion.value);
  } else collected.everywhere.push(criterion.value);
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const items = map.get(key);
  if (items === undefined) map.set(key, [value]);
  else items.push(value);
}

function isEmpty(criteria: Collected): boolean {
  return criteria.everywhere.length + criteria.byImage.size + criteria.byComponent.size === 0;
}

// A multi-arch index is expanded into components `name-sha256:<hex>-<arch>`; criteria name the component it came from.
const archSuffix = /-sha256:[0-9a-f]{64}-\S+$/;

function forComponent(criteria: Criteria, component: string): readonly string[] {
  if (component === '') return [];
  const original = component.replace(archSuffix, '');
  const own = criteria.byComponent.get(component) ?? [];
  return original === component ? own : [...own, ...(criteria.byComponent.get(original) ?? [])];
}
