// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { type RunningRegistry, startRegistry } from '../server/start.ts';
import { createSession } from '../session.ts';
import { openRepository } from './open.ts';

let registry: RunningRegistry;

beforeAll(async () => {
  registry = await startRegistry();
});

afterAll(() => registry.close());

describe('a blob that is known by its digest alone', () => {
  it('has a size, and where there is none that is said', async () => {
    const session = createSession({ plainHttp: [registry.host] });
    const repository = openRepository(session, { registry: registry.host, repository: 'team/app' });
    const content = new TextEncoder().encode('five!');
    const digest = digestOf(content);
    await repository.putBlob({ digest, size: content.length }, content);
    expect(await repository.blobSize(digest)).toBe(5);
    await expect(repository.blobSize(digestOf(new Uint8Array([1])))).rejects.toMatchObject({ code: 'not-found' });
    session.close();
  });
});
