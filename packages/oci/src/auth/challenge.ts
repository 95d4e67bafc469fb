// SPDX-License-Identifier: Apache-2.0

/** One challenge of a `WWW-Authenticate` header (RFC 9110, section 11.6.1). Names are lower-cased. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const SCHEME = /^[\s,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[ \t]+|$)/;
const PARAMETER = /^[\s,]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))[ \t]*(?:,|$)/;

/** The challenges of a header; what cannot be read ends the list. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = [];
  let rest = header.slice(0, 8192);
  for (;;) {
    const scheme = SCHEME.exec(rest);
    if (scheme === null) return challenges;
    rest = rest.slice(scheme[0].length);
    const parameters = new Map<string, string>();
    for (let found = PARAMETER.exec(rest); found !== null; found = PARAMETER.exec(rest)) {
      const [whole, name = '', quoted, bare = ''] = found;
      parameters.set(name.toLowerCase(), quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, '$1'));
      rest = rest.slice(whole.length);
    }
    challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters });
  }
}
