// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import type { EvaluatedInput } from '../policy/evaluator.ts';
import { isJsonObject } from '../policy/exact-json.ts';
import { renderReport } from '../report/render.ts';
import type { ReportOptions } from '../report/report.ts';
import { type FileJudge, parseDocument, refuseNoSources, validateDocument } from './validate-files.ts';

export interface ServeInputOptions extends FileJudge {
  readonly address: string;
  /** 0 takes any port that is free. */
  readonly port: number;
  readonly report: ReportOptions;
}

/** As many bytes as `ec validate input --server` takes. */
const maxBodyBytes = 80 * 1024 * 1024;

/**
 * Answers for documents as `ec validate input --server` does, until `ctx.signal` aborts and what is under way is
 * answered: `POST /v1/validate/input` with the JSON report, `GET /live` and `GET /ready`. Whoever reaches the address
 * may ask; documents are judged one after the other.
 */
export async function serveInput(ctx: StepContext, options: ServeInputOptions): Promise<void> {
  refuseNoSources(options.policy);
  const { createServer } = process.getBuiltinModule('node:http');
  const limits = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 60_000 };
  const server = createServer(limits, (request, response) => {
    answer(ctx, options, request)
      .catch((error: unknown) => failed(ctx, error))
      .then(
        (said) => send(ctx, request, response, said),
        // An answer that cannot be sent has nobody who waits for it.
        () => response.destroy(),
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(notListening(options, cause)));
    server.listen(options.port, options.address, resolve);
  });
  const place = server.address();
  const port = typeof place === 'object' && place !== null ? place.port : options.port;
  ctx.log.info(
    `listening on http://${options.address.includes(':') ? `[${options.address}]` : options.address}:${port}`,
  );
  await new Promise<void>((resolve) => {
    const stop = () => {
      server.close(() => resolve());
      server.closeIdleConnections();
    };
    if (ctx.signal?.aborted) stop();
    else ctx.signal?.addEventListener('abort', stop, { once: true });
  });
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const probes: Readonly<Record<string, string>> = { '/live': 'ok', '/ready': 'ready' };

async function answer(ctx: StepContext, options: ServeInputOptions, request: IncomingMessage): Promise<Answer> {
  const [path = ''] = (request.url ?? '').split('?', 1);
  const probe = Object.hasOwn(probes, path) ? probes[path] : undefined;
  if (probe === undefined && path !== '/v1/validate/input') return refusal(404, `there is nothing at ${path}`);
  const methods = probe === undefined ? ['POST'] : ['GET', 'HEAD'];
  if (!methods.includes(request.method ?? '')) {
    const allow = methods.join(', ');
    return { ...refusal(405, `${path} expects ${allow}`), headers: { allow } };
  }
  if (probe !== undefined) return { status: 200, body: JSON.stringify({ status: probe }) };
  const body = await readBody(request);
  if (body === undefined) return refusal(413, 'request body exceeds 80MB limit');
  if (body.length === 0) return refusal(400, 'request body is empty');
  const document = await readDocument(body.toString('utf8'), request.headers['content-type']);
  if (document === undefined) return refusal(400, 'request body is not valid JSON or YAML');
  const report = await validateDocument(ctx, options, document);
  const result = report.success ? 'pass' : 'fail';
  return {
    status: 200,
    body: await renderReport(report, 'json', options.report),
    headers: { 'x-conforma-result': result },
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** JSON of any kind, or YAML with a mapping at its top; a type that says nothing may be either. */
async function readDocument(text: string, contentType = ''): Promise<EvaluatedInput | undefined> {
  const [type = ''] = contentType.split(';', 1);
  switch (type.trim().toLowerCase()) {
    case 'application/json':
      return parsed(text, '.json');
    case 'application/yaml':
    case 'application/x-yaml':
    case 'text/yaml':
      return parsed(text, '.yaml');
    default:
      return (await parsed(text, '.json')) ?? parsed(text, '.yaml');
  }
}

async function parsed(text: string, extension: '.json' | '.yaml'): Promise<EvaluatedInput | undefined> {
  try {
    const document = await parseDocument({ text, extension });
    return extension === '.json' || isJsonObject(document.content) ? document : undefined;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'configuration') return undefined;
    throw error;
  }
}

function refusal(status: number, error: string): Answer {
  return { status, body: `${JSON.stringify({ error, status })}\n` };
}

/** What went wrong is told to the log; who asks learns only that there is no verdict. */
function failed(ctx: StepContext, error: unknown): Answer {
  ctx.log.warn(error instanceof Error ? error.message : String(error));
  return refusal(500, 'evaluation failed');
}

function send(ctx: StepContext, request: IncomingMessage, response: ServerResponse, said: Answer): void {
  const { status, body, headers } = said;
  // A body that was not read to its end cannot be followed by another request, and a server that ends takes none.
  const close = status === 413 || ctx.signal?.aborted ? { connection: 'close' } : {};
  response.writeHead(status, { 'content-type': 'application/json', ...headers, ...close }).end(body);
  ctx.log.info(`${request.method} ${(request.url ?? '').split('?', 1)[0]} ${status}`);
}

function notListening({ address, port }: ServeInputOptions, cause: Error): SluiceError {
  const found = 'code' in cause ? String(cause.code) : cause.message;
  return new SluiceError(
    'unreachable',
    `Expected to listen on ${address} port ${port}, but could not (${found}); name others with --server-address and --server-port.`,
    { cause },
  );
}
