// SPDX-License-Identifier: Apache-2.0

/** A policy of our own for the bench, shaped like those that judge releases: many packages over one library. */
export interface Sample {
  readonly files: Readonly<Record<string, string>>;
  readonly data: unknown;
  readonly input: unknown;
  /** What is evaluated: paths of data, such as `release` or `tasks.deny`; each has a value. */
  readonly rules: readonly string[];
}

const packages = 60;
const components = 150;

export function samplePolicy(): Sample {
  const files: Record<string, string> = { 'policy/lib.rego': library };
  for (let n = 0; n < packages; n++) {
    files[`policy/rule_${n}.rego`] = rulePackage(n);
    files[`tests/rule_${n}_test.rego`] = testPackage(n);
  }
  return {
    files,
    rules: ['release'],
    data: {
      settings: {
        registries: ['registry.example.com/', 'mirror.example.com/'],
        minimum: Object.fromEntries(Array.from({ length: packages }, (_, n) => [`tool-${n}`, `1.${n}.0`])),
        forbidden: ['CVE-0', 'CVE-7', 'CVE-99'],
      },
    },
    input: { components: Array.from({ length: components }, (_, n) => component(n)) },
  };
}

function component(n: number): unknown {
  const digest = n.toString(16).padStart(64, '0');
  return {
    name: `component-${n}`,
    image: `${n % 7 === 0 ? 'elsewhere.example.com' : 'registry.example.com'}/team/component-${n}@sha256:${digest}`,
    labels: { version: `1.${n % 40}.${n % 3}`, tier: n % 2 === 0 ? 'front' : 'back', owner: `team-${n % 9}` },
    tools: Array.from({ length: 4 }, (_, at) => ({ name: `tool-${(n + at) % packages}`, version: `1.${n % 50}.0` })),
    findings: Array.from({ length: 5 }, (_, at) => ({ id: `CVE-${n + at}`, severity: at % 3 === 0 ? 'high' : 'low' })),
  };
}

const library = `package lib

result(code, component, detail) := {
	"code": code,
	"msg": sprintf("%s: component %q %s", [code, component.name, detail]),
	"owner": component.labels.owner,
}

allowed_registry(image) if {
	some prefix in data.settings.registries
	startswith(image, prefix)
}

digest_of(image) := digest if {
	[_, digest] := split(image, "@")
	regex.match(\`^sha256:[0-9a-f]{64}$\`, digest)
}

severities(component) := {severity: ids |
	some severity in {finding.severity | some finding in component.findings}
	ids := sort([finding.id | some finding in component.findings; finding.severity == severity])
}

forbidden := {id | some id in data.settings.forbidden}
`;

function rulePackage(n: number): string {
  return `# METADATA
# title: Rule ${n}
# description: >-
#   Judges the components of a release by the settings of rule ${n}.
package release.rule_${n}

import data.lib

# METADATA
# title: Registry
# custom:
#   short_name: registry_${n}
#   failure_msg: Image %s is not from an allowed registry
deny contains lib.result("registry_${n}", component, "is not from an allowed registry") if {
	some component in input.components
	component.labels.owner == "team-${n % 9}"
	not lib.allowed_registry(component.image)
}

# METADATA
# title: Versions
# custom:
#   short_name: version_${n}
deny contains lib.result("version_${n}", component, sprintf("has %s %s", [tool.name, tool.version])) if {
	some component in input.components
	some tool in component.tools
	tool.name == "tool-${n}"
	semver.compare(tool.version, data.settings.minimum[tool.name]) < 0
}

# METADATA
# title: Findings
# custom:
#   short_name: findings_${n}
deny contains lib.result("findings_${n}", component, concat(", ", bad)) if {
	some component in input.components
	endswith(component.name, "${n % 10}")
	bad := {id | some id in lib.severities(component).high} & lib.forbidden
	count(bad) > 0
}

warn contains msg if {
	some component in input.components
	not lib.digest_of(component.image)
	msg := sprintf("%s has no digest", [component.name])
}

default allow := false

allow if count(deny) == 0

owners[owner] contains component.name if {
	some component in input.components
	owner := component.labels.owner
	to_number(split(component.labels.version, ".")[1]) > ${n % 40}
}
`;
}

function testPackage(n: number): string {
  return `package release.rule_${n}_test

import data.release.rule_${n}

component := {
	"name": "one-${n % 10}",
	"image": "registry.example.com/one@sha256:${'0'.repeat(64)}",
	"labels": {"version": "1.${n % 40}.0", "owner": "team-${n % 9}"},
	"tools": [{"name": "tool-${n}", "version": "9.0.0"}],
	"findings": [{"id": "CVE-1", "severity": "high"}],
}

changed(patches) := {"components": [json.patch(component, patches)]}

test_good if rule_${n}.allow with input as changed([])

test_registry if {
	found := rule_${n}.deny with input as changed([{"op": "replace", "path": "/image", "value": "x/y"}])
	{one.code | some one in found} == {"registry_${n}"}
}

test_version if {
	patch := {"op": "replace", "path": "/tools/0/version", "value": "0.1.0"}
	found := rule_${n}.deny with input as changed([patch])
	count(found) == 1
}

test_findings if {
	found := rule_${n}.deny with input as changed([{"op": "replace", "path": "/findings/0/id", "value": "CVE-7"}])
	some one in found
	contains(one.msg, "CVE-7")
}

test_digest if {
	found := rule_${n}.warn with input as changed([{"op": "replace", "path": "/image", "value": "x/y"}])
	found == {"one-${n % 10} has no digest"}
}
`;
}
