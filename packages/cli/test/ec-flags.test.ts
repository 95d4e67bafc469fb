// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { FlagSpec, FlagSpecs, FlagValues } from '../src/command.ts';
import { COMMANDS } from '../src/commands.ts';
import { GLOBAL_FLAGS } from '../src/global-flags.ts';
import { parseFlags } from '../src/parse-flags.ts';

// What ec of August 2026 declares (conforma/cli, cmd/): the letter of a flag after a slash, a default after an equals sign.

const everywhere = `trace quiet=false verbose=false debug=false logfile kubeconfig
  retry-max-wait=3s retry-max-retry=3 retry-duration=1s retry-factor=2 retry-jitter=0.1`;
const validate = 'show-successes=false show-warnings=true show-policy-docs-link=false';
const identity =
  'certificate-identity certificate-identity-regexp certificate-oidc-issuer certificate-oidc-issuer-regexp';

const flags: Readonly<Record<string, string>> = {
  'validate image': `${everywhere} ${validate} ${identity} policy/p image/i public-key/k rekor-url/r ignore-rekor=false
    skip-image-sig-check=false skip-att-sig-check=false file-path/f json-input/j images output output-file/o strict/s=true
    effective-time=now allow-past-effective-time=false extra-rule-data snapshot info=false no-color=false color=false
    workers=5 filter-type=include-exclude vsa=false attestation-format=dsse vsa-signing-key vsa-public-key vsa-upload
    vsa-expiration=168h attestation-output-dir`,
  'validate input': `${everywhere} ${validate} file/f policy/p output/o strict/s=true effective-time=now
    allow-past-effective-time=false info=false workers=5 no-color=false color=false server=false
    server-address=127.0.0.1 server-port=8080`,
  'validate vsa': `${everywhere} ${validate} vsa/v images policy/p vsa-retrieval effective-time=now vsa-expiration=168h
    ignore-signature-verification=false vsa-public-key no-fallback=false fallback-public-key output strict=true workers=5
    no-color=false color=false`,
  'inspect policy': `${everywhere} policy/p source/s dest/d output/o=text rule package collection`,
  'inspect policy-data': `${everywhere} source/s dest/d output/o=json`,
  'fetch policy': `${everywhere} source/s data-source dest/d=. work-dir/w=false`,
};

test.each(Object.entries(flags))('%s has every flag of ec, its letter and its default', async (name, words) => {
  const command = await COMMANDS.find((entry) => entry.name === name)?.load();
  const specs: Readonly<Record<string, FlagSpec>> = { ...GLOBAL_FLAGS, ...command?.flags };
  const { values } = parseFlags(specs, []);
  for (const word of words.split(/\s+/)) {
    const [, flag = '', , letter, , fallback] = /^([a-z-]+)(\/(.))?(=(.*))?$/.exec(word) ?? [];
    expect(specs[flag], `--${flag}`).toBeDefined();
    expect(specs[flag]?.short, `-${letter} for --${flag}`).toBe(letter ?? specs[flag]?.short);
    if (fallback !== undefined) expect(String(values[flag]), `the default of --${flag}`).toBe(fallback);
  }
  // parseFlags gives each flag the type that its spec names.
  const limit = command?.timeout?.(values as FlagValues<FlagSpecs>);
  expect(limit, 'the default of --timeout').toBe('5m');
});
