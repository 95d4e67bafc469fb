// SPDX-License-Identifier: Apache-2.0
import type { CorpusCase, CorpusRun } from './compare.ts';

/** Where sluice answers otherwise than ec on purpose: why, and what it must answer. */
export interface Stricter {
  readonly reason: string;
  readonly applies: (one: CorpusCase) => boolean;
  /** What is wrong with our answer, or undefined. */
  readonly check: (run: CorpusRun, one: CorpusCase) => string | undefined;
}

export const stricter: readonly Stricter[] = [
  {
    reason: 'Nothing that is not verified reaches a policy: --skip-att-sig-check is refused.',
    applies: ({ argv }) => argv.includes('--skip-att-sig-check'),
    check: refusedWith(/--skip-att-sig-check is not possible/),
  },
  {
    reason: 'A gate that checks nothing must not pass: a snapshot without components is refused.',
    applies: ({ stdout, argv }) => isImage(argv) && /"components":null|^components: (null|\[\])$/m.test(stdout),
    check: refusedWith(/names? no component/),
  },
  {
    reason: 'A gate that checks nothing must not pass: no policy at all is refused.',
    applies: ({ argv }) => isImage(argv) && !argv.some((arg) => /^(--policy|-p)(=|$)/.test(arg)),
    check: refusedWith(/policy was expected|No image is given/),
  },
  {
    reason: 'A gate that checks nothing must not pass: files under a policy without sources are refused.',
    applies: ({ argv, stdout }) =>
      argv[1] === 'input' && /"filepaths":.*"policy":/.test(stdout) && !/"sources":/.test(stdout),
    check: refusedWith(/should name sources/),
  },
  {
    reason: 'A filter that does not exist is refused; ec takes the default one.',
    applies: ({ argv }) => argv.some((arg, i) => argv[i - 1] === '--filter-type' && !filters.has(arg)),
    check: refusedWith(/--filter-type expects one of/),
  },
  {
    reason: 'An identity pattern that does not compile is refused, where it is what decides.',
    applies: ({ argv, exit }) => exit === 0 && !argv.includes('--public-key') && argv.some(isBrokenPattern),
    check: refusedWith(/pattern/),
  },
  {
    reason: 'An unknown option or format of --output is refused before any work; ec swallows the one, and works first.',
    applies: ({ argv }) =>
      outputsOf(argv).some((text) => /\?(?!show-)/.test(text) || !formats.has(text.split(/[=?]/, 1)[0] ?? '')),
    check: refusedWith(/--output (expects|takes)/),
  },
  {
    reason: 'A signature is a signature: in the bundle layout ec lets an image pass that was only attested.',
    applies: ({ stdout, exit }) => exit === 0 && unsignedPasses(stdout),
    check: (run) =>
      run.exit === 1 && run.stdout.includes('builtin.image.signature_check')
        ? undefined
        : 'it was not refused for its signature',
  },
  {
    reason: 'The summary of ec always says that it failed; ours says what is so.',
    applies: ({ argv, exit }) =>
      exit === 0 && outputsOf(argv).some((text) => /^summary(\?|$)/.test(text)) && !argv.includes('--strict=false'),
    check: (run) =>
      run.exit === 0 && lastSuccess(run.stdout) === true ? undefined : 'the summary does not say success',
  },
  {
    reason: 'A template, a nil pointer or a missing cluster stops ec; the right answer loses nothing.',
    applies: ({ stderr, stdout }) => stdout === '' && /template: _results|^panic:|Kubernetes client/m.test(stderr),
    check: (run) => (run.stdout.length > 0 ? undefined : `nothing was printed: ${run.stderr}`),
  },
];

const filters: ReadonlySet<string> = new Set(['include-exclude', 'ec-policy']);

const formats: ReadonlySet<string> = new Set([
  ...['', 'json', 'yaml', 'text', 'appstudio', 'hacbs', 'summary', 'summary-markdown', 'junit', 'attestation'],
  ...['policy-input', 'vsa', 'names', 'short-names'],
]);

function isImage(argv: readonly string[]): boolean {
  return (
    argv[0] === 'validate' && argv[1] === 'image' && !argv.some((arg) => arg === '--frobnicate' || arg === '--help')
  );
}

function outputsOf(argv: readonly string[]): string[] {
  return argv.flatMap((arg, i) => {
    if (arg.startsWith('--output=')) return arg.slice('--output='.length).split(',');
    return argv[i - 1] === '--output' ? arg.split(',') : [];
  });
}

function refusedWith(sentence: RegExp): Stricter['check'] {
  return (run) => {
    if (run.exit === 0) return 'it passed';
    if (run.stdout !== '') return 'a report was printed';
    return sentence.test(run.stderr) ? undefined : `it said ${run.stderr}`;
  };
}

function isBrokenPattern(arg: string, i: number, argv: readonly string[]): boolean {
  if (!/^--certificate-.*-regexp$/.test(argv[i - 1] ?? '')) return false;
  try {
    new RegExp(arg);
    return false;
  } catch {
    return true;
  }
}

/** A component passes its signature check without any signature to show. */
function unsignedPasses(stdout: string): boolean {
  if (!stdout.startsWith('{"success":true,"components":[{')) return false;
  const {
    components,
  }: { components: readonly { signatures?: unknown; successes?: readonly { metadata?: { code?: string } }[] }[] } =
    JSON.parse(stdout);
  return components.some(
    ({ signatures, successes }) =>
      signatures === undefined && successes?.some(({ metadata }) => metadata?.code === 'builtin.image.signature_check'),
  );
}

function lastSuccess(stdout: string): unknown {
  const line = stdout.split('\n').find((text) => /^\{"(components|filepaths|snapshot)"/.test(text));
  return line === undefined ? undefined : JSON.parse(line).success;
}
