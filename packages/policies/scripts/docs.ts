// SPDX-License-Identifier: Apache-2.0
import { compile, evaluate, type Module, type Plain, parseModule, readAnnotations, toPlain } from '@sluice/rego';
import type { PolicyFile } from '../src/index.ts';

/** The README with its generated parts written anew: what stands between a pair of markers. */
export function withTables(readme: string, files: readonly PolicyFile[]): string {
  const modules = files.map(({ path, text }) => parseModule(path, text, { annotations: true }));
  const parts = { collections: collections(modules), rules: rules(modules), 'rule data': ruleData(modules) };
  return Object.entries(parts).reduce(
    (text, [name, table]) =>
      text.replace(
        new RegExp(`(<!-- ${name}: generated -->\n)[\\s\\S]*?(<!-- end -->)`),
        (_, begin, end) => `${begin}\n${table}\n\n${end}`,
      ),
    readme,
  );
}

interface RuleText {
  readonly package: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly custom: { readonly [name: string]: Plain };
  readonly warns: boolean;
}

/** The deny and warn rules of the modules, in the order of their packages. */
export function ruleTexts(modules: readonly Module[]): readonly RuleText[] {
  return readAnnotations(modules).flatMap(({ path, chain }) => {
    const own = object(toPlain(chain[0]?.annotations ?? null));
    const name = path.at(-1);
    if (own['custom'] === undefined || (name !== 'deny' && name !== 'warn')) return [];
    const custom = object(own['custom']);
    const pkg = path.slice(1, -1).join('.');
    return [
      {
        package: pkg,
        name: `${pkg}.${custom['short_name']}`,
        title: String(own['title']),
        description: String(own['description']),
        custom,
        warns: name === 'warn',
      },
    ];
  });
}

function collections(modules: readonly Module[]): string {
  const texts = ruleTexts(modules);
  const names = [...new Set(texts.flatMap(({ custom }) => list(custom['collections'])))];
  const rows = names.map((name) => {
    const members = texts.filter(({ custom }) => list(custom['collections']).includes(name));
    const packages = [...new Set(members.map((text) => text.package))];
    return `- \`@${name}\`: ${members.length} rules of ${packages.map((pkg) => `\`${pkg}\``).join(', ')}`;
  });
  return rows.join('\n');
}

function rules(modules: readonly Module[]): string {
  const texts = ruleTexts(modules);
  const packages = [...new Set(texts.map((text) => text.package))];
  return packages
    .map((pkg) => {
      const about = modules.find((module) => module.package.path.slice(1).join('.') === pkg)?.annotations[0];
      const own = texts.filter((text) => text.package === pkg).map(ruleText);
      return [`### ${pkg}`, about?.description ?? '', ...own].join('\n\n');
    })
    .join('\n\n');
}

function ruleText({ name, title, description, custom, warns }: RuleText): string {
  return [
    `#### \`${name}\`${warns ? ' (warning)' : ''}`,
    `**${title}.** ${prose(description)}`,
    `- Says: \`${custom['failure_msg']}\`\n- To do: ${custom['solution']}\n- In: ${list(custom['collections'])
      .map((collection) => `\`@${collection}\``)
      .join(', ')}`,
  ].join('\n\n');
}

function ruleData(modules: readonly Module[]): string {
  const evaluation = evaluate(compile(modules), {}, { now: 0n });
  const document = (...path: readonly string[]) => object(toPlain(evaluation.value(path) ?? null));
  const schemas = document('ci_rule_data', 'schemas');
  const rows = Object.entries(document('sluice', 'rule_data', 'defaults')).map(
    ([key, value]) => `- \`${key}\`: ${String(object(schemas[key])['description'])}. Default: ${shown(value)}`,
  );
  return rows.join('\n');
}

function shown(value: Plain): string {
  const values = Array.isArray(value) && value.length > 0 ? value : [value];
  return values.map((one) => `\`${JSON.stringify(one)}\``).join(', ');
}

/** Prose in Markdown: two asterisks are a pattern here, not bold type. */
function prose(text: string): string {
  return text.replaceAll('**', String.raw`\*\*`);
}

function list(value: Plain | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function object(value: Plain | undefined): { readonly [name: string]: Plain } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  // What is neither scalar nor list is an object of plain values.
  return value as { readonly [name: string]: Plain };
}
