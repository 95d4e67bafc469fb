// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, X509Certificate } from 'node:crypto';
import { toBigInt } from '../value/number.ts';
import { objectOf, type RegoObject } from '../value/object.ts';
import { isArray, isNumber, isSet, type Value } from '../value/value.ts';
import { certificateValue, requestValue, splitCertificates } from '../x509/certificate.ts';
import { DerError } from '../x509/der.ts';
import { keyAsGo, keyAsJwk, privateKeys } from '../x509/keys.ts';
import { readPem, writePem } from '../x509/pem.ts';
import { type ChainOptions, type ParsedCertificate, verifiedChain } from '../x509/verify.ts';
import { type BuiltinContext, BuiltinError, type Family } from './builtin.ts';
import { fromBase64 } from './encoding.ts';
import { binary, object, string, unary } from './operands.ts';

export const certificates: Family = {
  'crypto.x509.parse_certificates': unary(string, (text, context) =>
    guarded(() =>
      certificatesOf(text)
        .map((bytes) => charged(bytes, context))
        .map(certificateValue),
    ),
  ),
  'crypto.x509.parse_and_verify_certificates': unary(string, (text, context) =>
    verifyChain(text, { now: milliseconds(context), keyUsages: [1] }, context),
  ),
  'crypto.x509.parse_and_verify_certificates_with_options': binary(string, object, (text, options, context) =>
    verifyChain(text, chainOptions(options, context), context),
  ),
  'crypto.x509.parse_certificate_request': unary(string, (text) => guarded(() => requestValue(requestBytes(text)))),
  'crypto.x509.parse_rsa_private_key': unary(string, (text) => {
    if (text === '') throw new BuiltinError('input PEM data was empty');
    const pem = text.startsWith('-----BEGIN') ? text : latin1(fromBase64(text));
    const [key] = guarded(() => privateKeys(pem));
    return key ? keyAsJwk(key) : null;
  }),
  'crypto.parse_private_keys': unary(string, (text) => {
    if (text === '') return null;
    return guarded(() => privateKeys(decodedPem(text))).map(keyAsGo);
  }),
  'crypto.x509.parse_keypair': binary(string, string, parseKeyPair),
};

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof DerError) throw new BuiltinError(error.message, 'eval_builtin_error', error);
    throw error;
  }
}

function charged(bytes: Uint8Array, context: BuiltinContext): Uint8Array {
  context.tick(bytes.length);
  return bytes;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** Certificates as PEM, as base64 of PEM, or as base64 of DER. */
export function certificatesOf(text: string): readonly Uint8Array[] {
  if (text.startsWith('-----BEGIN')) return pemCertificates(text);
  const bytes = fromBase64(text);
  const decoded = latin1(bytes);
  return decoded.startsWith('-----BEGIN') ? pemCertificates(decoded) : splitCertificates(bytes);
}

function pemCertificates(text: string): readonly Uint8Array[] {
  return readPem(text).flatMap(({ type, bytes }) => {
    if (type !== 'CERTIFICATE') throw new BuiltinError(`PEM block type is '${type}', expected CERTIFICATE`);
    return splitCertificates(bytes);
  });
}

function milliseconds(context: BuiltinContext): number {
  return Number(context.now / 1_000_000n);
}

/** A chain from the first certificate, the root, to the last; the answer goes the other way. */
function verifyChain(text: string, options: ChainOptions, context: BuiltinContext): Value {
  try {
    const parsed: ParsedCertificate[] = certificatesOf(text).map((bytes) => ({
      bytes: charged(bytes, context),
      value: certificateValue(bytes),
    }));
    const chain = verifiedChain(parsed, options);
    return chain ? [true, chain.map(({ value }) => value)] : [false, []];
  } catch (error) {
    if (error instanceof DerError || error instanceof BuiltinError) return [false, []];
    throw error;
  }
}

const keyUsages: Readonly<Record<string, number>> = {
  KeyUsageAny: 0,
  KeyUsageServerAuth: 1,
  KeyUsageClientAuth: 2,
  KeyUsageCodeSigning: 3,
  KeyUsageEmailProtection: 4,
  KeyUsageIPSECEndSystem: 5,
  KeyUsageIPSECTunnel: 6,
  KeyUsageIPSECUser: 7,
  KeyUsageTimeStamping: 8,
  KeyUsageOCSPSigning: 9,
  KeyUsageMicrosoftServerGatedCrypto: 10,
  KeyUsageNetscapeServerGatedCrypto: 11,
  KeyUsageMicrosoftCommercialCodeSigning: 12,
  KeyUsageMicrosoftKernelCodeSigning: 13,
};

function chainOptions(options: RegoObject, context: BuiltinContext): ChainOptions {
  let chosen: ChainOptions = { now: milliseconds(context), keyUsages: [1] };
  for (const [key, value] of options.entries()) {
    if (typeof key !== 'string') continue;
    switch (key) {
      case 'DNSName':
        if (typeof value !== 'string') throw new BuiltinError("'DNSName' should be a string");
        chosen = { ...chosen, dnsName: value.replace(/^"+|"+$/g, '') };
        break;
      case 'CurrentTime': {
        const time = isNumber(value) ? toBigInt(value) : undefined;
        if (time === undefined) throw new BuiltinError("'CurrentTime' should be a number");
        chosen = { ...chosen, now: Number(time / 1_000_000n) };
        break;
      }
      case 'MaxConstraintComparisons':
        if (!isNumber(value)) throw new BuiltinError("'MaxConstraintComparisons' should be a number");
        break;
      case 'KeyUsages':
        chosen = { ...chosen, keyUsages: usagesOf(value) };
        break;
      default:
        throw new BuiltinError('invalid key option');
    }
  }
  return chosen;
}

function usagesOf(value: Value): readonly number[] {
  const items = isArray(value) ? value : isSet(value) ? value.items() : undefined;
  if (!items) throw new BuiltinError("'KeyUsages' should be an Array or Set");
  const names = items.filter((item) => typeof item === 'string').map((name) => name.replace(/^"+|"+$/g, ''));
  const invalid = names.filter((name) => !Object.hasOwn(keyUsages, name));
  if (invalid.length > 0) throw new BuiltinError(`invalid entries for 'KeyUsages' found: [${invalid.join(' ')}]`);
  const chosen = names.map((name) => keyUsages[name] ?? 0);
  return chosen.length > 0 ? chosen : [1];
}

function requestBytes(text: string): Uint8Array {
  const pem = text.startsWith('-----BEGIN CERTIFICATE REQUEST-----');
  const bytes = pem ? Buffer.from(text, 'latin1') : fromBase64(text);
  const [block] = readPem(latin1(bytes));
  if (!block) return bytes;
  if (block.type !== 'CERTIFICATE REQUEST') throw new BuiltinError('invalid PEM-encoded certificate signing request');
  return block.bytes;
}

/** PEM as such, or as base64. */
function decodedPem(text: string): string {
  try {
    return latin1(fromBase64(text));
  } catch (error) {
    if (error instanceof BuiltinError) return text;
    throw error;
  }
}

/** A certificate chain and its key, as Go's tls.Certificate has them in JSON. */
function parseKeyPair(certificate: string, key: string): Value {
  const certificatePem = asPem(certificate, 'CERTIFICATE');
  const chain = readPem(certificatePem).filter(({ type }) => type === 'CERTIFICATE');
  const [leaf] = chain;
  if (!leaf) throw new BuiltinError('tls: failed to find any PEM data in certificate input');
  const [privateKey] = guarded(() => privateKeys(asPem(key, 'PRIVATE KEY')));
  if (!privateKey) throw new BuiltinError('tls: failed to find any PEM data in key input');
  const value = guarded(() => certificateValue(leaf.bytes));
  const own = new X509Certificate(Buffer.from(leaf.bytes)).publicKey;
  if (!own.equals(createPublicKey(privateKey))) {
    throw new BuiltinError('tls: private key does not match public key');
  }
  return objectOf([
    ['Certificate', chain.map(({ bytes }) => Buffer.from(bytes).toString('base64'))],
    ['Leaf', withoutUriStrings(value)],
    ['OCSPStaple', null],
    ['PrivateKey', keyAsGo(privateKey)],
    ['SignedCertificateTimestamps', null],
    ['SupportedSignatureAlgorithms', null],
  ]);
}

function withoutUriStrings(value: RegoObject): Value {
  return value.toBuilder().delete('URIStrings').build();
}

function asPem(text: string, type: string): string {
  const decoded = text.startsWith('-----BEGIN ') ? text : latin1(fromBase64(text));
  return decoded.startsWith('-----BEGIN ') ? decoded : writePem(type, Buffer.from(decoded, 'latin1'));
}
