// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { answer } from './answer.ts';

// The words are those of `opa eval --strict-builtin-errors` 1.22; only the places in templates are less exact.
describe('refusals', () => {
  it.each([
    ['1 / 0', 'div: divide by zero'],
    ['1 % 0.5', 'rem: modulo on floating-point number'],
    ['to_number("1x")', 'to_number: strconv.ParseFloat: parsing "1x": invalid syntax'],
    ['regex.match("(?=a)", "a")', 'regex.match: error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
    ['units.parse("1e9x")', 'units.parse: units.parse: unit x not recognized'],
    ['base64.decode("!")', 'base64.decode: illegal base64 data at input byte 0'],
    ['hex.decode("abc")', 'hex.decode: encoding/hex: odd length hex string'],
    ['uri.parse("http://[::1%25%80]/")', 'uri.parse: parse "http://[::1%25%80]/": invalid URL escape "%80"'],
    [
      'uri.parse("http://[::1%25]/")',
      'uri.parse: parse "http://[::1%25]/": invalid host: ParseAddr("::1%"): zone must be a non-empty string',
    ],
    [
      'time.parse_rfc3339_ns("2023-02-29T00:00:00Z")',
      'time.parse_rfc3339_ns: parsing time "2023-02-29T00:00:00Z": day out of range',
    ],
    ['json.patch({}, [{"op": "remove", "path": "/a"}])', 'json.patch: cannot delete child key "a" that does not exist'],
    ['io.jwt.decode("a.b")', 'io.jwt.decode: encoded JWT must have 3 sections, found 2'],
    ['net.cidr_expand("a")', 'net.cidr_expand: invalid CIDR address: a'],
    ['glob.match("[", [], "a")', 'glob.match: glob: syntax error at 1: unexpected end of input'],
    ['numbers.range_step(1, 2, 0)', 'numbers.range_step: numbers.range_step: step must be a positive integer'],
    ['graphql.parse_query("{")', 'graphql.parse_query: Expected Name, found <EOF> in GraphQL string at location 1:2'],
    ['semver.compare("1", "1.0.0")', 'semver.compare: operand 1: string "1" is not a valid SemVer'],
    ['strings.render_template("{{.a", {})', 'strings.render_template: template: template:1: unclosed action'],
    ['crypto.x509.parse_certificates("x")', 'crypto.x509.parse_certificates: illegal base64 data at input byte 0'],
    [
      'strings.render_template("a", {"s": {3, 1}})',
      "strings.render_template: invalid character '1' looking for beginning of object key string",
    ],
    [
      'strings.render_template("a", {"s": {"b", "a"}})',
      "strings.render_template: invalid character ',' after object key",
    ],
    [
      'strings.render_template("a", {"s": set()})',
      "strings.render_template: invalid character 's' looking for beginning of value",
    ],
    [
      'strings.render_template("{{if eq .n 1}}y{{end}}", {"n": 1})',
      'strings.render_template: template: template:1: executing "template": error calling eq: incompatible types for comparison',
    ],
  ])('%s: %s', (expression, message) => {
    expect(answer(expression)).toBe(`eval_builtin_error: ${message}`);
  });

  it('do not ask for an argument of the wrong type to be run', () => {
    expect(() => answer('count(1)')).toThrow('rego_type_error: count: invalid argument(s)');
  });
});
