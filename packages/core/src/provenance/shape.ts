// SPDX-License-Identifier: Apache-2.0

/** What is wrong with a JSON value: each entry is a path and a sentence, `predicate.runDetails: expected …, found …`. */
export type Problems = readonly string[];

/** Checks one value; `path` is where it stands. */
export type Shape = (value: unknown, path: string) => Problems;

/** An object whose known members have these shapes. Members not named here are allowed, as in the SLSA schemas. */
export function object(members: Readonly<Record<string, Shape>>, required: readonly string[] = []): Shape {
  return (value, path) => {
    if (!isObject(value)) return [problem(path, 'an object', value)];
    const missing = required.filter((name) => !Object.hasOwn(value, name));
    const present = Object.keys(members).filter((name) => Object.hasOwn(value, name));
    return [
      ...missing.map((name) => `${join(path, name)}: expected, but missing`),
      ...present.flatMap((name) => members[name]?.(value[name], join(path, name)) ?? []),
    ];
  };
}

/** An object with any members, each of which fits `shape` and has a name out of `names`. */
export function record(names: ReadonlySet<string>, shape: Shape): Shape {
  return (value, path) => {
    if (!isObject(value)) return [problem(path, 'an object', value)];
    return Object.entries(value).flatMap(([name, member]) => {
      if (!names.has(name)) return [`${join(path, name)}: expected one of ${[...names].join(', ')}`];
      return shape(member, join(path, name));
    });
  };
}

export function array(item: Shape, minimum = 0): Shape {
  return (value, path) => {
    if (!Array.isArray(value)) return [problem(path, 'an array', value)];
    if (value.length < minimum) return [`${path}: expected at least ${minimum} items, found ${value.length}`];
    return value.flatMap((member, index) => item(member, `${path}[${index}]`));
  };
}

export function text(minimum = 0): Shape {
  return (value, path) => {
    if (typeof value !== 'string') return [problem(path, 'text', value)];
    return value.length < minimum ? [`${path}: expected text, found none`] : [];
  };
}

export function matching(pattern: RegExp, expected: string): Shape {
  return (value, path) => (typeof value === 'string' && pattern.test(value) ? [] : [problem(path, expected, value)]);
}

export function oneOf(...allowed: readonly string[]): Shape {
  const expected = allowed.length === 1 ? String(allowed[0]) : `one of ${allowed.join(', ')}`;
  return (value, path) =>
    typeof value === 'string' && allowed.includes(value) ? [] : [problem(path, expected, value)];
}

export const flag: Shape = (value, path) => (typeof value === 'boolean' ? [] : [problem(path, 'true or false', value)]);
export const anyObject: Shape = object({});
export const uri: Shape = matching(/^[A-Za-z][A-Za-z0-9+.-]*:[^\s\\]+$/, 'an absolute URI');

/** RFC 3339 in UTC. */
export const timestamp: Shape = (value, path) => {
  const good = typeof value === 'string' && timePattern.test(value) && !Number.isNaN(Date.parse(value));
  return good ? [] : [problem(path, 'a time as 2026-01-02T03:04:05Z', value)];
};
const timePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

function problem(path: string, expected: string, value: unknown): string {
  const shown = value === undefined ? 'nothing' : (JSON.stringify(value)?.slice(0, 60) ?? typeof value);
  return `${path === '' ? 'statement' : path}: expected ${expected}, found ${shown}`;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
