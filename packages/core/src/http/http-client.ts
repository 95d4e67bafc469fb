// SPDX-License-Identifier: Apache-2.0
import type http from 'node:http';
import { isIP } from 'node:net';
import type { StepContext } from '../context.ts';
import { SluiceError } from '../error.ts';
import { defaultRetryPolicy, type Failure, isRetryableStatus, withRetries } from './retry.ts';
import type { RetryPolicy } from './retry-policy.ts';

// An `import` of these modules also loads the fetch and WebSocket classes, which takes longer than a verification.
const builtin = process.getBuiltinModule;

export interface HttpRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A small client for identity providers and Sigstore services: bounded bodies, bounded retries, no redirects. */
export interface HttpClient {
  /** `service` is the service's name for the log and for errors. Answers of any final status are returned. */
  request(service: string, url: string, request?: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

/** Whom to trust and who asks, as PEM, instead of what the process has; `servername` is the name to expect. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

export interface HttpClientOptions {
  readonly retry?: RetryPolicy;
  /** Largest body that is read, in bytes. */
  readonly maxBodyBytes?: number;
  readonly timeoutMs?: number;
  readonly tls?: TlsOptions;
}

const defaultMaxBodyBytes = 4 * 1024 * 1024;
const defaultTimeoutMs = 20_000;

/** Opens a client that takes its proxy from `ctx.env` (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`). */
export function createHttpClient(ctx: StepContext, options: HttpClientOptions = {}): HttpClient {
  const agentOptions = { keepAlive: true, proxyEnv: proxyVariables(ctx.env) };
  // Each is made when it is needed: TLS takes a while to load.
  let plain: http.Agent | undefined;
  let secured: http.Agent | undefined;
  const agentFor = ({ protocol }: URL): http.Agent => {
    if (protocol === 'https:') {
      secured ??= new (builtin('node:https').Agent)({ ...agentOptions, ...options.tls });
      return secured;
    }
    plain ??= new (builtin('node:http').Agent)(agentOptions);
    return plain;
  };
  const limits = {
    maxBodyBytes: options.maxBodyBytes ?? defaultMaxBodyBytes,
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
  };
  return {
    async request(service, url, request = {}) {
      const target = safeUrl(service, url);
      const agent = agentFor(target);
      const attempt = () => once(ctx, target, request, agent, limits);
      const policy = options.retry ?? ctx.retry ?? defaultRetryPolicy;
      try {
        return await withRetries(ctx, service, policy, () => attempt().then(refuseRetryable), judge);
      } catch (error) {
        if (error instanceof RetryableAnswer) return error.answer;
        if (error instanceof SluiceError) throw error;
        throw unreachable(service, target, error, options.tls?.ca !== undefined);
      }
    },
    close() {
      plain?.destroy();
      secured?.destroy();
    },
  };
}

/** An answer that may be better next time; it never leaves this file. */
class RetryableAnswer extends Error {
  readonly answer: HttpAnswer;
  constructor(answer: HttpAnswer) {
    super(`answered ${answer.status}`);
    this.answer = answer;
  }
}

function refuseRetryable(answer: HttpAnswer): HttpAnswer {
  if (isRetryableStatus(answer.status)) throw new RetryableAnswer(answer);
  return answer;
}

function judge(error: unknown): Failure {
  if (error instanceof RetryableAnswer) {
    const seconds = Number(error.answer.headers['retry-after']);
    return {
      retryable: true,
      reason: error.message,
      ...(Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {}),
    };
  }
  if (error instanceof SluiceError) return { retryable: false, reason: error.message };
  // Asking again does not make a certificate better.
  return { retryable: !isUntrusted(error), reason: describe(error) };
}

/** What broke, in the system's words (`ECONNREFUSED`), never with the URL's query. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure';
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : error.message;
}

/** Whether the server's certificate was refused (the codes of Node's "X509 certificate error codes"). */
function isUntrusted(error: unknown): boolean {
  return /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$|^INVALID_CA$/.test(describe(error));
}

function unreachable(service: string, url: URL, cause: unknown, ownAuthority: boolean): SluiceError {
  if (isUntrusted(cause)) {
    const remedy = ownAuthority
      ? 'check the authority that its configuration names'
      : 'name its authority with --registry-cacert or NODE_EXTRA_CA_CERTS';
    return new SluiceError(
      'unreachable',
      `${service} at ${url.origin} has a certificate that is not trusted (${describe(cause)}); ${remedy}.`,
      { cause },
    );
  }
  return new SluiceError(
    'unreachable',
    `${service} at ${url.origin} could not be reached (${describe(cause)}); check the address, the network and HTTPS_PROXY.`,
    { cause },
  );
}

function once(
  ctx: StepContext,
  url: URL,
  request: HttpRequest,
  agent: http.Agent,
  limits: { maxBodyBytes: number; timeoutMs: number },
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? builtin('node:https').request : builtin('node:http').request;
    const outgoing = send(
      url,
      {
        method: request.method ?? 'GET',
        headers: { 'user-agent': 'sluice', ...request.headers },
        agent,
        ...(ctx.signal === undefined ? {} : { signal: ctx.signal }),
      },
      (incoming) => {
        readBounded(incoming, limits.maxBodyBytes).then(
          (body) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body }),
          reject,
        );
      },
    );
    outgoing.setTimeout(limits.timeoutMs, () => outgoing.destroy(new Error(`no answer in ${limits.timeoutMs} ms`)));
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
}

async function readBounded(incoming: http.IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > limit) {
      incoming.destroy();
      throw new SluiceError(
        'unreachable',
        `Expected an answer of at most ${limit} bytes, found more; it was not read.`,
      );
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** HTTPS everywhere; plain HTTP only to this machine, because tokens travel on these requests. */
export function safeUrl(service: string, text: string): URL {
  const url = URL.parse(text);
  if (url === null) {
    throw new SluiceError('configuration', `The address of ${service} is not a URL; give it as https://host/path.`);
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw new SluiceError(
    'configuration',
    `The address of ${service} must be https (plain http only to this machine), found ${url.protocol}//${url.host}.`,
  );
}

export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function proxyVariables(env: StepContext['env']): Record<string, string> {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
