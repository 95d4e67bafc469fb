import{t as e}from"./command-Dfvzj6n2.js";import{t}from"./commands-JXF6CFB7.js";const n={bash:`_sluice() {
  local current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=($(compgen -W "$(sluice completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" -- "$current"))
}
complete -o default -F _sluice sluice
`,zsh:`_sluice() {
  compadd -- $(sluice completion words -- "\${(@)words[2,CURRENT-1]}" 2>/dev/null) || _files
}
compdef _sluice sluice
`,fish:`complete -c sluice -a '(sluice completion words -- (commandline -opc)[2..] 2>/dev/null)'
`},r=e({summary:`Print a completion script for bash, zsh or fish`,arguments:`bash|zsh|fish`,arity:[1,8],examples:[`source <(sluice completion bash)`,`sluice completion fish > ~/.config/fish/completions/sluice.fish`],flags:{},async run({args:e,io:t}){let[r=``,...a]=e;if(r===`words`)return t.stdout.write(`${(await i(a)).join(`
`)}\n`),0;if(r!==`bash`&&r!==`zsh`&&r!==`fish`){let{UsageError:e}=await import(`./usage-error-BkNe1GTM.js`);throw new e(`A shell was expected (bash, zsh or fish), but found "${r}".`)}return t.stdout.write(n[r]),0}});async function i(e){let n=t.map(e=>e.name.split(` `)),r=e.filter(e=>!e.startsWith(`-`)),i=n.filter(e=>e.length>r.length&&r.every((t,n)=>t===e[n])).map(e=>e[r.length]??``);if(i.length>0)return[...new Set(i)];let a=t.find(e=>e.name===r.slice(0,2).join(` `)||e.name===r[0]),o=a?(await a.load()).flags:{};return Object.entries(o).flatMap(([e,t])=>t.hidden?[]:[`--${e}`])}export{r as completion};