// SPDX-License-Identifier: Apache-2.0
import type { CopyPlan, Digest } from '@sluice/oci';
import { SluiceError } from '../error.ts';

/** A tag that a promotion is to set, and what it names now. */
export interface TagState {
  /** `registry/repository:tag`. */
  readonly reference: string;
  /** `registry/repository`. */
  readonly repository: string;
  readonly tag: string;
  /** Absent where the tag does not exist. */
  readonly current?: Digest;
}

/** What one target gets: `keep` where its tag names the digest already. */
export interface PlannedTarget extends TagState {
  readonly action: 'create' | 'move' | 'keep';
  /** False where source and target are one repository, and only the tag is set. */
  readonly copies: boolean;
}

/** What a promotion will do, in this order: copy everything to every target, then set the tags. */
export interface PromotionPlan {
  /** `registry/repository` of the source. */
  readonly source: string;
  readonly digest: Digest;
  readonly copy: CopyPlan;
  readonly targets: readonly PlannedTarget[];
}

/**
 * Decides what a promotion does. It is `refused` when a tag that exists would have to name something else and `force`
 * is not set; nothing is changed then.
 */
export function planPromotion(
  source: string,
  copy: CopyPlan,
  tags: readonly TagState[],
  { force }: { readonly force: boolean },
): PromotionPlan {
  const { digest } = copy.root;
  const targets = tags.map(
    (state): PlannedTarget => ({ ...state, action: actionFor(state, digest), copies: state.repository !== source }),
  );
  const moved = targets.filter(({ action }) => action === 'move');
  if (moved.length > 0 && !force) {
    const list = moved.map(({ reference, current }) => `${reference} names ${current}`).join('; ');
    throw new SluiceError('refused', `${list}, not ${digest}; use --force to move the tag. Nothing was promoted.`);
  }
  return { source, digest, copy, targets };
}

function actionFor({ current }: TagState, digest: Digest): PlannedTarget['action'] {
  if (current === undefined) return 'create';
  return current === digest ? 'keep' : 'move';
}

/** The plan in lines for people: what is copied, and which tag goes from where to where. */
export function describePlan({ source, digest, copy, targets }: PromotionPlan): readonly string[] {
  const count = (reason: string) => copy.manifests.filter((planned) => planned.reason === reason).length;
  const contents = [
    plural(count('image'), 'manifest'),
    plural(copy.blobs.length, 'blob'),
    plural(count('referrer'), 'referrer'),
    plural(copy.tags.length, 'cosign tag'),
  ].join(', ');
  return [
    `${source}@${digest}: ${contents}`,
    ...targets.map((target) => {
      const copied = target.copies ? 'copy all, then ' : '';
      if (target.action === 'keep') return `${target.reference}: ${copied}keep the tag, which names the digest already`;
      const from = target.current === undefined ? '' : ` from ${target.current}`;
      return `${target.reference}: ${copied}${target.action} the tag${from}`;
    }),
  ];
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
