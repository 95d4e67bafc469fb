// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { howToAdd, missingPermission } from './permissions.ts';

const failure = (code: string, message: string) => ({ code, message, exitCode: 2 as const });

test.each([
  [failure('identity-token', 'A keyless signature needs a token'), 'id-token: write'],
  [failure('denied', 'ghcr.io refused the push'), 'packages: write'],
  [failure('unauthorized', 'https://ghcr.io/v2/ answered 401'), 'packages: write'],
  [failure('configuration', 'the token needs the permission "checks: write".'), 'checks: write'],
  [failure('configuration', 'the token needs the permission "attestations: write".'), 'attestations: write'],
])('%j is mended by a line', (what, line) => {
  expect(missingPermission(what, { env: {} })?.line).toBe(line);
});

test.each([
  [failure('denied', 'registry.example.com refused'), {}],
  [failure('identity-token', 'The token expired'), { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://example.com/?a' }],
  [failure('refused', 'The policy refuses'), {}],
])('%j is not explained by a permission', (what, env) => {
  expect(missingPermission(what, { env })).toBeUndefined();
});

test("a server of one's own may lack OIDC altogether, and the advice says so", () => {
  const env = { GITHUB_SERVER_URL: 'https://github.example.com' };
  expect(missingPermission(failure('identity-token', 'no token'), { env })?.why).toContain(
    'https://github.example.com has no OIDC, and an administrator must turn it on',
  );
});

test('the line comes with its place', () => {
  expect(howToAdd({ line: 'checks: write', why: 'because' })).toBe(
    'Add to the job (because):\n    permissions:\n      checks: write',
  );
});
