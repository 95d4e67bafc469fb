// SPDX-License-Identifier: Apache-2.0

/** What a criterion may name a result or rule by: its code, terms and collections. */
export interface Scored {
  readonly code: string;
  readonly terms: readonly string[];
  readonly collections: readonly string[];
}

/**
 * Every text that names this result. Only the last two parts of the code count (quirk of ec): the rule
 * `release.deep.down` is named by `deep` and `deep.down`, never by `release.deep`.
 */
export function matchers(scored: Scored): string[] {
  const parts = scored.code.split('.');
  const pkg = parts.at(-2) ?? '';
  const named = pkg === '' ? [] : [pkg, `${pkg}.*`, `${pkg}.${parts.at(-1)}`];
  const termed = scored.terms.filter((term) => term !== '').flatMap((term) => named.map((name) => `${name}:${term}`));
  return [...named, ...termed, '*', ...scored.collections.map((name) => `@${name}`)];
}

/** How specific one criterion is: `*` 1, a package or collection 10, a rule 110, a term 100 more. */
export function weight(criterion: string): number {
  if (criterion.startsWith('@')) return 10;
  const colon = criterion.indexOf(':');
  const name = colon < 0 ? criterion : criterion.slice(0, colon);
  const term = colon >= 0 && colon < criterion.length - 1 ? 100 : 0;
  return term + nameWeight(name);
}

/** The sum of the weights of all criteria that name this result; `hit` is told each of them. */
export function score(
  names: readonly string[],
  criteria: readonly string[],
  hit?: (criterion: string) => void,
): number {
  let sum = 0;
  for (const name of names) {
    for (const criterion of criteria) {
      if (criterion !== name) continue;
      sum += weight(criterion);
      hit?.(criterion);
    }
  }
  return sum;
}

function nameWeight(name: string): number {
  const parts = name.split('.');
  if (parts.length === 1) return name === '*' ? 1 : 10;
  const rule = parts.at(-1);
  const pkg = parts.length === 2 && parts[0] === '*' ? 1 : 10 * (parts.length - 1);
  return pkg + (rule !== '' && rule !== '*' ? 100 : 0);
}
