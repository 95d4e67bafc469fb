// SPDX-License-Identifier: Apache-2.0
// Holds the engine against OPA on Conforma's release policies: `node interop/conforma-policies.ts [FOLDER]`. The folder
// (or the variable SLUICE_CONFORMA_POLICY) is a copy of github.com/conforma/policy. OPA does not know ec.*, so its
// calls are replaced for both sides by the same rules that answer nothing.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { compile, evaluate, fromJson, isObject, type Module, parseModule, toJson } from '../packages/rego/src/index.ts';
import { installTools } from './tools.ts';

const folder = process.argv[2] ?? process.env['SLUICE_CONFORMA_POLICY'] ?? '';
if (!existsSync(join(folder, 'policy', 'release'))) {
  console.error('Expected a copy of conforma/policy as argument or in SLUICE_CONFORMA_POLICY, but found none.');
  process.exit(2);
}
const { opa } = installTools(['opa'], process.env).tools;
if (opa === undefined) {
  console.error('Expected opa, but it could not be had.');
  process.exit(2);
}

const stubs = `package ec_stub

any_value(x) := json.unmarshal(json.marshal(x))
oci_blob(ref) := any_value(ref) if false
oci_parsed_blob(ref) := any_value(ref) if false
oci_blob_files(ref, paths) := any_value([ref, paths]) if false
oci_image_files(ref, paths) := any_value([ref, paths]) if false
oci_descriptor(ref) := any_value(ref) if false
oci_image_manifest(ref) := any_value(ref) if false
oci_image_manifests(refs) := json.unmarshal("{}") if refs == refs
oci_image_index(ref) := any_value(ref) if false
oci_image_tag_refs(ref) := json.unmarshal("[]") if ref == ref
oci_image_referrers(ref) := json.unmarshal("[]") if ref == ref
sigstore_verify_image(ref, opts) := any_value({"success": false, "errors": [sprintf("%v %v", [ref, opts.ignore_rekor])], "signatures": []})
sigstore_verify_attestation(ref, opts) := any_value({"success": false, "errors": [sprintf("%v %v", [ref, opts.ignore_rekor])], "attestations": []})
purl_is_valid(s) if startswith(s, "pkg:")
purl_parse(s) := any_value({"type": split(s, "/")[0], "namespace": "", "name": s, "version": "1", "qualifiers": [], "subpath": ""})
`;

const gateConfig = {
  policy: { when_ns: Date.parse('2026-06-01T00:00:00Z') * 1e6 },
  default_sigstore_opts: {
    ignore_rekor: true,
    public_key: '',
    certificate_identity: '',
    certificate_identity_regexp: '',
    certificate_oidc_issuer: '',
    certificate_oidc_issuer_regexp: '',
    rekor_url: '',
  },
};

const work = mkdtempSync(join(tmpdir(), 'sluice-conforma-'));
try {
  process.exitCode = run(opa) ? 0 : 1;
} finally {
  rmSync(work, { recursive: true });
}

function run(program: string): boolean {
  const modules = copyPolicies();
  const policy = compile(modules, {});
  const rules = rulesOf(modules);
  const data = { ...exampleData(program), config: gateConfig };
  writeFileSync(join(work, 'data.json'), JSON.stringify(data));
  const document = fromJson(JSON.stringify(data));
  if (!isObject(document)) throw new TypeError('Data is an object.');
  let same = 0;
  const samples = join(folder, 'acceptance', 'samples');
  const inputs = readdirSync(samples).filter((name) => name.startsWith('policy-input'));
  for (const name of inputs) {
    const wanted = opaAnswers(program, rules, join(samples, name));
    const input = fromJson(readFileSync(join(samples, name), 'utf8'));
    const evaluation = evaluate(policy, { input, data: document }, { now: 0n });
    for (const path of rules) {
      const value = evaluation.value(path);
      const found = value === undefined ? [] : JSON.parse(toJson(value));
      if (isDeepStrictEqual(found, wanted[path.join('.')])) same++;
      else console.log(`different  ${name} ${path.join('.')}: ${JSON.stringify(found).slice(0, 400)}`);
    }
  }
  console.log(`same ${same} of ${rules.length * inputs.length} (${rules.length} rules, ${inputs.length} inputs)`);
  return same === rules.length * inputs.length;
}

/** The policies without their tests, `ec.*` replaced, where OPA finds them too. */
function copyPolicies(): Module[] {
  const root = join(folder, 'policy');
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /^(lib|release)\/.*\.rego$/.test(name) && !name.endsWith('_test.rego'),
  );
  const texts = new Map(names.sort().map((name) => [name, readFileSync(join(root, name), 'utf8')]));
  texts.set('stub.rego', stubs);
  return [...texts].map(([name, text]) => {
    const replaced = text.replace(/\bec\.(oci|sigstore|purl)\.(\w+)/g, 'data.ec_stub.$1_$2');
    const file = join(work, 'policy', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, replaced);
    return parseModule(name, replaced, { annotations: true });
  });
}

function rulesOf(modules: readonly Module[]): readonly (readonly string[])[] {
  const rules = modules.flatMap(({ package: { path }, rules: list }) =>
    list
      .map(({ head }) => [...path.slice(1), head.name])
      .filter((rule) => /^(deny|warn|violation)$/.test(rule.at(-1) ?? '')),
  );
  return [...new Map(rules.map((rule) => [rule.join('.'), rule])).values()];
}

function exampleData(program: string): Record<string, unknown> {
  const argv = ['eval', '-d', join(folder, 'example', 'data'), '--format', 'json', 'data'];
  return JSON.parse(execFileSync(program, argv, { encoding: 'utf8' })).result[0].expressions[0].value;
}

function opaAnswers(program: string, rules: readonly (readonly string[])[], input: string): Record<string, unknown> {
  const members = rules.map((path) => `"${path.join('.')}": [x | some x in data.${path.join('.')}]`);
  const argv = ['eval', '-d', join(work, 'policy'), '-d', join(work, 'data.json'), '-i', input, '--format', 'json'];
  const text = execFileSync(program, [...argv, `{${members.join(', ')}}`], { encoding: 'utf8', maxBuffer: 1e8 });
  return JSON.parse(text).result[0].expressions[0].value;
}
