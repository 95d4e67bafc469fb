// SPDX-License-Identifier: Apache-2.0
import { OciError } from '../error.ts';
import { redactUrl } from './address.ts';
import { SourceFailure, type WireResponse } from './wire.ts';

/** Failures of a connection that a new one may not have. A name that does not exist, or a bad certificate, stays so. */
const BROKEN: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
]);

/** A connection that failed, as the error that a caller sees. */
export function unreachable(url: URL, cause: unknown, attempts = 1): OciError {
  if (isAbort(cause)) return new OciError('cancelled', `The request to ${url.host} was cancelled.`, { cause });
  const tried = attempts > 1 ? ` in ${attempts} attempts` : '';
  const reason = cause instanceof Error ? reasonOf(cause) : String(cause);
  return new OciError(
    'unreachable',
    `Expected an answer from ${redactUrl(url)}${tried}, but the connection failed (${reason}); check the host, the network and the proxy.`,
    { cause, retryable: isBroken(cause) },
  );
}

/** The registry's own words about an answer that was not the expected one (distribution specification, "Error Codes"). */
export function refusal(method: string, response: WireResponse, body: Uint8Array): OciError {
  const { status } = response;
  const first = firstError(body);
  const words = [String(status), first?.code, first?.message === undefined ? undefined : `(${first.message})`];
  const found = words.filter((word) => word !== undefined).join(' ');
  return new OciError(
    codeOf(status),
    `Expected ${method} ${redactUrl(response.url)} to succeed, but it answered ${found}; ${adviceFor(status)}.`,
    {
      status,
      ...(first === undefined ? {} : { registryCode: first.code }),
      retryable: status === 429 || status >= 500,
    },
  );
}

function codeOf(status: number): 'unauthorized' | 'denied' | 'not-found' | 'conflict' | 'registry-error' {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'denied';
  if (status === 404) return 'not-found';
  return status === 412 ? 'conflict' : 'registry-error';
}

function adviceFor(status: number): string {
  if (status === 401) return 'log in to the registry';
  if (status === 403) return 'the credentials in use do not allow this';
  if (status === 404) return 'check the name, and that you may see it';
  if (status === 429) return 'the registry limits requests: try later';
  return status >= 500 ? 'the registry has a fault: try later' : 'the registry refused the request';
}

interface RegistryFaultBody {
  readonly code: string;
  readonly message: string | undefined;
}

function firstError(body: Uint8Array): RegistryFaultBody | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
  const errors = typeof parsed === 'object' && parsed !== null && 'errors' in parsed ? parsed.errors : undefined;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (typeof first !== 'object' || first === null || !('code' in first)) return undefined;
  const message = 'message' in first && typeof first.message === 'string' ? printable(first.message) : '';
  return { code: printable(String(first.code)), message: message === '' ? undefined : message };
}

/** Text of a registry goes to terminals: control characters are taken out and its length is bounded. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 300);
}

function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // Failures on several addresses of one host come as one error without a message of its own.
  return printable(error.message === '' ? (code ?? error.name) : error.message);
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || ('code' in error && error.code === 'ABORT_ERR'));
}

/** Whether a connection broke in a way that a new one may not. */
export function isBroken(error: unknown): boolean {
  if (isAbort(error) || error instanceof SourceFailure) return false;
  // Several addresses of one host failed: each is in `errors`.
  if (error instanceof AggregateError) return error.errors.some(isBroken);
  return BROKEN.has(codeOfFailure(error));
}

export function codeOfFailure(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
