// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Sample } from './policy.ts';

/**
 * A checkout of conforma/policy that opa can evaluate, too: the functions its embedder lends (`ec.oci.blob`) become
 * functions of a module, the same for both engines.
 */
export function conformaPolicy(checkout: string): Sample {
  const files: Record<string, string> = { ...lent };
  for (const part of ['policy/lib', 'policy/release']) {
    for (const name of readdirSync(join(checkout, part), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.rego')) continue;
      const text = readFileSync(join(checkout, part, name), 'utf8');
      const place = name.endsWith('_test.rego') ? 'tests' : 'policy';
      files[`${place}/${part}/${name}`] = withoutLent(text);
    }
  }
  return {
    files,
    rules: rulesOf(files),
    data: parse(readFileSync(join(checkout, 'example/data/rule_data.yml'), 'utf8')),
    input: JSON.parse(readFileSync(join(checkout, 'acceptance/samples/policy-input-golden-container.json'), 'utf8')),
  };
}

/** The rules that a gate asks: those of the release packages, `deny` and `warn`. */
function rulesOf(files: Readonly<Record<string, string>>): readonly string[] {
  const rules = Object.entries(files)
    .filter(([name]) => name.startsWith('policy/policy/release/'))
    .flatMap(([, text]) => {
      const name = /^package ([\w.]+)$/m.exec(text)?.[1] ?? '';
      return [...text.matchAll(/^(deny|warn) contains /gm)].map(([, rule]) => `${name}.${rule}`);
    });
  return [...new Set(rules)].sort();
}

function withoutLent(text: string): string {
  // That test wants the words of a JSON Schema error as an earlier opa had them.
  return text
    .replace(/^test_validate_args\b/gm, 'left_out_validate_args')
    .replace(/(?<![\w".])ec\.(oci|purl|sigstore)\.(\w+)/g, 'data.ec_$1.$2');
}

const unanswered = ['blob', 'parsed_blob', 'descriptor', 'image_manifest', 'image_manifests', 'image_index']
  .concat('image_tag_refs', 'image_referrers')
  .map((name) => `${name}(ref) := data.answers[ref]\n`)
  .concat(['blob_files', 'image_files'].map((name) => `${name}(ref, _) := data.answers[ref]\n`));

const lent: Readonly<Record<string, string>> = {
  'policy/ec_oci.rego': `package ec_oci\n\n${unanswered.join('\n')}`,
  'policy/ec_sigstore.rego': `package ec_sigstore

verify_image(ref, _) := data.answers[ref]

verify_attestation(ref, _) := data.answers[ref]
`,
  'policy/ec_purl.rego': `package ec_purl

is_valid(text) if regex.match(\`^pkg:[A-Za-z][A-Za-z0-9.+-]*/.+\`, text)

parse(text) := {
	"type": lower(kind),
	"namespace": concat("/", array.slice(names, 0, count(names) - 1)),
	"name": urlquery.decode(names[count(names) - 1]),
	"version": urlquery.decode(trim_prefix(version, "@")),
	"qualifiers": [{"key": key, "value": value} |
		some pair in sort(split(trim_prefix(query, "?"), "&"))
		[key, escaped] := split(pair, "=")
		value := urlquery.decode(escaped)
	],
	"subpath": trim_prefix(subpath, "#"),
} if {
	pattern := \`^pkg:/*([A-Za-z][A-Za-z0-9.+-]*)/([^?#@]+)(@[^?#]*)?([?][^#]*)?(#.*)?$\`
	[[_, kind, path, version, query, subpath]] := regex.find_all_string_submatch_n(pattern, text, 1)
	names := split(path, "/")
}
`,
};
