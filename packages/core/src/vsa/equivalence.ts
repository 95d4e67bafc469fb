// SPDX-License-Identifier: Apache-2.0
import { isActive } from '../policy/criteria.ts';
import { compareText, isJsonArray, isJsonObject, type Json, type JsonObject } from '../policy/exact-json.ts';
import type { Instant } from '../policy/instant.ts';
import type { PolicySpec, SourceGroup, VolatileCriterion } from '../policy/spec.ts';

/**
 * How two policies differ at a time, in words; empty where they ask for the same. As in ec, sources are compared by
 * their places without versions, sources in one place are taken together, and an exception counts while it is active.
 */
export function policyDifferences(one: PolicySpec, other: PolicySpec, at: Instant): readonly string[] {
  const [a, b] = [normalized(one, at), normalized(other, at)];
  return [...new Set([...a.keys(), ...b.keys()])].toSorted(compareText).flatMap((place) => {
    const [left, right] = [a.get(place), b.get(place)];
    if (left === undefined) return [`the sources ${place} are missing`];
    if (right === undefined) return [`the sources ${place} were used too`];
    return (['include', 'exclude', 'ruleData'] as const).flatMap((member) =>
      left[member] === right[member] ? [] : [`${member} of ${place} is ${left[member]}, not ${right[member]}`],
    );
  });
}

interface Bucket {
  readonly include: string;
  readonly exclude: string;
  readonly ruleData: string;
}

function normalized(spec: PolicySpec, at: Instant): ReadonlyMap<string, Bucket> {
  const groups = new Map<string, SourceGroup[]>();
  for (const source of spec.sources ?? []) {
    const place = [...places(source.policy), ...places(source.data)].join(', ');
    groups.set(place, [...(groups.get(place) ?? []), source]);
  }
  return new Map([...groups].map(([place, sources]) => [place, bucket(sources, spec, at)]));
}

function bucket(sources: readonly SourceGroup[], { configuration }: PolicySpec, at: Instant): Bucket {
  const list = (member: 'include' | 'exclude') =>
    JSON.stringify(
      matchers(
        sources.flatMap((source) => [
          ...(source.config?.[member] ?? []),
          ...(configuration?.[member] ?? []),
          ...(source.volatileConfig?.[member] ?? []).filter((item) => isActive(item, at) === true).map(bound),
        ]),
      ),
    );
  const ruleData = sources.flatMap((source) => (source.ruleData === undefined ? [] : [source.ruleData]));
  return {
    include: list('include'),
    exclude: list('exclude'),
    ruleData: JSON.stringify(sorted(ruleData.reduce<JsonObject>(merged, {}))),
  };
}

/** A criterion with what it is bound to, so that an exception for one image is no exception for all. */
function bound({ value, imageRef, imageDigest, imageUrl, componentNames }: VolatileCriterion): string {
  const target = [imageRef, imageDigest, imageUrl, ...(componentNames ?? [])].filter((name) => name !== undefined);
  return target.length === 0 ? value : `${value} for ${target.join(', ')}`;
}

function matchers(list: readonly string[]): string[] {
  const names = list.map((name) => name.trim().replace(/\.\*$/, '')).filter((name) => name !== '');
  return [...new Set(names)].toSorted(compareText);
}

function places(urls: readonly string[] = []): string[] {
  return [...new Set(urls.map(placeOf))].toSorted(compareText);
}

/** A source without protocol, reference and digest. */
function placeOf(url: string): string {
  return url
    .trim()
    .replace(/^https?:\/\//, '')
    .replace(/^[A-Za-z][A-Za-z0-9+.-]*::/, '')
    .replace(/[?#].*$/, '')
    .replace(/@[A-Za-z0-9]+:[A-Za-z0-9]+$/, '')
    .replace(/^https?:\/\//, '')
    .replace(/\.git(?=$|\/\/)/, '');
}

function merged(into: JsonObject, from: JsonObject): JsonObject {
  const members = Object.entries(from).map(([key, value]): [string, Json] => {
    const known = into[key];
    return [key, isJsonObject(known) && isJsonObject(value) ? merged(known, value) : value];
  });
  return { ...into, ...Object.fromEntries(members) };
}

function sorted(value: Json): Json {
  if (isJsonArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => compareText(a, b));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}
