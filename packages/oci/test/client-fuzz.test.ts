// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openRepository } from '../src/client/open.ts';
import { digestOf } from '../src/digest.ts';
import { OciError } from '../src/error.ts';
import { emptyJsonDescriptor, IMAGE_INDEX, IMAGE_MANIFEST } from '../src/media-types.ts';
import type { Repository } from '../src/repository.ts';
import { createSession } from '../src/session.ts';
import { bytesOf, layerOf, manifestOf } from './support/content.ts';
import { listen } from './support/faulty-registry.ts';

const layer = layerOf('layer');
const manifest = manifestOf([layer.descriptor], { about: { ...emptyJsonDescriptor, mediaType: IMAGE_MANIFEST } });

const OPERATIONS: readonly ((repository: Repository) => Promise<unknown>)[] = [
  (repository) => repository.resolve('v1'),
  (repository) => repository.getManifest(digestOf(manifest)),
  (repository) => repository.getManifest('v1'),
  (repository) => repository.getBlob(layer.descriptor),
  (repository) => repository.hasBlob(layer.descriptor.digest),
  (repository) => repository.putBlob(layer.descriptor, layer.bytes),
  (repository) => repository.putManifest(manifest, IMAGE_MANIFEST, 'v1'),
  (repository) => repository.referrers(digestOf(manifest)),
  (repository) => repository.tags(),
];

const header = {
  'Content-Type': fc.constantFrom(IMAGE_MANIFEST, IMAGE_INDEX, 'application/json', 'text/html', ';;', 'x'.repeat(500)),
  'Docker-Content-Digest': fc.constantFrom(digestOf(manifest), layer.descriptor.digest, 'sha256:', 'x'),
  Location: fc.constantFrom(
    '/v2/x',
    '//',
    'http://',
    'file:///etc/passwd',
    '/v2/loop',
    'https://127.0.0.1:1/',
    '\u00ff',
  ),
  Link: fc.constantFrom('<>; rel="next"', '</v2/next>; rel=next', '<file:///x>; rel="next"', '<', 'rel="next"'),
  'WWW-Authenticate': fc.constantFrom(
    'Bearer',
    'Basic realm="x"',
    'Bearer realm="/token"',
    'Bearer realm="x:y"',
    ',,=',
  ),
  'Content-Range': fc.constantFrom('bytes 0-1/2', 'x'),
  'OCI-Subject': fc.constantFrom('x', digestOf(manifest)),
  Range: fc.constantFrom('0-0', '0-99', 'x'),
  'Retry-After': fc.constantFrom('-1', 'x', '1e9'),
  Warning: fc.constantFrom('299 - "a"', '299 - "'),
};
const answer = fc.record({
  status: fc.constantFrom(
    200,
    201,
    202,
    204,
    206,
    301,
    302,
    307,
    308,
    400,
    401,
    403,
    404,
    405,
    412,
    416,
    429,
    500,
    503,
  ),
  headers: fc.record(header, { requiredKeys: [] }),
  body: fc.constantFrom(
    '',
    '{}',
    '[]',
    'null',
    '{"errors":[null]}',
    '{"errors":[{"code":7}]}',
    '{"tags":null}',
    '{"token":"t"}',
    '{"schemaVersion":2,"manifests":[]}',
    new TextDecoder().decode(manifest),
    'layer',
    '\u0000',
  ),
});

test('whatever a registry answers, an operation ends in a result or an OciError', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(answer, { minLength: 1, maxLength: 6 }),
      fc.nat(OPERATIONS.length - 1),
      async (answers, at) => {
        let next = 0;
        const server = await listen((request, response) => {
          const { status, headers, body } = answers[next++ % answers.length] ?? { status: 500, headers: {}, body: '' };
          request.resume().on('end', () => response.writeHead(status, { ...headers }).end(bytesOf(body)));
        });
        const session = createSession({
          sleep: async () => undefined,
          limits: { idleMs: 2_000, attempts: 2 },
          credentials: { forHost: async () => ({ username: 'u', password: 'p' }) },
        });
        try {
          await OPERATIONS[at]?.(openRepository(session, { registry: server.host, repository: 'a' }));
        } catch (error) {
          expect(error).toBeInstanceOf(OciError);
        } finally {
          session.close();
          await server.close();
        }
      },
    ),
    { numRuns: 600 },
  );
});
