# SPDX-License-Identifier: Apache-2.0

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
