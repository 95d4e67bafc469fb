// SPDX-License-Identifier: Apache-2.0
import type { SourceCriteria } from './criteria.ts';
import type { CompiledGroup } from './group.ts';
import { type Instant, parseTimeOrDate } from './instant.ts';
import type { FilterType } from './selection.ts';
import type { SourceGroup, VolatileCriterion } from './spec.ts';

/** What makes a gate weaker than its policy seems to say, in plain words. */
export function gateNotes(
  group: CompiledGroup,
  criteria: SourceCriteria,
  options: { readonly at: Instant; readonly filter: FilterType },
): string[] {
  return [
    ...criteria.notes,
    ...neverRun(group),
    ...(options.filter === 'ec-policy' ? ignoredByEcPolicy(group.source) : []),
    ...exceptionNotes(group.source, options.at),
  ];
}

/** Packages are selected by the part before the first dot: with `release` selected, `release.deep` does not run. */
function neverRun({ packages }: CompiledGroup): string[] {
  const names = new Set(packages.filter(({ rules }) => rules.length > 0).map(({ namespace }) => namespace));
  return [...names]
    .filter((name) => name.includes('.') && names.size > 1)
    .map(
      (name) =>
        `The rules of package ${name} run only when no package is selected, because ec selects packages by the name before the first dot; give it a name without dots.`,
    );
}

function ignoredByEcPolicy(source: SourceGroup): string[] {
  const named = [...(source.config?.include ?? []), ...(source.config?.exclude ?? [])].filter((item) =>
    item.includes(':'),
  );
  const volatile = [...(source.volatileConfig?.include ?? []), ...(source.volatileConfig?.exclude ?? [])];
  return [
    ...named.map((item) => `The criterion "${item}" has no effect: the filter ec-policy does not look at terms.`),
    ...volatile
      .filter((item) => item.componentNames !== undefined)
      .map(
        (item) => `The criterion "${item.value}" has no effect: the filter ec-policy does not look at component names.`,
      ),
  ];
}

function exceptionNotes(source: SourceGroup, at: Instant): string[] {
  return (source.volatileConfig?.exclude ?? []).flatMap((item) => exceptionNote(item, at));
}

function exceptionNote(criterion: VolatileCriterion, at: Instant): string[] {
  const { value, effectiveUntil } = criterion;
  if (effectiveUntil === undefined || effectiveUntil === '')
    return [`The exception "${value}" has no end; give it an effectiveUntil.`];
  const until = parseTimeOrDate(effectiveUntil);
  return until !== undefined && until < at
    ? [`The exception "${value}" ended on ${effectiveUntil} and is not applied; remove it.`]
    : [];
}
