// SPDX-License-Identifier: Apache-2.0

/** A type as `opa capabilities` writes it. */
export interface TypeJson {
  readonly type: string;
  readonly of?: TypeJson | readonly TypeJson[];
  readonly static?: readonly (TypeJson & { readonly key?: string; readonly value?: TypeJson })[];
  readonly dynamic?: TypeJson & { readonly key?: TypeJson; readonly value?: TypeJson };
}

export interface BuiltinJson {
  readonly name: string;
  readonly infix?: string;
  readonly relation?: boolean;
  readonly deprecated?: boolean;
  readonly nondeterministic?: boolean;
  readonly decl: { readonly args?: readonly TypeJson[]; readonly result?: TypeJson; readonly variadic?: TypeJson };
}

/**
 * Left out: what depends on the clock, on chance or on the order of Go's maps, what needs keys or documents made for
 * it, and what is a statement.
 */
const leftOut =
  /^(internal\.|rego\.|io\.jwt\.(encode|decode_verify|verify)|crypto\.x509|crypto\.parse|graphql|http|opa|print|trace|eq$|assign$|walk$|net\.(lookup|cidr_expand)|json\.match_schema|json\.verify_schema|providers|time\.now|rand|uuid\.rfc|strings\.render)/;

/** The functions a generated module may call. */
export function callable(builtins: readonly BuiltinJson[]): readonly BuiltinJson[] {
  return builtins.filter(({ name, deprecated, relation }) => !leftOut.test(name) && !deprecated && !relation);
}

const plainRegexes = [
  'a+',
  '^[a-z]*$',
  '(a)(b)?',
  '\\d+',
  '[^a-c]',
  '(?i)HELLO',
  'x*',
  '(?P<n>l+)o',
  '\\pL+',
  '\\bc',
  '.',
  '',
];
const layouts = ['2006-01-02T15:04:05Z07:00', '2006-01-02', 'RFC1123', '15:04:05.000', 'Jan _2 2006', 'RFC3339Nano'];
const dates = [
  '2024-01-02T03:04:05Z',
  '2024-02-30',
  '2024-02-29',
  'Tue, 02 Jan 2024 03:04:05 UTC',
  '03:04:05.123',
  'Jan  2 2024',
];
const cidrs = [
  '10.0.0.0/8',
  '10.1.0.0/16',
  '10.1.2.3',
  '192.168.1.0/24',
  '2001:db8::/32',
  '2001:db8::1',
  '::1/128',
  'x',
];
const versions = ['1.2.3', 'v1.2.3-rc.1', '1.2.3-rc.10+b', '1.2', '01.2.3', '2.0.0'];
const formats = [
  '%d',
  '%s and %v',
  '%5d|%-5s|',
  '%05.2f',
  '%x',
  '%q',
  '%v %v',
  '%t',
  '%e',
  '%[2]v %[1]v',
  '%08b',
  '%+d',
  '%U',
  '%c',
  '100%%',
  '%.3s',
];
const encoded = ['aGVsbG8=', 'aGVsbG8', '!!', '4pyT', '68656c6c6f', 'a%20b+c', 'a=1&b=2&a=3', '%zz', '_-8='];
const documents = [
  '{"a":[1,2.50,null]}',
  '[1e3,"x"]',
  '{',
  'a: 1\nb: [x, 2]',
  '"s"',
  'true',
  '- a\n- b: {c: 3}\n',
  '1.0',
  'key: "v"',
];
const durations = ['1h30m', '1.5s', '-2ms', '1d2h', '5', '3w', '100ns', 'x'];
const amounts = ['10Ki', '1.5G', '200m', '1e3', 'abc', '12', '0.5Mi', '1 K', '100kb', '5Gib', ''];
const urls = [
  'https://u:p@h.com:80/p%2Fq/r?q=1#f',
  '/a b',
  'mailto:x@y',
  '//h/p',
  'http://[::1]:8080/',
  ':',
  'a/b?c=d',
  'http://h:x/',
];
const uuids = [
  'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  '00000000-0000-4000-8000-000000000000',
  'x',
  'urn:uuid:f81d4fae-7dec-21d0-a765-00a0c91e6bf6',
];
const globs = ['*', 'a*', '*.b.*', '{a,b}c', '[a-c]?', 'a.**', '[!a]b', 'h?llo', '**'];
const paths = ['a/b', '/a', 'a/0', 'x', ''];
const tokens = ['eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln', 'a.b', 'x'];

/** Texts that make sense for an argument; for the others any text will do. */
export function textsFor(name: string, position: number): readonly string[] | undefined {
  if (name === 'regex.replace')
    return position === 1 ? plainRegexes : position === 2 ? ['$1-$0', '<$n>', 'x', '$$'] : undefined;
  if (name.startsWith('regex.globs')) return ['a.b', '[a-c]+', '.*', 'x*y', 'abc'];
  if (name === 'regex.template_match')
    return [['a<[0-9]+>b', '<.*>', 'urn:<[a-z]+>'], ['a12b', 'urn:x', 'q'], ['<'], ['>']][position];
  if (name.startsWith('regex.')) return position === 0 ? plainRegexes : undefined;
  if (name === 'time.parse_ns') return position === 0 ? layouts : dates;
  if (name === 'time.parse_rfc3339_ns') return dates;
  if (name === 'time.parse_duration_ns') return durations;
  if (name.startsWith('net.')) return cidrs;
  if (name.startsWith('semver.')) return versions;
  if (name === 'sprintf') return formats;
  if (/^(base64|hex|urlquery)/.test(name)) return encoded;
  if (/^(json|yaml)\.(unmarshal|is_valid)/.test(name)) return documents;
  if (name.startsWith('units.')) return amounts;
  if (name.startsWith('uri.')) return urls;
  if (name === 'uuid.parse') return uuids;
  if (name.startsWith('io.jwt')) return tokens;
  if (name === 'glob.match') return position === 0 ? globs : ['a', 'abc', 'a.b.c', 'hello', 'bc'];
  if (/^json\.(filter|remove|patch)/.test(name)) return paths;
  return name === 'to_number' ? ['1', '-2.50', '1e3', 'x', '0x1', ' 1', '-0'] : undefined;
}
