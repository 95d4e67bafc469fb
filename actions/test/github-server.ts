// SPDX-License-Identifier: Apache-2.0
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Ajv, type ValidateFunction } from 'ajv';
import description from './data/github-openapi.json' with { type: 'json' };

/** A check run as the server keeps it. */
export interface KeptCheckRun {
  readonly id: number;
  name: string;
  head_sha: string;
  external_id: string;
  status: string;
  conclusion: string | null;
  title: string;
  summary: string;
  annotations: readonly unknown[];
}

export interface GitHubServer {
  readonly url: string;
  readonly checkRuns: readonly KeptCheckRun[];
  readonly attestations: readonly unknown[];
  /** `METHOD /path STATUS`, in order. */
  readonly requests: readonly string[];
  /** Requests that GitHub's description does not allow: a test asserts that there is none. */
  readonly violations: readonly string[];
  /** The next answer to a request whose `METHOD /path` begins like this is this one instead. */
  failNext(route: string, status: number, headers?: Record<string, string>, afterwards?: boolean): void;
  close(): Promise<void>;
}

export interface GitHubServerOptions {
  /** What the token may do; everything when absent. */
  readonly permissions?: readonly ('checks' | 'attestations')[];
  readonly token?: string;
}

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly query: ReadonlyMap<string, ValidateFunction>;
  readonly body?: ValidateFunction;
  readonly answers: readonly string[];
}

interface PlannedFailure {
  readonly route: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  /** The request is carried out, and only its answer is lost. */
  readonly afterwards: boolean;
}

const ajv = new Ajv({ strict: false, validateFormats: false, coerceTypes: false });
const operations: readonly Operation[] = Object.entries(description).map(([name, operation]) => {
  const [method = '', path = ''] = name.split(' ');
  const parameters: readonly { name: string; in: string; schema: object }[] = operation.parameters;
  const query = parameters.filter((one) => one.in === 'query');
  return {
    name,
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replaceAll(/\{([a-z_]+)\}/g, '(?<$1>[^/]+)')}$`),
    query: new Map(
      query.map((one) => [
        one.name,
        new Ajv({ strict: false, coerceTypes: true }).compile({ type: 'object', properties: { value: one.schema } }),
      ]),
    ),
    ...('body' in operation ? { body: ajv.compile(operation.body) } : {}),
    answers: operation.answers,
  };
});

/**
 * GitHub's REST API on the loopback address, as far as we call it: it keeps check runs and attestations as GitHub does
 * (annotations are appended, a check run is found by its commit), and holds each request against GitHub's published
 * OpenAPI description.
 */
export async function startGitHub(options: GitHubServerOptions = {}): Promise<GitHubServer> {
  const checkRuns: KeptCheckRun[] = [];
  const attestations: unknown[] = [];
  const requests: string[] = [];
  const violations: string[] = [];
  const failures: PlannedFailure[] = [];
  const permissions = options.permissions ?? ['checks', 'attestations'];

  const server = createServer(async (incoming, answer) => {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const route = `${incoming.method} ${url.pathname}`;
    const body = await readBody(incoming);
    const send = (status: number, content: unknown, headers: Record<string, string> = {}) => {
      requests.push(`${route} ${status}`);
      reply(answer, status, content, headers);
    };
    if (incoming.headers.authorization !== `token ${options.token ?? 'job-token'}`) {
      return send(401, { message: 'Bad credentials' });
    }
    const planned = failures.findIndex((one) => route.startsWith(one.route));
    const failure = planned < 0 ? undefined : failures.splice(planned, 1)[0];
    if (failure && !failure.afterwards) return send(failure.status, { message: 'planned' }, failure.headers);
    const operation = operations.find((one) => one.method === incoming.method && one.pattern.test(url.pathname));
    if (operation === undefined) {
      violations.push(`${route}: GitHub's description has no such operation among ours`);
      return send(404, { message: 'Not Found' });
    }
    const wrong = violationsOf(operation, url, body);
    violations.push(...wrong.map((what) => `${operation.name}: ${what}`));
    if (wrong.length > 0) return send(422, { message: wrong.join('; ') });
    const kind = operation.name.includes('attestations') ? 'attestations' : 'checks';
    if (!permissions.includes(kind) && incoming.method !== 'GET') {
      return send(
        403,
        { message: 'Resource not accessible by integration' },
        { 'x-accepted-github-permissions': `${kind}=write` },
      );
    }
    const done = carryOut(operation, url, body, checkRuns, attestations);
    if (failure) return send(failure.status, { message: 'planned' }, failure.headers);
    if (!operation.answers.includes(String(done.status))) violations.push(`${operation.name}: answered ${done.status}`);
    return send(done.status, done.content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    checkRuns,
    attestations,
    requests,
    violations,
    failNext: (route, status, headers = {}, afterwards = false) => {
      failures.push({ route, status, headers, afterwards });
    },
    close: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
}

function violationsOf({ query, body }: Operation, url: URL, content: unknown): readonly string[] {
  const wrong: string[] = [];
  for (const [name, value] of url.searchParams) {
    const validate = query.get(name);
    if (validate === undefined) wrong.push(`the query has no parameter ${name}`);
    else if (!validate({ value })) wrong.push(`${name}=${value}: ${ajv.errorsText(validate.errors)}`);
  }
  if (body !== undefined && !body(content)) wrong.push(ajv.errorsText(body.errors));
  // The description leaves other members open; GitHub ignores them, and a misspelt one is then lost.
  const known = typeof body?.schema === 'object' ? Reflect.get(body.schema, 'properties') : undefined;
  for (const name of Object.keys(isObject(content) ? content : {})) {
    if (isObject(known) && !Object.hasOwn(known, name)) wrong.push(`the body has no member ${name}`);
  }
  return wrong;
}

function carryOut(
  operation: Operation,
  url: URL,
  body: unknown,
  checkRuns: KeptCheckRun[],
  attestations: unknown[],
): { readonly status: number; readonly content: unknown } {
  const path = operation.pattern.exec(url.pathname)?.groups ?? {};
  const content = isObject(body) ? body : {};
  switch (operation.name) {
    case 'post /repos/{owner}/{repo}/check-runs': {
      const run: KeptCheckRun = {
        id: 4000 + checkRuns.length,
        name: String(content.name),
        head_sha: String(content.head_sha),
        external_id: String(content.external_id ?? ''),
        status: 'queued',
        conclusion: null,
        title: '',
        summary: '',
        annotations: [],
      };
      checkRuns.push(run);
      change(run, content);
      return { status: 201, content: shown(run) };
    }
    case 'patch /repos/{owner}/{repo}/check-runs/{check_run_id}': {
      const run = checkRuns.find(({ id }) => String(id) === path.check_run_id);
      if (run === undefined) return { status: 404, content: { message: 'Not Found' } };
      change(run, content);
      return { status: 200, content: shown(run) };
    }
    case 'get /repos/{owner}/{repo}/commits/{ref}/check-runs': {
      const name = url.searchParams.get('check_name');
      const found = checkRuns.filter((run) => run.head_sha === path.ref && (name === null || run.name === name));
      return { status: 200, content: { total_count: found.length, check_runs: found.map(shown) } };
    }
    case 'post /repos/{owner}/{repo}/attestations':
      attestations.push(content.bundle);
      return { status: 201, content: { id: 700 + attestations.length } };
    default:
      return { status: 200, content: { full_name: `${path.owner}/${path.repo}` } };
  }
}

/** GitHub completes a run that is given a conclusion, and opens it again when it is told of progress. */
function change(run: KeptCheckRun, content: Record<string, unknown>): void {
  if (typeof content.status === 'string') run.status = content.status;
  if (run.status !== 'completed') run.conclusion = null;
  if (typeof content.conclusion === 'string') {
    run.status = 'completed';
    run.conclusion = content.conclusion;
  }
  if (!isObject(content.output)) return;
  run.title = String(content.output.title ?? run.title);
  run.summary = String(content.output.summary);
  if (Array.isArray(content.output.annotations)) run.annotations = [...run.annotations, ...content.output.annotations];
}

function shown(run: KeptCheckRun): object {
  const { id, name, head_sha, external_id, status, conclusion, title, summary, annotations } = run;
  const output = { title, summary, text: null, annotations_count: annotations.length };
  const html_url = `https://github.com/acme/shop/runs/${id}`;
  return { id, name, head_sha, external_id, status, conclusion, html_url, output };
}

function reply(answer: ServerResponse, status: number, content: unknown, headers: Record<string, string>): void {
  answer.writeHead(status, { 'content-type': 'application/json', 'x-github-request-id': 'TEST', ...headers });
  answer.end(JSON.stringify(content));
}

async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
