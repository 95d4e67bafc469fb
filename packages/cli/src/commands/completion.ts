// SPDX-License-Identifier: Apache-2.0
import { defineCommand, type FlagSpecs } from '../command.ts';
import { COMMANDS } from '../commands.ts';

/** Each script asks sluice itself (`completion words`), so it stays right when commands and flags change. */
const SCRIPTS = {
  bash: `_sluice() {
  local current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=($(compgen -W "$(sluice completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" -- "$current"))
}
complete -o default -F _sluice sluice
`,
  zsh: `_sluice() {
  compadd -- $(sluice completion words -- "\${(@)words[2,CURRENT-1]}" 2>/dev/null) || _files
}
compdef _sluice sluice
`,
  fish: `complete -c sluice -a '(sluice completion words -- (commandline -opc)[2..] 2>/dev/null)'
`,
};

export const completion = defineCommand({
  summary: 'Print a completion script for bash, zsh or fish',
  arguments: 'bash|zsh|fish',
  arity: [1, 8],
  examples: ['source <(sluice completion bash)', 'sluice completion fish > ~/.config/fish/completions/sluice.fish'],
  flags: {},
  async run({ args, io }) {
    const [shell = '', ...typed] = args;
    if (shell === 'words') {
      io.stdout.write(`${(await nextWords(typed)).join('\n')}\n`);
      return 0;
    }
    if (shell !== 'bash' && shell !== 'zsh' && shell !== 'fish') {
      const { UsageError } = await import('../usage-error.ts');
      throw new UsageError(`A shell was expected (bash, zsh or fish), but found "${shell}".`);
    }
    io.stdout.write(SCRIPTS[shell]);
    return 0;
  },
});

/** What may follow the words typed so far: the next word of a command's name, or its flags. */
async function nextWords(typed: readonly string[]): Promise<readonly string[]> {
  const names = COMMANDS.map((entry) => entry.name.split(' '));
  const plain = typed.filter((word) => !word.startsWith('-'));
  const following = names
    .filter((name) => name.length > plain.length && plain.every((word, i) => word === name[i]))
    .map((name) => name[plain.length] ?? '');
  if (following.length > 0) return [...new Set(following)];
  const entry = COMMANDS.find((c) => c.name === plain.slice(0, 2).join(' ') || c.name === plain[0]);
  const flags: FlagSpecs = entry ? (await entry.load()).flags : {};
  return Object.entries(flags).flatMap(([name, spec]) => (spec.hidden ? [] : [`--${name}`]));
}
