// SPDX-License-Identifier: Apache-2.0
import { createServer } from 'node:http';

/** What the loopback GitLab keeps, as docs.gitlab.com/api/commits and /api/notes describe it. */
export interface GitLabServer {
  readonly url: string;
  readonly statuses: ReadonlyMap<string, { readonly state: string; readonly description: string }>;
  readonly notes: readonly { readonly id: number; body: string }[];
  readonly requests: readonly string[];
  /** The next request whose `METHOD path` contains this text is answered with this status. */
  failNext(text: string, status: number): void;
  close(): Promise<void>;
}

const STATES = ['pending', 'running', 'success', 'failed', 'canceled', 'skipped'];
const PARAMETERS = ['state', 'ref', 'name', 'context', 'target_url', 'description', 'coverage', 'pipeline_id'];

export async function startGitLab(token: string): Promise<GitLabServer> {
  const statuses = new Map<string, { state: string; description: string }>();
  const notes: { id: number; body: string }[] = [];
  const requests: string[] = [];
  const failures: { text: string; status: number }[] = [];

  const answer = (method: string, path: string, body: Record<string, string>): [number, unknown] => {
    const status = /^\/projects\/\d+\/statuses\/([0-9a-f]{40})$/.exec(path);
    if (status && method === 'POST') {
      const unknown = Object.keys(body).filter((name) => !PARAMETERS.includes(name));
      if (unknown.length > 0 || !STATES.includes(body['state'] ?? '')) return [400, { message: `bad ${unknown}` }];
      if ((body['description'] ?? '').length > 255) return [400, { message: { description: ['is too long'] } }];
      const key = `${status[1]} ${body['name']}`;
      const before = statuses.get(key);
      if (before?.state === body['state']) {
        return [400, { message: `Cannot transition status via :run from :${before?.state}` }];
      }
      statuses.set(key, { state: body['state'] ?? '', description: body['description'] ?? '' });
      return [201, { id: statuses.size, status: body['state'] }];
    }
    const list = /^\/projects\/\d+\/merge_requests\/\d+\/notes(?:\/(\d+))?$/.exec(path);
    if (!list) return [404, { message: '404 Not Found' }];
    if (method === 'GET') return [200, notes];
    if (method === 'POST') {
      notes.push({ id: notes.length + 1, body: body['body'] ?? '' });
      return [201, notes.at(-1)];
    }
    const note = notes.find(({ id }) => id === Number(list[1]));
    if (method !== 'PUT' || note === undefined) return [404, { message: '404 Not Found' }];
    note.body = body['body'] ?? '';
    return [200, note];
  };

  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://localhost');
      const line = `${request.method} ${url.pathname.replace('/api/v4', '')}`;
      requests.push(line);
      const planned = failures.findIndex((one) => line.includes(one.text));
      const [failure] = planned < 0 ? [] : failures.splice(planned, 1);
      const body = { ...Object.fromEntries(url.searchParams), ...(text === '' ? {} : JSON.parse(text)) };
      const [status, content] =
        request.headers['private-token'] !== token
          ? [401, { message: '401 Unauthorized' }]
          : failure
            ? [failure.status, { message: 'planned' }]
            : answer(request.method ?? '', url.pathname.replace('/api/v4', ''), body);
      response.writeHead(status, { 'content-type': 'application/json', 'x-total-pages': '1', 'x-page': '1' });
      response.end(JSON.stringify(content));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    url: `http://127.0.0.1:${address.port}/api/v4`,
    statuses,
    notes,
    requests,
    failNext: (text, status) => failures.push({ text, status }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
