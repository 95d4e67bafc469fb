const e=Object.entries({"ci_certificate.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Certificate
# description: >-
#   What provenance says of a build equals what the certificate that signed it says. The job writes the provenance
#   itself; the certificate repeats the claims of the CI's identity token, which the job cannot choose.
package ci_certificate

import data.sluice.build
import data.sluice.results

# METADATA
# title: A CI job signed the provenance
# description: Every signature over provenance of a CI job was made with a certificate that names the job.
# custom:
#   short_name: present
#   failure_msg: Expected provenance of build type %s to be signed with the certificate of a CI job, found %s
#   solution: Sign keyless, with the identity token of the job that builds the image ("sluice secure" does).
#   collections: [minimal, github, gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [found, certificate] in build.certified
	build.claim(certificate, "Build Signer URI") == ""
	signer := object.get(certificate, "Subject Alternative Name", "a key")
	result := results.finding(rego.metadata.chain(), [results.shown(found.build_type), signer])
}

# METADATA
# title: Provenance names the certificate's source
# description: The repository in the provenance is the Source Repository URI of the certificate.
# custom:
#   short_name: source
#   failure_msg: Expected provenance of a build from %s, which the signing certificate names, found %s
#   solution: Write the provenance in the job that builds the image; do not copy it from another project.
#   collections: [minimal, github, gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [found, certificate] in build.certified
	certified := build.claim(certificate, "Source Repository URI")
	repository := repository_of(found, certified)
	not build.agree(repository, certified)
	result := results.finding(rego.metadata.chain(), [results.shown(certified), results.shown(repository)])
}

# A build type without a place for the repository names it among its dependencies.
repository_of(found, certified) := found.workflow.repository if found.kind in {"github", "gitlab"}

else := certified if {
	some [uri, _] in build.commits(found)
	source_of(uri) == certified
}

else := ""

source_of(uri) := trim_suffix(split(trim_prefix(uri, "git+"), "@")[0], ".git")

# METADATA
# title: Provenance names the certificate's commit
# description: >-
#   Among the resolved dependencies is the source at the commit of the certificate's Source Repository Digest, and no
#   other commit of that source.
# custom:
#   short_name: digest
#   failure_msg: Expected commit %s of %s among the resolved dependencies, as the signing certificate has it, found %s
#   solution: Write the provenance in the job that checked the source out; later jobs may run for another commit.
#   collections: [minimal, github, gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [found, certificate] in build.certified
	source := build.claim(certificate, "Source Repository URI")
	expected := build.claim(certificate, "Source Repository Digest")
	commits := {commit |
		some [uri, commit] in build.commits(found)
		source_of(uri) == source
	}
	not only(commits, expected)
	result := results.finding(rego.metadata.chain(), [
		results.shown(expected),
		results.shown(source),
		results.listed(commits),
	])
}

only(commits, expected) if {
	commits == {expected}
	expected != ""
}

# METADATA
# title: Provenance names the certificate's ref
# description: The git ref in the provenance is the Source Repository Ref of the certificate.
# custom:
#   short_name: ref
#   failure_msg: Expected provenance of a build of %s, which the signing certificate names, found %s
#   solution: Write the provenance in the job that builds the image, for the branch or tag that it runs for.
#   collections: [minimal, github, gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [found, certificate] in build.certified
	expected := build.claim(certificate, "Source Repository Ref")
	some ref in refs_of(found, build.claim(certificate, "Source Repository URI"))
	not build.agree(ref, expected)
	result := results.finding(rego.metadata.chain(), [results.shown(expected), results.shown(ref)])
}

# The ref of the pipeline where the build type has one, and the refs that the dependencies on its source carry.
refs_of(found, source) := refs if {
	refs := own_refs(found) | source_refs(found, source)
	count(refs) > 0
}

else := {""}

own_refs(found) := {found.workflow.ref} if found.kind in {"github", "gitlab"}

else := set()

source_refs(found, source) := {ref |
	some [uri, _] in build.commits(found)
	source_of(uri) == source
	ref := substring(uri, indexof(uri, "@") + 1, -1)
	contains(uri, "@")
}

# METADATA
# title: Provenance names the certificate's signer as builder
# description: The builder id of the provenance is the Build Signer URI of the certificate.
# custom:
#   short_name: signer
#   failure_msg: Expected the builder %s, which signed the provenance, found %s
#   solution: Let the workflow or pipeline that builds the image write and sign its provenance.
#   collections: [minimal, github, gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [found, certificate] in build.certified
	expected := build.claim(certificate, "Build Signer URI")
	not build.agree(found.builder, expected)
	result := results.finding(rego.metadata.chain(), [results.shown(expected), results.shown(found.builder)])
}

# METADATA
# title: Provenance names the certificate's run
# description: The invocation id of the provenance is the Run Invocation URI of the certificate.
# custom:
#   short_name: invocation
#   failure_msg: Expected provenance of the run %s, which signed it, found %s
#   solution: Write the provenance in the run that builds the image; a retried job writes it again.
#   collections: [minimal, github, gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [found, certificate] in build.certified
	expected := build.claim(certificate, "Run Invocation URI")
	not build.agree(found.invocation, expected)
	result := results.finding(rego.metadata.chain(), [results.shown(expected), results.shown(found.invocation)])
}

# METADATA
# title: Provenance names the certificate's pipeline definition
# description: >-
#   Repository and path of the workflow or pipeline file in the provenance are those of the certificate's Build Config
#   URI.
# custom:
#   short_name: definition
#   failure_msg: Expected the pipeline definition %s, which the signing certificate names, found %s
#   solution: Write the provenance in the workflow or pipeline that builds the image.
#   collections: [minimal, github, gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [found, certificate] in build.certified
	definition := definition_of(found)
	expected := split(build.claim(certificate, "Build Config URI"), "@")[0]
	not build.agree(definition, expected)
	result := results.finding(rego.metadata.chain(), [results.shown(expected), results.shown(definition)])
}

definition_of(found) := sprintf("%s/%s", [found.workflow.repository, found.workflow.path]) if found.kind == "github"

definition_of(found) := sprintf("%s//%s", [found.workflow.repository, found.workflow.path]) if found.kind == "gitlab"

# METADATA
# title: The image was signed for the same source
# description: >-
#   At least one signature of the image was made with a certificate that names the same source repository, commit and
#   ref as the certificate of its provenance.
# custom:
#   short_name: image_signature
#   failure_msg: Expected a signature of the image made for %s at commit %s, as its provenance was, found %s
#   solution: Sign the image and its provenance in one job ("sluice secure" does both).
#   collections: [minimal, github, gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [_, certificate] in build.certified
	not signed_alike(certificate)
	commits := {build.claim(metadata, "Source Repository Digest") | some metadata in image_certificates}
	result := results.finding(rego.metadata.chain(), [
		results.shown(build.claim(certificate, "Source Repository URI")),
		results.shown(build.claim(certificate, "Source Repository Digest")),
		results.listed(commits),
	])
}

image_certificates := [object.get(signature, "metadata", {}) | some signature in input.image.signatures]

signed_alike(certificate) if {
	some metadata in image_certificates
	every name in ["Source Repository URI", "Source Repository Digest", "Source Repository Ref"] {
		build.agree(build.claim(metadata, name), build.claim(certificate, name))
	}
}
`,"ci_dependencies.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Dependencies
# description: What the build took in.
package ci_dependencies

import data.sluice.build
import data.sluice.results
import data.sluice.rule_data

# METADATA
# title: Required data sets were used
# description: >-
#   Each data set of the rule data ci_data_sets is a resolved dependency (or material) of every build, with a digest. An
#   entry is a URI such as oci://registry.example/data/train, or {uri, digest} where one version is demanded.
# custom:
#   short_name: data_sets
#   failure_msg: Expected the data set %s among the resolved dependencies, found %s
#   solution: >-
#     Name the data set when the provenance is written, "sluice secure --dependency URI@sha256:DIGEST"; or correct
#     ci_data_sets in the policy's ruleData.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	some wanted in rule_data.get("ci_data_sets")
	not used(found, wanted)
	uris := [named(dependency) | some dependency in found.dependencies]
	result := results.finding_about(rego.metadata.chain(), [results.shown(uri_of(wanted)), results.listed(uris)], uri_of(wanted))
}

used(found, wanted) if {
	some dependency in found.dependencies
	object.get(dependency, "uri", "") == uri_of(wanted)
	digest := object.get(dependency, ["digest", "sha256"], "")
	digest != ""
	digest_fits(wanted, digest)
}

uri_of(wanted) := wanted if is_string(wanted)

else := wanted.uri if is_string(wanted.uri)

else := json.marshal(wanted)

digest_fits(wanted, _) if is_string(wanted)

digest_fits(wanted, digest) if wanted.digest == sprintf("sha256:%s", [digest])

named(dependency) := sprintf("%s@sha256:%s", [object.get(dependency, "uri", ""), digest]) if {
	digest := dependency.digest.sha256
}

else := object.get(dependency, "uri", "")
`,"ci_exceptions.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Exceptions
# description: >-
#   An exception (volatileConfig.exclude) says who answers for it, why, and when it ends. Its reference names an entry of
#   the rule data ci_exceptions, {owner, reason}.
package ci_exceptions

import data.sluice.build
import data.sluice.criteria
import data.sluice.results
import data.sluice.rule_data

# Exceptions that are in force and bear on this image.
current := [exception |
	some exception in criteria.sources[_].volatileConfig.exclude
	begun(exception)
	not ended(exception)
	concerns(exception)
]

begun(exception) if object.get(exception, "effectiveOn", "") == ""

begun(exception) if instant(exception.effectiveOn) <= build.now

ended(exception) if instant(exception.effectiveUntil) < build.now

instant(text) := time.parse_rfc3339_ns(text) if contains(text, "T")

instant(text) := time.parse_ns("2006-01-02", text) if not contains(text, "T")

concerns(exception) if {
	every name in ["imageRef", "imageDigest", "imageUrl", "componentNames"] {
		object.get(exception, name, "") in {"", []}
	}
}

concerns(exception) if {
	some name in ["imageRef", "imageDigest"]
	endswith(input.image.ref, sprintf("@%s", [exception[name]]))
}

concerns(exception) if startswith(input.image.ref, sprintf("%s@", [exception.imageUrl]))

concerns(exception) if input.component_name in exception.componentNames

account(exception) := object.get(rule_data.get("ci_exceptions"), object.get(exception, "reference", ""), {})

# METADATA
# title: Exceptions are accounted for
# description: >-
#   Every exception in force has an end (effectiveUntil), and a reference to an entry of the rule data ci_exceptions with
#   an owner and a reason.
# custom:
#   short_name: accounted
#   failure_msg: Expected the exception %s to have %s, found none
#   solution: >-
#     Give the exception effectiveUntil and reference in volatileConfig, and add ci_exceptions.<reference> with owner and
#     reason to the policy's ruleData.
#   collections: [minimal, github, gitlab, tekton]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some exception in current
	some missing in missing_of(exception)
	result := results.finding_about(
		rego.metadata.chain(),
		[results.shown(exception.value), missing],
		exception.value,
	)
}

missing_of(exception) := no_end(exception) | no_account(exception)

no_end(exception) := {"an end (effectiveUntil)"} if object.get(exception, "effectiveUntil", "") == ""

else := set()

no_account(exception) := {text |
	some name, text in {
		"owner": "an owner (ci_exceptions.<reference>.owner)",
		"reason": "a reason (ci_exceptions.<reference>.reason)",
	}
	object.get(account(exception), name, "") == ""
}

# METADATA
# title: Exceptions in force
# description: Lists what is excepted for this image, until when, why, and who answers for it.
# custom:
#   short_name: in_force
#   failure_msg: '%s is excepted until %s: %s (%s, %s)'
#   solution: Resolve what the exception allows, then remove it.
#   collections: [minimal, github, gitlab, tekton]
#   effective_on: "2025-01-01T00:00:00Z"
warn contains result if {
	some exception in current
	count(missing_of(exception)) == 0
	result := results.finding_about(
		rego.metadata.chain(),
		[
			exception.value,
			exception.effectiveUntil,
			account(exception).reason,
			account(exception).owner,
			exception.reference,
		],
		exception.value,
	)
}
`,"ci_provenance.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Provenance
# description: There is provenance, of a kind and from a builder that the policy accepts.
package ci_provenance

import data.sluice.build
import data.sluice.results
import data.sluice.rule_data

# METADATA
# title: Provenance is present
# description: At least one signed SLSA provenance statement (v1 or v0.2) is attached to the image.
# custom:
#   short_name: present
#   failure_msg: Expected SLSA provenance among the verified attestations of the image, found %s
#   solution: >-
#     Run "sluice secure" in the job that builds the image. Attestations that could not be verified are left out and
#     named in the report.
#   collections: [minimal, github, gitlab, tekton]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	count(build.found) == 0
	types := {type |
		some attestation in input.attestations
		type := object.get(attestation, ["statement", "predicateType"], "")
	}
	result := results.finding(rego.metadata.chain(), [results.listed(types)])
}

# METADATA
# title: Build type is accepted
# description: >-
#   Every provenance statement has a build type of the rule data ci_build_types, so that the other rules know what its
#   fields mean.
# custom:
#   short_name: build_type
#   failure_msg: 'Expected provenance of one of the build types %s, found %s'
#   solution: >-
#     Write the provenance with "sluice secure", or add the build type to ci_build_types in the policy's ruleData.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	accepted := rule_data.get("ci_build_types")
	not found.build_type in accepted
	result := results.finding_about(
		rego.metadata.chain(),
		[results.listed(accepted), results.shown(found.build_type)],
		found.build_type,
	)
}

# METADATA
# title: Builder is accepted
# description: >-
#   The builder of every provenance statement is one of the rule data ci_builders (patterns: * stays within a path
#   segment, ** does not). Without ci_builders any builder passes that the signing certificate names, and for Tekton
#   those of ci_tekton_builders.
# custom:
#   short_name: builder
#   failure_msg: Expected the builder to be %s, found %s
#   solution: >-
#     Build with an accepted workflow, pipeline or Tekton Chains, or add the builder to ci_builders in the policy's
#     ruleData.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	accepted := accepted_builders(found)
	not build.matches(found.builder, accepted)
	result := results.finding_about(
		rego.metadata.chain(),
		[wanted(accepted), results.shown(found.builder)],
		found.builder,
	)
}

# Any id but an empty one.
named := ["?**"]

wanted(accepted) := "named" if accepted == named

else := sprintf("one of %s", [results.listed(accepted)])

accepted_builders(found) := builders if {
	builders := rule_data.get("ci_builders")
	count(builders) > 0
}

else := rule_data.get("ci_tekton_builders") if found.kind == "tekton"

else := named
`,"ci_ref.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Refs
# description: What is released was built from a ref that not everybody can write to.
package ci_ref

import data.sluice.build
import data.sluice.results
import data.sluice.rule_data

# METADATA
# title: Ref is protected
# description: >-
#   The git ref that the certificate names matches one of the rule data ci_protected_refs (patterns: * stays within a
#   path segment, ** does not). Keep the list equal to what the forge protects: no certificate says what is protected.
# custom:
#   short_name: protected
#   failure_msg: Expected a build of a protected ref (%s), found %s
#   solution: Build from a protected branch or tag, or name the ref in ci_protected_refs in the policy's ruleData.
#   collections: [github, gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [_, certificate] in build.certified
	ref := build.claim(certificate, "Source Repository Ref")
	protected := rule_data.get("ci_protected_refs")
	not build.matches(ref, protected)
	result := results.finding_about(rego.metadata.chain(), [results.listed(protected), results.shown(ref)], ref)
}
`,"ci_rule_data.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Rule data
# description: What a policy sets for these rules is what they can read.
package ci_rule_data

import data.sluice.results
import data.sluice.rule_data

texts := {"type": "array", "items": {"type": "string", "minLength": 1}, "description": "a list of texts"}

some_texts := object.union(texts, {"minItems": 1, "description": "a list of at least one text"})

flag := {"type": "boolean", "description": "true or false"}

schemas := {
	"ci_build_types": some_texts,
	"ci_builders": texts,
	"ci_tekton_builders": some_texts,
	"ci_protected_refs": some_texts,
	"ci_runner_environments": some_texts,
	"ci_github_events": some_texts,
	"ci_gitlab_pipeline_sources": some_texts,
	"ci_time_slack_seconds": {
		"type": "integer",
		"minimum": 0,
		"maximum": 86400,
		"description": "a number of seconds up to a day",
	},
	"ci_require_sbom": flag,
	"ci_require_scan": flag,
	"ci_scan_max_age_days": {"type": "integer", "minimum": 1, "description": "a number of days"},
	"ci_data_sets": {
		"description": "a list of URIs, or of {uri, digest: sha256:…}",
		"type": "array",
		"items": {"anyOf": [
			{"type": "string", "minLength": 1},
			{
				"type": "object",
				"required": ["uri", "digest"],
				"additionalProperties": false,
				"properties": {
					"uri": {"type": "string", "minLength": 1},
					"digest": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
				},
			},
		]},
	},
	"ci_exceptions": {
		"description": "an object of {owner, reason} by reference",
		"type": "object",
		"additionalProperties": {
			"type": "object",
			"additionalProperties": false,
			"properties": {"owner": {"type": "string"}, "reason": {"type": "string"}},
		},
	},
}

given contains key if {
	some place in rule_data.given
	some key in object.keys(place)
	startswith(key, "ci_")
}

# METADATA
# title: Rule data can be read
# description: Each rule data key that begins with ci_ is one that these rules know, and its value has the right type.
# custom:
#   short_name: valid
#   failure_msg: 'Expected the rule data %s to be %s, found %s'
#   solution: Correct the policy's ruleData; the table of keys is in the documentation of these rules.
#   collections: [minimal, github, gitlab, tekton]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some key in given
	some expected in problems(key)
	result := results.finding_about(rego.metadata.chain(), [key, expected, results.shown(rule_data.get(key))], key)
}

problems(key) := {sprintf("one of %s", [concat(", ", sort(object.keys(schemas)))])} if not key in object.keys(schemas)

else := {schemas[key].description} if not readable(rule_data.get(key), schemas[key])

else := set()

# Schemas are for objects, so the value is made one.
readable(value, schema) if json.match_schema({"value": value}, {"type": "object", "properties": {"value": schema}})[0]
`,"ci_runner.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Runners
# description: The build ran on a machine that is made for one job and thrown away.
package ci_runner

import data.sluice.build
import data.sluice.results
import data.sluice.rule_data

# METADATA
# title: Runner is hosted
# description: >-
#   The certificate's Runner Environment is one of the rule data ci_runner_environments. On a runner of one's own a build
#   can leave something behind for the next.
# custom:
#   short_name: hosted
#   failure_msg: Expected a build on %s, found the runner environment %s
#   solution: >-
#     Build on a hosted runner, or add "self-hosted" to ci_runner_environments in the policy's ruleData when your runners
#     are fresh for each job.
#   collections: [github, gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [_, certificate] in build.certified
	environment := build.claim(certificate, "Runner Environment")
	accepted := rule_data.get("ci_runner_environments")
	not environment in accepted
	result := results.finding_about(
		rego.metadata.chain(),
		[results.listed(accepted), results.shown(environment)],
		environment,
	)
}
`,"ci_sbom.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: SBOM
# description: A bill of materials, where the policy asks for one with the rule data ci_require_sbom.
package ci_sbom

import data.sluice.results
import data.sluice.rule_data

types := ["https://spdx.dev/Document", "https://cyclonedx.org/bom"]

boms := [attestation.statement |
	some attestation in input.attestations
	some type in types
	startswith(attestation.statement.predicateType, type)
]

# METADATA
# title: SBOM is present
# description: With the rule data ci_require_sbom, an SPDX or CycloneDX document is attached as a signed attestation.
# custom:
#   short_name: present
#   failure_msg: Expected an SBOM among the verified attestations, found %s
#   solution: Attach one, "sluice attest --predicate sbom.json --type cyclonedx IMAGE" (or spdxjson).
#   collections: [minimal, github, gitlab, tekton]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	rule_data.get("ci_require_sbom") != false
	count(boms) == 0
	found := {object.get(attestation, ["statement", "predicateType"], "") | some attestation in input.attestations}
	result := results.finding(rego.metadata.chain(), [results.listed(found)])
}

# METADATA
# title: SBOM is not empty
# description: With the rule data ci_require_sbom, every SBOM lists at least one package or component.
# custom:
#   short_name: not_empty
#   failure_msg: Expected the SBOM of type %s to list packages or components, found none
#   solution: Look at the tool that wrote the SBOM; it may have looked at an empty folder instead of the image.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_sbom.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	rule_data.get("ci_require_sbom") != false
	some bom in boms
	not lists_something(bom.predicate)
	result := results.finding(rego.metadata.chain(), [bom.predicateType])
}

lists_something(predicate) if {
	some name in ["packages", "components"]
	count(predicate[name]) > 0
}

# cosign wraps an SPDX document that is not JSON as text.
lists_something(predicate) if contains(predicate, "PackageName:")
`,"ci_scan.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Scan
# description: A vulnerability scan, where the policy asks for one with the rule data ci_require_scan.
package ci_scan

import data.sluice.build
import data.sluice.results
import data.sluice.rule_data

types := ["https://cosign.sigstore.dev/attestation/vuln/v1", "https://in-toto.io/attestation/vulns/"]

scans := [attestation.statement |
	some attestation in input.attestations
	some type in types
	startswith(attestation.statement.predicateType, type)
]

# METADATA
# title: Scan is present
# description: With the rule data ci_require_scan, the report of a vulnerability scan is attached as a signed attestation.
# custom:
#   short_name: present
#   failure_msg: Expected a vulnerability scan among the verified attestations, found %s
#   solution: Scan the image and attach the report, "sluice attest --predicate scan.json --type vuln IMAGE".
#   collections: [minimal, github, gitlab, tekton]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	rule_data.get("ci_require_scan") != false
	count(scans) == 0
	found := {object.get(attestation, ["statement", "predicateType"], "") | some attestation in input.attestations}
	result := results.finding(rego.metadata.chain(), [results.listed(found)])
}

# METADATA
# title: Scan is recent
# description: >-
#   With the rule data ci_require_scan, one scan ended not longer ago than ci_scan_max_age_days, and not in the future.
# custom:
#   short_name: recent
#   failure_msg: Expected a scan of the last %v days, found scans that ended %s
#   solution: Scan the image again and attach the report.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_scan.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	rule_data.get("ci_require_scan") != false
	not recently_scanned
	result := results.finding(
		rego.metadata.chain(),
		[rule_data.get("ci_scan_max_age_days"), results.listed([ended(scan) | some scan in scans])],
	)
}

recently_scanned if {
	some scan in scans
	at := time.parse_rfc3339_ns(ended(scan))
	at <= build.now + build.slack
	at + ((rule_data.get("ci_scan_max_age_days") * 86400) * 1000000000) >= build.now
}

ended(scan) := object.get(scan.predicate, ["metadata", "scanFinishedOn"], "")
`,"ci_times.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Times
# description: >-
#   The times that provenance claims fit together, the certificate and the clock: started, then finished, then signed,
#   and nothing in the future. Provenance that claims no times is not held to them.
package ci_times

import data.sluice.build
import data.sluice.results

# METADATA
# title: Times can be read
# description: startedOn and finishedOn are RFC 3339 times where they are given.
# custom:
#   short_name: readable
#   failure_msg: 'Expected %s to be a time such as 2026-01-02T03:04:05Z, found %s'
#   solution: Write the provenance with "sluice secure", or correct the tool that writes it.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	some [name, text] in claimed(found)
	not time.parse_rfc3339_ns(text)
	result := results.finding(rego.metadata.chain(), [name, results.shown(text)])
}

claimed(found) := [[name, text] |
	some [name, text] in [["startedOn", found.started], ["finishedOn", found.finished]]
	text != ""
]

# METADATA
# title: The build began before it ended
# description: startedOn is not after finishedOn.
# custom:
#   short_name: order
#   failure_msg: Expected startedOn not to be after finishedOn, found %s and %s
#   solution: Let the CI say when the job began; look at the clock of the runner.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	time.parse_rfc3339_ns(found.started) > time.parse_rfc3339_ns(found.finished)
	result := results.finding(rego.metadata.chain(), [found.started, found.finished])
}

# METADATA
# title: The build ended before it was signed
# description: >-
#   startedOn and finishedOn are not after the certificate's Not Before, give or take the rule data
#   ci_time_slack_seconds: a certificate is made when the job signs.
# custom:
#   short_name: before_signing
#   failure_msg: Expected %s not to be after the signing certificate's time %s, found %s
#   solution: Write the provenance before it is signed, on a runner whose clock is right.
#   collections: [minimal, github, gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [found, certificate] in build.certified
	some [name, text] in claimed(found)
	signed := object.get(certificate, "Not Before", "")
	late(text, signed)
	result := results.finding(rego.metadata.chain(), [name, results.shown(signed), text])
}

late(text, signed) if time.parse_rfc3339_ns(text) > time.parse_rfc3339_ns(signed) + build.slack

# Without a readable certificate time nothing shows that the build came first.
late(_, signed) if not time.parse_rfc3339_ns(signed)

# METADATA
# title: The build is not in the future
# description: startedOn and finishedOn are not after the effective time, give or take ci_time_slack_seconds.
# custom:
#   short_name: future
#   failure_msg: Expected %s not to be after %s, found %s
#   solution: Look at the clock of the runner that wrote the provenance.
#   collections: [minimal, github, gitlab, tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	some [name, text] in claimed(found)
	time.parse_rfc3339_ns(text) > build.now + build.slack
	result := results.finding(rego.metadata.chain(), [name, time.format(build.now), text])
}
`,"github_build.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: GitHub builds
# description: What only provenance of GitHub Actions says, and only GitHub's certificates repeat.
package github_build

import data.sluice.build
import data.sluice.criteria
import data.sluice.results
import data.sluice.rule_data

builds := [pair | some pair in build.certified; pair[0].kind == "github"]

# METADATA
# title: GitHub Actions built the image
# description: >-
#   Every provenance statement has GitHub's build type. Asked only where the policy includes @github or github_build; a
#   policy without such a criterion takes builds of every CI.
# custom:
#   short_name: expected
#   failure_msg: Expected an image built by GitHub Actions, found the build type %s
#   solution: Build with GitHub Actions, or include the collection of the CI that builds the image.
#   collections: [github]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	criteria.names("github")
	some found in build.checked
	found.kind != "github"
	result := results.finding(rego.metadata.chain(), [results.shown(found.build_type)])
}

# METADATA
# title: Provenance repeats the claims of GitHub
# description: >-
#   Event, repository id, owner id and runner environment under internalParameters.github are those of the certificate.
#   Ids stay when a repository is renamed and another takes its name.
# custom:
#   short_name: parameters
#   failure_msg: Expected internalParameters.github.%s to be %s as in the signing certificate, found %s
#   solution: Write the provenance with "sluice secure" or actions/attest-build-provenance in the job that builds.
#   collections: [github]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [found, certificate] in builds
	some name, extension in {
		"event_name": "Build Trigger",
		"repository_id": "Source Repository Identifier",
		"repository_owner_id": "Source Repository Owner Identifier",
		"runner_environment": "Runner Environment",
	}
	expected := build.claim(certificate, extension)
	value := object.get(found.predicate, ["buildDefinition", "internalParameters", "github", name], "")
	not build.agree(value, expected)
	result := results.finding_about(
		rego.metadata.chain(),
		[name, results.shown(expected), results.shown(value)],
		name,
	)
}

# METADATA
# title: Event is accepted
# description: >-
#   The certificate's Build Trigger is one of the rule data ci_github_events. An event such as pull_request_target or
#   issue_comment runs on a protected branch, but with what a stranger wrote.
# custom:
#   short_name: event
#   failure_msg: Expected a run that one of the events %s started, found %s
#   solution: Release from a push, a tag or a dispatch; or add the event to ci_github_events in the policy's ruleData.
#   collections: [github]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [_, certificate] in builds
	event := build.claim(certificate, "Build Trigger")
	accepted := rule_data.get("ci_github_events")
	not event in accepted
	result := results.finding_about(rego.metadata.chain(), [results.listed(accepted), results.shown(event)], event)
}
`,"gitlab_build.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: GitLab builds
# description: What only provenance of GitLab CI says, and only GitLab's certificates repeat.
package gitlab_build

import data.sluice.build
import data.sluice.criteria
import data.sluice.results
import data.sluice.rule_data

builds := [pair | some pair in build.certified; pair[0].kind == "gitlab"]

# METADATA
# title: GitLab CI built the image
# description: >-
#   Every provenance statement has the build type of GitLab pipelines. Asked only where the policy includes @gitlab or
#   gitlab_build; a policy without such a criterion takes builds of every CI.
# custom:
#   short_name: expected
#   failure_msg: Expected an image built by GitLab CI, found the build type %s
#   solution: Build with GitLab CI, or include the collection of the CI that builds the image.
#   collections: [gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	criteria.names("gitlab")
	some found in build.checked
	found.kind != "gitlab"
	result := results.finding(rego.metadata.chain(), [results.shown(found.build_type)])
}

# METADATA
# title: Provenance repeats the claims of GitLab
# description: >-
#   Pipeline source, project id, namespace id and runner environment under internalParameters.gitlab are those of the
#   certificate. Ids stay when a project is renamed and another takes its path.
# custom:
#   short_name: parameters
#   failure_msg: Expected internalParameters.gitlab.%s to be %s as in the signing certificate, found %s
#   solution: Write the provenance with "sluice secure" in the job that builds.
#   collections: [gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [found, certificate] in builds
	some name, extension in {
		"pipeline_source": "Build Trigger",
		"project_id": "Source Repository Identifier",
		"namespace_id": "Source Repository Owner Identifier",
		"runner_environment": "Runner Environment",
	}
	expected := build.claim(certificate, extension)
	value := parameter(found, name)
	not build.agree(value, expected)
	result := results.finding_about(
		rego.metadata.chain(),
		[name, results.shown(expected), results.shown(value)],
		name,
	)
}

parameter(found, name) := object.get(found.predicate, ["buildDefinition", "internalParameters", "gitlab", name], "")

# METADATA
# title: Pipeline source is accepted
# description: >-
#   The certificate's Build Trigger is one of the rule data ci_gitlab_pipeline_sources. A merge request's pipeline runs
#   what is not merged yet.
# custom:
#   short_name: pipeline_source
#   failure_msg: Expected a pipeline that one of %s started, found %s
#   solution: Release from a branch or tag pipeline; or add the source to ci_gitlab_pipeline_sources in ruleData.
#   collections: [gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [_, certificate] in builds
	source := build.claim(certificate, "Build Trigger")
	accepted := rule_data.get("ci_gitlab_pipeline_sources")
	not source in accepted
	result := results.finding_about(rego.metadata.chain(), [results.listed(accepted), results.shown(source)], source)
}

# METADATA
# title: GitLab says that the ref is protected
# description: internalParameters.gitlab.ref_protected, which "sluice secure" takes from the job's identity token, is true.
# custom:
#   short_name: ref_protected
#   failure_msg: Expected internalParameters.gitlab.ref_protected to be true, found %s
#   solution: Protect the branch or tag in the project's settings (Repository), then build again.
#   collections: [gitlab]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some [found, _] in builds
	value := parameter(found, "ref_protected")
	value != true
	result := results.finding(rego.metadata.chain(), [results.shown(value)])
}
`,"lib/build.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Builds
# description: >-
#   The provenance attached to an image, each statement read into one shape whatever CI wrote it, with the certificates
#   that vouch for it. A member that is not there is "", so that a comparison with it fails instead of being skipped.
package sluice.build

import data.sluice.rule_data

provenance_v1 := "https://slsa.dev/provenance/v1"

provenance_v02 := "https://slsa.dev/provenance/v0.2"

# Each provenance statement of the image.
found := [read(attestation) |
	some attestation in input.attestations
	attestation.statement.predicateType in {provenance_v1, provenance_v02}
]

# What is checked: every provenance statement or, where there is none, one that says nothing and therefore fails.
checked := found if count(found) > 0

else := [read({})]

read(attestation) := build if {
	predicate := object.get(attestation, ["statement", "predicate"], {})
	build_type := first(predicate, [["buildDefinition", "buildType"], ["buildType"]])
	dependencies := list(predicate, [["buildDefinition", "resolvedDependencies"], ["materials"]])
	kind := kind_of(build_type)
	build := {
		"kind": kind,
		"predicate": predicate,
		"build_type": build_type,
		"builder": first(predicate, [["runDetails", "builder", "id"], ["builder", "id"]]),
		"invocation": first(predicate, [["runDetails", "metadata", "invocationId"], ["metadata", "buildInvocationId"]]),
		"started": first(predicate, [["runDetails", "metadata", "startedOn"], ["metadata", "buildStartedOn"]]),
		"finished": first(predicate, [["runDetails", "metadata", "finishedOn"], ["metadata", "buildFinishedOn"]]),
		"dependencies": dependencies,
		"workflow": workflow_of(kind, predicate),
		"certificates": certificates_of(attestation),
	}
}

# Which CI a build type belongs to. What a policy adds under ci_build_types is "other".
kind_of("https://actions.github.io/buildtypes/workflow/v1") := "github"

kind_of("https://github.com/sluice-ci/sluice/blob/main/docs/buildtypes/gitlab/v1.md") := "gitlab"

kind_of(build_type) := "tekton" if {
	some prefix in ["https://tekton.dev/chains/v2/", "tekton.dev/"]
	startswith(build_type, prefix)
}

kind_of(build_type) := "other" if {
	not startswith(build_type, "https://tekton.dev/chains/v2/")
	not startswith(build_type, "tekton.dev/")
	not build_type in {
		"https://actions.github.io/buildtypes/workflow/v1",
		"https://github.com/sluice-ci/sluice/blob/main/docs/buildtypes/gitlab/v1.md",
	}
}

# Repository, ref and path of the pipeline's definition, as the provenance names them.
workflow_of("github", predicate) := workflow(object.get(
	predicate,
	["buildDefinition", "externalParameters", "workflow"],
	{},
))

workflow_of("gitlab", predicate) := workflow(object.get(
	predicate,
	["buildDefinition", "externalParameters", "pipeline"],
	{},
))

workflow_of(kind, _) := workflow({}) if not kind in {"github", "gitlab"}

workflow(parameters) := {name: object.get(parameters, name, "") | some name in ["repository", "ref", "path"]}

# The certificate of each signature, as its metadata; {} for a signature by key, and for no signature at all.
certificates_of(attestation) := metadata if {
	signatures := list(attestation, [["signatures"]])
	count(signatures) > 0
	metadata := [object.get(signature, "metadata", {}) | some signature in signatures]
}

else := [{}]

# One extension of a certificate, by its name without "Fulcio".
claim(certificate, name) := object.get(certificate, sprintf("Fulcio %s", [name]), "")

# Builds with each of their certificates, as far as a certificate has to vouch for them: all but what Tekton Chains signs
# by key or in its own name. A statement that calls itself Tekton's but was signed by a CI job is held to the job.
certified := [[build, certificate] |
	some build in checked
	some certificate in build.certificates
	vouched(build, certificate)
]

vouched(build, _) if build.kind != "tekton"

vouched(_, certificate) if claim(certificate, "Build Signer URI") != ""

# Both say the same, and say something.
agree(a, b) if {
	a == b
	a != ""
}

# Commits of the sources that went into a build, by their address.
commits(build) := {[uri, commit] |
	some dependency in build.dependencies
	uri := object.get(dependency, "uri", "")
	digests := object.get(dependency, "digest", {})
	some algorithm in ["gitCommit", "sha1"]
	commit := object.get(digests, algorithm, "")
	commit != ""
}

matches(value, patterns) if {
	some pattern in patterns
	glob.match(pattern, ["/"], value)
}

# The first of these places that holds text.
first(document, paths) := texts[0] if {
	texts := [value |
		some path in paths
		value := object.get(document, path, "")
		is_string(value)
		value != ""
	]
	count(texts) > 0
}

else := ""

# The first of these places that holds a list with something in it.
list(document, paths) := lists[0] if {
	lists := [value |
		some path in paths
		value := object.get(document, path, [])
		is_array(value)
		count(value) > 0
	]
	count(lists) > 0
}

else := []

# The effective time, in nanoseconds.
default now := 0

now := data.config.policy.when_ns

# How far two clocks may disagree, in nanoseconds.
slack := rule_data.get("ci_time_slack_seconds") * 1000000000
`,"lib/criteria.rego":`# SPDX-License-Identifier: Apache-2.0

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
`,"lib/results.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Results
# description: How a rule says what it found, in the form that Enterprise Contract policies use.
package sluice.results

# A result of the rule whose annotation chain is given: its code, and its failure_msg filled in.
finding(chain, values) := {
	"code": code(chain),
	"msg": sprintf(chain[0].annotations.custom.failure_msg, values),
}

# The same with a term: a criterion can name CODE:TERM.
finding_about(chain, values, term) := object.union(finding(chain, values), {"term": term})

code(chain) := concat(".", array.concat(
	array.slice(chain[0].path, 0, count(chain[0].path) - 1),
	[chain[0].annotations.custom.short_name],
))

# A value as a sentence shows it.
shown(value) := "nothing" if value in {"", null}

else := sprintf("%q", [value]) if is_string(value)

else := json.marshal(value)

# Several values as a sentence shows them.
listed(values) := "none" if count(values) == 0

else := concat(", ", [shown(value) | some value in values])
`,"lib/rule_data.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Rule data
# description: What a policy sets under ruleData, and what holds where it sets nothing.
package sluice.rule_data

# The names begin with ci_, so that they can stand beside the rule data of other policies.
defaults := {
	"ci_build_types": [
		"https://actions.github.io/buildtypes/workflow/v1",
		"https://github.com/sluice-ci/sluice/blob/main/docs/buildtypes/gitlab/v1.md",
		"https://tekton.dev/chains/v2/slsa",
		"https://tekton.dev/chains/v2/slsa-tekton",
		"tekton.dev/v1beta1/PipelineRun",
		"tekton.dev/v1beta1/TaskRun",
		"tekton.dev/v1/PipelineRun",
		"tekton.dev/v1/TaskRun",
	],
	"ci_builders": [],
	"ci_tekton_builders": ["https://tekton.dev/chains/v2"],
	"ci_protected_refs": ["refs/heads/main", "refs/heads/master"],
	"ci_runner_environments": ["github-hosted", "gitlab-hosted"],
	"ci_github_events": ["push", "create", "release", "workflow_dispatch", "schedule"],
	"ci_gitlab_pipeline_sources": ["push", "web", "schedule", "api", "trigger", "pipeline", "parent_pipeline"],
	"ci_time_slack_seconds": 300,
	"ci_data_sets": [],
	"ci_require_sbom": false,
	"ci_require_scan": false,
	"ci_scan_max_age_days": 30,
	"ci_exceptions": {},
}

# Where rule data is looked for, in this order; the first that has the key counts, whatever its value.
given := array.concat(array.concat(configured, custom), plain)

default configured := []

configured := [data.rule_data__configuration__]

default custom := []

custom := [data.rule_data_custom]

default plain := []

plain := [data.rule_data]

get(key) := found[0] if {
	found := [value |
		some place in array.concat(given, [defaults])
		value := place[key]
	]
}
`,"tekton_build.rego":`# SPDX-License-Identifier: Apache-2.0

# METADATA
# title: Tekton builds
# description: What provenance of Tekton Chains must say beyond that of any build.
package tekton_build

import data.sluice.build
import data.sluice.criteria
import data.sluice.results

# METADATA
# title: Tekton built the image
# description: >-
#   Every provenance statement has a build type of Tekton Chains. Asked only where the policy includes @tekton or
#   tekton_build; a policy without such a criterion takes builds of every CI.
# custom:
#   short_name: expected
#   failure_msg: Expected an image built by Tekton, found the build type %s
#   solution: Build with Tekton, or include the collection of the CI that builds the image.
#   collections: [tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	criteria.names("tekton")
	some found in build.checked
	found.kind != "tekton"
	result := results.finding(rego.metadata.chain(), [results.shown(found.build_type)])
}

# METADATA
# title: Source is known
# description: >-
#   Provenance of a Tekton run names at least one git commit among its materials or resolved dependencies.
# custom:
#   short_name: source
#   failure_msg: Expected a git commit among the materials of the Tekton run, found %s
#   solution: >-
#     Let the pipeline or task give the results CHAINS-GIT_URL and CHAINS-GIT_COMMIT, from which Tekton Chains takes the
#     source.
#   collections: [tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	found.kind == "tekton"
	count(build.commits(found)) == 0
	uris := {object.get(dependency, "uri", "") | some dependency in found.dependencies}
	result := results.finding(rego.metadata.chain(), [results.listed(uris)])
}

# METADATA
# title: Tasks succeeded
# description: No task that the provenance lists ended otherwise than with success.
# custom:
#   short_name: tasks_succeeded
#   failure_msg: Expected the task %s to have succeeded, found %s
#   solution: Look at the task's log and run the pipeline again; a result of a failed run is not to be released.
#   collections: [tekton]
#   depends_on: [ci_provenance.present]
#   effective_on: "2025-01-01T00:00:00Z"
deny contains result if {
	some found in build.checked
	found.kind == "tekton"
	some task in build.list(found.predicate, [["buildConfig", "tasks"]])
	status := object.get(task, "status", "")
	not status in {"Succeeded", "Completed"}
	name := object.get(task, "name", "")
	result := results.finding_about(rego.metadata.chain(), [results.shown(name), results.shown(status)], name)
}
`}).map(([e,t])=>({path:e,text:t}));export{e as ciPolicy};