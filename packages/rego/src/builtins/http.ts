// SPDX-License-Identifier: Apache-2.0
import type { RegoObject } from '../value/object.ts';
import { print } from '../value/print.ts';
import { setOf } from '../value/set.ts';
import { BuiltinError, type Family } from './builtin.ts';
import { object, refuse, unary } from './operands.ts';

/** `http.send` checks its request; sending it is for the embedder, who lends a function of this name. */
export const http: Family = {
  'http.send': unary(object, (request) => {
    checkRequest(request);
    throw new BuiltinError('not available: no HTTP client was lent to this evaluation');
  }),
};

const allowed: ReadonlySet<unknown> = new Set([
  'method',
  'url',
  'body',
  'enable_redirect',
  'force_json_decode',
  'force_yaml_decode',
  'headers',
  'raw_body',
  'tls_use_system_certs',
  'tls_ca_cert',
  'tls_ca_cert_file',
  'tls_ca_cert_env_variable',
  'tls_client_cert',
  'tls_client_cert_file',
  'tls_client_cert_env_variable',
  'tls_client_key',
  'tls_client_key_file',
  'tls_client_key_env_variable',
  'tls_insecure_skip_verify',
  'tls_server_name',
  'timeout',
  'cache',
  'force_cache',
  'force_cache_duration_seconds',
  'raise_error',
  'caching_mode',
  'max_retry_attempts',
  'cache_ignored_headers',
]);

/** Refuses a request with unknown members or without a method and a URL, as OPA does. */
export function checkRequest(request: RegoObject): void {
  const unknown = request.keys().filter((key) => !allowed.has(key));
  if (unknown.length > 0) refuse(1, `invalid request parameters(s): ${print(setOf(unknown))}`);
  const missing = ['method', 'url'].filter((key) => !request.has(key));
  if (missing.length > 0) refuse(1, `missing required request parameters(s): ${print(setOf(missing))}`);
}
