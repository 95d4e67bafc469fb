// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { applicable, isActive, sourceCriteria, trackedIncludes } from './criteria.ts';
import { parseRfc3339 } from './instant.ts';
import { matchers, weight } from './scoring.ts';

const at = parseRfc3339('2026-06-01T00:00:00Z') ?? 0n;
const digest = `sha256:${'ab'.repeat(32)}`;
const app = { repository: 'registry.example/org/app', digest };

describe('criteria of a source', () => {
  it('default to everything', () => {
    expect(sourceCriteria({}, {}, at).include.everywhere).toEqual(['*']);
  });

  it('take the policy-wide ones only where the source has none', () => {
    const wide = { configuration: { collections: ['core'], include: ['x.y'], exclude: ['x'] } };
    const taken = sourceCriteria({}, wide, at);
    expect(taken.include.everywhere).toEqual(['x.y', '@core']);
    expect(taken.exclude.everywhere).toEqual(['x']);
    expect(sourceCriteria({ config: { exclude: ['p'] } }, wide, at).exclude.everywhere).toEqual(['p']);
  });

  it('bound to another image keep the "*" away from this one (quirk)', () => {
    const criteria = sourceCriteria({ volatileConfig: { include: [{ value: 'p', imageUrl: 'other/image' }] } }, {}, at);
    expect(applicable(criteria.include, app, 'app')).toEqual([]);
  });

  it('apply in the order repository, digest, component, component of the index, unbound', () => {
    const exclude = [
      { value: 'everywhere' },
      { value: 'by-component', componentNames: ['app'] },
      { value: 'by-digest', imageDigest: digest },
      { value: 'by-old-name', imageRef: digest },
      { value: 'by-repository', imageUrl: app.repository },
      { value: 'by-arch', componentNames: [`app-${digest}-arm64`] },
    ];
    const criteria = sourceCriteria({ volatileConfig: { exclude } }, {}, at).exclude;
    const expected = ['by-repository', 'by-digest', 'by-old-name', 'by-arch', 'by-component', 'everywhere'];
    expect(applicable(criteria, app, `app-${digest}-arm64`)).toEqual(expected);
    expect(applicable(criteria, undefined, 'app')).toEqual(['everywhere']);
  });

  it('of a component are not among those that a warning is due for', () => {
    const include = [
      { value: 'c', componentNames: ['app'] },
      { value: 'i', imageUrl: 'other/image' },
    ];
    expect([...trackedIncludes(sourceCriteria({ volatileConfig: { include } }, {}, at).include)]).toEqual(['i']);
  });

  it('name the first of imageRef, imageUrl and imageDigest that is set', () => {
    const exclude = [{ value: 'v', imageUrl: 'registry/other', imageDigest: digest }];
    const criteria = sourceCriteria({ volatileConfig: { exclude } }, {}, at).exclude;
    expect(applicable(criteria, app, '')).toEqual([]);
  });
});

describe('dates of a volatile criterion', () => {
  it('include both ends', () => {
    expect(isActive({ value: 'v', effectiveUntil: '2026-06-01T00:00:00Z' }, at)).toBe(true);
    expect(isActive({ value: 'v', effectiveOn: '2026-06-01T02:00:00+02:00' }, at)).toBe(true);
    expect(isActive({ value: 'v', effectiveUntil: '2026-05-31' }, at)).toBe(false);
    expect(isActive({ value: 'v', effectiveOn: '2026-06-02' }, at)).toBe(false);
  });

  it('that cannot be read leave the criterion out, with a note', () => {
    const criteria = sourceCriteria(
      { volatileConfig: { exclude: [{ value: 'v', effectiveOn: '2026-02-30' }] } },
      {},
      at,
    );
    expect(criteria.exclude.everywhere).toEqual([]);
    expect(criteria.notes).toEqual(['Criterion "v" is ignored: one of its dates cannot be read.']);
  });
});

describe('weights', () => {
  it.each([
    ['*', 1],
    ['@c', 10],
    ['pkg', 10],
    ['pkg.*', 10],
    ['pkg.', 10],
    ['pkg.rule', 110],
    ['pkg:t', 110],
    ['pkg.rule:t', 210],
    ['pkg.rule:', 110],
    ['a.pkg.rule', 120],
    ['*.rule', 101],
    ['*:t', 101],
  ])('%s weighs %i', (criterion, expected) => {
    expect(weight(criterion)).toBe(expected);
  });
});

describe('names of a result', () => {
  it('use only the last two parts of the code (quirk)', () => {
    expect(matchers({ code: 'release.deep.down', terms: [], collections: [] })).toEqual([
      'deep',
      'deep.*',
      'deep.down',
      '*',
    ]);
  });

  it('add terms to package and rule, and collections', () => {
    expect(matchers({ code: 'p.r', terms: ['a', ''], collections: ['c'] })).toEqual([
      'p',
      'p.*',
      'p.r',
      'p:a',
      'p.*:a',
      'p.r:a',
      '*',
      '@c',
    ]);
  });
});
