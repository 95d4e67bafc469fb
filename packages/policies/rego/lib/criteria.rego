# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Criteria
# description: What the policy itself includes and leaves out.
package sluice.criteria

sources := [source | some source in input.policy_spec.sources]

included contains item if some item in sources[_].config.include

included contains item.value if some item in sources[_].volatileConfig.include

included contains item if some item in input.policy_spec.configuration.include

included contains sprintf("@%s", [name]) if some name in input.policy_spec.configuration.collections

# Whether the policy asks for a CI by its collection or its package.
names(ci) if sprintf("@%s", [ci]) in included

names(ci) if {
	some item in included
	split(split(item, ":")[0], ".")[0] == sprintf("%s_build", [ci])
}
