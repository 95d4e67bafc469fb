// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { imageFormats, inputFormats, parseTarget } from './targets.ts';

const options = { showSuccesses: true, showWarnings: true, showPolicyDocsLink: false, color: false, info: false };
const parse = (text: string) => parseTarget(text, 'json', imageFormats, options);

describe('--output', () => {
  it('takes a format, a file and options', () => {
    expect(parse('text=out/a.txt?show-successes=false&show-warnings=0')).toEqual({
      format: 'text',
      path: 'out/a.txt',
      options: { ...options, showSuccesses: false, showWarnings: false },
    });
  });

  it('has options for text only, as ec', () => {
    expect(parse('json?show-successes=false').options.showSuccesses).toBe(true);
  });

  it('without a format is the default one', () => {
    expect(parse('=out.json')).toMatchObject({ format: 'json', path: 'out.json' });
  });

  it('refuses an unknown format, an unknown option and a value that is neither true nor false', () => {
    expect(() => parse('nope')).toThrow(/--output expects one of json, yaml/);
    expect(() => parse('text?colour=true')).toThrow(/but found "colour"/);
    expect(() => parse('text?show-successes=maybe')).toThrow(/expects true or false, but found "maybe"/);
    expect(() => parseTarget('junit', 'text', inputFormats, options)).toThrow(/but found "junit"/);
  });
});
