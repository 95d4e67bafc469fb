// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { sourceCriteria } from './criteria.ts';
import { type Instant, parseRfc3339 } from './instant.ts';
import type { Metadata, RawOutcome, Result } from './result.ts';
import type { RuleInfo, RuleSet } from './rule-info.ts';
import type { FilterType, Selection } from './selection.ts';
import type { SourceGroup } from './spec.ts';
import { verdictOf } from './verdict.ts';

const at = parseRfc3339('2026-06-01T00:00:00Z') ?? 0n;

describe('what a rule said becomes a verdict', () => {
  it('a failure fails and a warning warns', () => {
    const [outcome] = verdict({ failures: [said('p.a')], warnings: [said('p.b')] });
    expect(codes(outcome?.failures)).toEqual(['p.a']);
    expect(codes(outcome?.warnings)).toEqual(['p.b']);
  });

  it('an excluded rule is gone, and its package is not a success either', () => {
    const [outcome] = verdict({ failures: [said('p.a'), said('p.b')] }, { config: { exclude: ['p.a'] } }, [
      rule('p.a'),
    ]);
    expect(codes(outcome?.failures)).toEqual(['p.b']);
    expect(outcome?.successes).toEqual([]);
  });

  it('a tie between include and exclude excludes', () => {
    const source = { config: { include: ['p.a', '*'], exclude: ['p.a', '*'] } };
    expect(() => verdict({ failures: [said('p.a')] }, source)).toThrow(/No rule of the policy was checked/);
  });

  it('refuses when nothing at all was checked', () => {
    expect(() => verdict({})).toThrow(/No rule of the policy was checked/);
  });

  it('keeps a result without a code whatever the criteria say', () => {
    const [outcome] = verdict({ failures: [{ msg: 'bare' }] }, { config: { include: ['other.rule'] } });
    expect(outcome?.failures).toEqual([{ msg: 'bare' }]);
  });

  it('warns of an include that matches nothing', () => {
    const outcomes = verdict({ failures: [said('p.a')] }, { config: { include: ['p.a', 'p.gone'] } });
    expect(outcomes.at(-1)?.warnings).toEqual([{ msg: "Include criterion 'p.gone' doesn't match any policy rule" }]);
  });

  it('counts an include as matched even if an exclude then wins', () => {
    const source = { config: { include: ['p', 'p.a'], exclude: ['p.a', 'p'] } };
    const outcomes = verdict({ failures: [said('p.a'), said('p.b')], warnings: [{ msg: 'x' }] }, source);
    expect(outcomes).toHaveLength(1);
  });
});

describe('severity and effective dates', () => {
  it('a warning of severity failure fails, a failure of severity warning warns, other severities say nothing', () => {
    const [outcome] = verdict({
      warnings: [said('p.up', { severity: 'failure' })],
      failures: [said('p.down', { severity: 'warning' }), said('p.odd', { severity: 'blue' })],
    });
    expect(codes(outcome?.failures)).toEqual(['p.up', 'p.odd']);
    expect(codes(outcome?.warnings)).toEqual(['p.down']);
  });

  it('a failure that takes effect at this very instant is still a warning, and says since when it fails', () => {
    const [outcome] = verdict({ failures: [said('p.a', { effective_on: '2026-06-01T00:00:00Z' }, 'Late.')] });
    expect(outcome?.warnings[0]?.msg).toBe('Late. This will become a failure starting on 2026-06-01T00:00:00Z');
  });

  it('a date that cannot be read is in force', () => {
    const [outcome] = verdict({ failures: [said('p.a', { effective_on: 'next tuesday' })] });
    expect(codes(outcome?.failures)).toEqual(['p.a']);
  });

  it('forgets a date more than ninety days ago, and keeps one of exactly ninety', () => {
    const [outcome] = verdict({
      failures: [
        said('p.old', { effective_on: '2026-03-02T00:00:00Z' }),
        said('p.edge', { effective_on: '2026-03-03T00:00:00Z' }),
      ],
    });
    expect(outcome?.failures.map((result) => result.metadata?.effective_on)).toEqual([
      undefined,
      '2026-03-03T00:00:00Z',
    ]);
  });
});

describe('annotations', () => {
  it('overwrite what the result said of itself, and leave severity and term alone', () => {
    const annotated = rule('p.a', { title: 'Title', solution: 'Fix it.', collections: ['core'] });
    const result = said('p.a', { title: 'own', collections: ['ignored'], term: 't', severity: 'blue' });
    const [outcome] = verdict({ failures: [result] }, {}, [annotated]);
    expect(outcome?.failures[0]?.metadata).toEqual({
      code: 'p.a',
      title: 'Title',
      solution: 'Fix it.',
      collections: ['core'],
      term: 't',
      severity: 'blue',
    });
  });

  it('make a success of every annotated rule of the package that said nothing, helpers too', () => {
    const rules = [rule('p.a'), rule('p.helper', { kind: 'other', effectiveOn: '2030-01-01T00:00:00Z' }), rule('q.b')];
    const [outcome] = verdict({ failures: [said('p.a')] }, {}, rules);
    expect(outcome?.successes).toEqual([
      { msg: 'Pass', metadata: { code: 'p.helper', effective_on: '2030-01-01T00:00:00Z' } },
    ]);
  });

  it('tell how to exclude a failure, by its terms where it has some', () => {
    const described = rule('p.a', { description: 'About it.' });
    const advice = (metadata: Metadata) =>
      verdict({ failures: [said('p.a', metadata)] }, {}, [described])[0]?.failures[0]?.metadata?.description;
    const end = 'to the `exclude` section of the policy configuration.';
    expect(advice({})).toBe(`About it. To exclude this rule add "p.a" ${end}`);
    expect(advice({ term: 't' })).toBe(`About it. To exclude this rule add "p.a:t" ${end}`);
    expect(advice({ term: ['t', '', 'u'] })).toBe(
      `About it. To exclude this rule add one or more of "p.a:t", "p.a:u" ${end}`,
    );
  });
});

describe('dependencies', () => {
  it('drop a result whose only dependency was reported', () => {
    const rules = [rule('p.first'), rule('p.then', { dependsOn: ['p.first'] })];
    const [outcome] = verdict({ failures: [said('p.first'), said('p.then')] }, {}, rules);
    expect(codes(outcome?.failures)).toEqual(['p.first']);
  });

  it('keep it once for each dependency that was not reported (quirk), with the advice as often', () => {
    const rules = [rule('p.then', { dependsOn: ['p.x', 'p.y'], description: 'D' })];
    const [outcome] = verdict({ failures: [said('p.then')] }, {}, rules);
    expect(outcome?.failures).toHaveLength(2);
    expect(String(outcome?.failures[0]?.metadata?.description).match(/To exclude/g)).toHaveLength(2);
  });

  it('count across the packages of the evaluator', () => {
    const rules = [rule('p.first'), rule('q.then', { dependsOn: ['p.first'] })];
    const outcomes = verdicts(
      [raw('p', { failures: [said('p.first')] }), raw('q', { failures: [said('q.then')] })],
      {},
      rules,
    );
    expect(outcomes[1]?.failures).toEqual([]);
  });

  it('ignore what the result itself names (quirk)', () => {
    const [outcome] = verdict({ failures: [said('p.first'), said('p.own', { depends_on: ['p.first'] })] });
    expect(codes(outcome?.failures)).toEqual(['p.first', 'p.own']);
  });
});

describe('quirks of classification', () => {
  it('a code given both as warning and as failure only warns', () => {
    const [outcome] = verdict({ warnings: [said('p.same')], failures: [said('p.same')] });
    expect(outcome?.failures).toEqual([]);
    expect(outcome?.warnings).toHaveLength(2);
  });

  it('an exception appears twice', () => {
    const exception = { msg: 'data.p.exception[_][_] == "a"' };
    const [outcome] = verdict({ exceptions: [exception], warnings: [said('p.b')] });
    expect(outcome?.exceptions).toEqual([exception, exception]);
  });
});

describe('the ec-policy filter', () => {
  it('lets only rules of the wanted intention through', () => {
    const rules = [rule('p.staged', { pipelineIntention: ['staging'] }), rule('p.any')];
    const failures = [said('p.staged'), said('p.any')];
    const staged = verdict({ failures }, { ruleData: { pipeline_intention: 'staging' } }, rules, 'ec-policy');
    expect(codes(staged[0]?.failures)).toEqual(['p.staged']);
    const plain = verdict({ failures }, {}, rules, 'ec-policy');
    expect(codes(plain[0]?.failures)).toEqual(['p.any']);
  });

  it('does not look at terms (quirk)', () => {
    const source = { config: { include: ['*'], exclude: ['p.a:t'] } };
    const [outcome] = verdict({ failures: [said('p.a', { term: 't' })] }, source, [rule('p.a')], 'ec-policy');
    expect(codes(outcome?.failures)).toEqual(['p.a']);
  });
});

function verdict(
  said: Partial<RawOutcome>,
  source: SourceGroup = {},
  rules: readonly RuleInfo[] = [],
  filter: FilterType = 'include-exclude',
) {
  return verdicts([raw('p', said)], source, rules, filter);
}

function verdicts(
  outcomes: readonly RawOutcome[],
  source: SourceGroup,
  rules: readonly RuleInfo[],
  filter: FilterType = 'include-exclude',
) {
  const set: RuleSet = { annotated: new Map(rules.map((info) => [info.code, info])), bare: new Set() };
  return verdictOf(outcomes, set, selectionOf(source, filter, at), at);
}

function selectionOf(source: SourceGroup, filter: FilterType, when: Instant): Selection {
  const wanted = source.ruleData?.pipeline_intention;
  return {
    criteria: sourceCriteria(source, {}, when),
    target: { repository: 'registry.example/org/app' },
    component: 'app',
    filter,
    intentions: typeof wanted === 'string' ? [wanted] : [],
  };
}

function raw(namespace: string, said: Partial<RawOutcome>): RawOutcome {
  return { filename: '', namespace, warnings: [], failures: [], exceptions: [], skipped: [], ...said };
}

function said(code: string, more: Metadata = {}, msg = code): Result {
  return { msg, metadata: { code, ...more } };
}

function rule(code: string, more: Partial<RuleInfo> = {}): RuleInfo {
  const [pkg = '', shortName = ''] = code.split('.');
  return {
    code,
    package: pkg,
    shortName,
    title: '',
    description: '',
    solution: '',
    effectiveOn: '',
    collections: [],
    dependsOn: [],
    pipelineIntention: [],
    kind: 'deny',
    documentationUrl: '',
    ...more,
  };
}

function codes(results: readonly Result[] | undefined): unknown[] {
  return (results ?? []).map((result) => result.metadata?.code);
}
