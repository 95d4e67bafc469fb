# SPDX-License-Identifier: Apache-2.0

package ci_ref_test

import data.ci_ref
import data.sluice.fixtures

test_a_branch_of_somebodys_own_is_refused if {
	image := fixtures.certified(fixtures.gitlab, "Fulcio Source Repository Ref", "refs/heads/feature/x")
	some result in ci_ref.deny with input as image
	result.term == "refs/heads/feature/x"
}

test_a_name_that_only_begins_like_a_protected_one_is_refused if {
	image := fixtures.certified(fixtures.gitlab, "Fulcio Source Repository Ref", "refs/heads/main2")
	count(ci_ref.deny) == 1 with input as image
}

test_tags_are_taken_to_be_protected_only_where_the_policy_says_so if {
	image := fixtures.certified(fixtures.gitlab, "Fulcio Source Repository Ref", "refs/tags/release/v1.2.3")
	count(ci_ref.deny) == 1 with input as image
	ci_ref.deny == set() with input as image with data.rule_data__configuration__.ci_protected_refs as ["refs/tags/**"]
}

test_a_pattern_stays_within_a_segment if {
	image := fixtures.certified(fixtures.gitlab, "Fulcio Source Repository Ref", "refs/heads/release/1/hack")
	count(ci_ref.deny) == 1 with input as image with data.rule_data__configuration__.ci_protected_refs as ["refs/heads/release/*"]
	ci_ref.deny == set() with input as image with data.rule_data__configuration__.ci_protected_refs as ["refs/heads/release/**"]
}
