// SPDX-License-Identifier: Apache-2.0

/** Claims of a token as JSON holds them. */
export type Claims = Readonly<Record<string, unknown>>;

/** Claims that replace the issuer's own; `undefined` takes a claim away. */
export type ClaimOverrides = Readonly<Record<string, unknown>>;

/** Variables of a CI job, by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

export function applyOverrides(claims: Claims, overrides: ClaimOverrides): Claims {
  const merged = Object.entries({ ...claims, ...overrides });
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
}

/** Values of `given` over `defaults`; a variable that is absent or empty keeps the default. */
export function withDefaults<T extends Readonly<Record<string, string>>>(defaults: T, given: Variables): T {
  const present = Object.entries(given).filter(([, value]) => value !== undefined && value !== '');
  // The spread keeps every key of `defaults` and only replaces strings by strings.
  return { ...defaults, ...Object.fromEntries(present) } as T;
}
