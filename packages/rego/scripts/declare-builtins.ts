// SPDX-License-Identifier: Apache-2.0
/**
 * Writes src/builtins/declarations.ts from OPA's capabilities: `opa capabilities --current | node declare-builtins.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface TypeJson {
  readonly type: string;
  readonly name?: string;
  readonly of?: TypeJson | readonly TypeJson[];
  readonly static?: readonly (TypeJson & { readonly key: string; readonly value: TypeJson })[];
  readonly dynamic?: TypeJson & { readonly key: TypeJson; readonly value: TypeJson };
}

interface BuiltinJson {
  readonly name: string;
  readonly infix?: string;
  readonly relation?: boolean;
  readonly deprecated?: boolean;
  readonly nondeterministic?: boolean;
  readonly decl: { readonly args?: readonly TypeJson[]; readonly variadic?: TypeJson; readonly result?: TypeJson };
}

function typeText(type: TypeJson): string {
  const { of } = type;
  switch (type.type) {
    case 'any':
      return Array.isArray(of) ? `any<${of.map(typeText).join(', ')}>` : 'any';
    case 'set':
      return `set[${typeText(of as TypeJson)}]`; // a set has exactly one element type
    case 'array':
      return `array${listed(type.static?.map(typeText))}${type.dynamic ? `[${typeText(type.dynamic)}]` : ''}`;
    case 'object': {
      const known = listed(type.static?.map(({ key, value }) => `${key}: ${typeText(value)}`));
      const { dynamic } = type;
      return `object${known}${dynamic ? `[${typeText(dynamic.key)}: ${typeText(dynamic.value)}]` : ''}`;
    }
    default:
      return type.type;
  }
}

function listed(parts: readonly string[] | undefined): string {
  return parts && parts.length > 0 ? `<${parts.join(', ')}>` : '';
}

function named(type: TypeJson): string {
  return type.name ? `${type.name}: ${typeText(type)}` : typeText(type);
}

function declaration(builtin: BuiltinJson): string {
  const { args = [], variadic, result } = builtin.decl;
  const list = [...args.map(named), ...(variadic ? [`...${named(variadic)}`] : [])].join(', ');
  const flags = (['relation', 'deprecated', 'nondeterministic'] as const).filter((flag) => builtin[flag]);
  const infix = builtin.infix ? [`infix ${builtin.infix}`] : [];
  const notes = [...infix, ...flags].map((note) => ` @${note}`).join('');
  return `${builtin.name}(${list}) ${result ? named(result) : 'void'}${notes}`;
}

// The file is what `opa capabilities` prints.
const { builtins } = JSON.parse(readFileSync(process.argv[2] ?? 0, 'utf8')) as { builtins: readonly BuiltinJson[] };
writeFileSync(
  new URL('../src/builtins/declarations.ts', import.meta.url),
  `// SPDX-License-Identifier: Apache-2.0

/**
 * Every built-in function of OPA 1.22 with its types as OPA prints them, one a line; written by
 * scripts/declare-builtins.ts. Read by declaration.ts.
 */
export const declarations = \`
${builtins.map(declaration).join('\n')}
\`;
`,
);
