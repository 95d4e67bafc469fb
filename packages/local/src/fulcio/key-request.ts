// SPDX-License-Identifier: Apache-2.0
import { type KeyObject, verify } from 'node:crypto';
import { DerError, members, readBits, readElement, readOid } from '../asn1/decode.ts';
import { LocalError } from '../error.ts';
import { fromBase64, type JsonObject, objectAt, textAt } from '../http/json-body.ts';
import { fromPublicKey, isStrongKey, readSuppliedKey, type SuppliedKey } from '../signature/public-key.ts';
import { signatureHolds } from '../signature/verify-signature.ts';
import { fromPem } from '../x509/pem.ts';
import { invalidArgument, messages } from './refusal.ts';

/** The public key of a signing request, once its owner has proved to hold the private key. */
export function provedKey(request: JsonObject, challenge: string): SuppliedKey {
  const csr = textAt(request, 'certificateSigningRequest');
  return csr === undefined ? keyOfProof(objectAt(request, 'publicKeyRequest'), challenge) : keyOfCsr(csr);
}

/** `publicKeyRequest`: the key signs the token's subject. */
function keyOfProof(request: JsonObject, challenge: string): SuppliedKey {
  const content = textAt(objectAt(request, 'publicKey'), 'content');
  if (content === undefined) throw invalidArgument(messages.publicKey, 'no public key was given');
  const supplied = refuseWeak(parsed(() => readSuppliedKey(Buffer.from(content)), messages.publicKey));
  const proof = fromBase64(textAt(request, 'proofOfPossession'));
  if (proof === undefined || !signatureHolds(supplied.key, Buffer.from(challenge), proof)) {
    throw invalidArgument(messages.signature, 'the proof of possession is not a signature over the subject');
  }
  return supplied;
}

/** `certificateSigningRequest`: PEM of a PKCS #10 request (RFC 2986), which signs itself; its names are ignored. */
function keyOfCsr(encoded: string): SuppliedKey {
  const parts = parsed(() => parseCsr(fromBase64(encoded) ?? Buffer.alloc(0)), messages.csr);
  const supplied = refuseWeak(parsed(() => fromPublicKey(parts.spki), messages.csr));
  if (!csrSignatureHolds(supplied.key, parts)) {
    throw invalidArgument(messages.signature, 'the certificate signing request is not signed by its own key');
  }
  return supplied;
}

interface CsrParts {
  readonly information: Buffer;
  readonly spki: Buffer;
  readonly algorithm: string;
  readonly signature: Buffer;
}

function parseCsr(text: Buffer): CsrParts {
  const pem = fromPem(text.toString('latin1'));
  if (pem?.label !== 'CERTIFICATE REQUEST') throw new DerError('no PEM of a certificate request');
  const [information, algorithm, signature] = members(readElement(pem.bytes));
  const spki = members(information)[2];
  if (information === undefined || spki === undefined) throw new DerError('no certification request info');
  return {
    information: information.bytes,
    spki: spki.bytes,
    algorithm: readOid(members(algorithm)[0]),
    signature: readBits(signature),
  };
}

const csrHashes: Readonly<Record<string, string | null>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.3.101.112': null,
};

function csrSignatureHolds(key: KeyObject, parts: CsrParts): boolean {
  const hash = csrHashes[parts.algorithm];
  if (hash === undefined) return false;
  try {
    return verify(hash, parts.information, key, parts.signature);
  } catch {
    return false;
  }
}

function parsed<T>(read: () => T, message: string): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError || error instanceof LocalError) throw invalidArgument(message, error.message);
    throw error;
  }
}

function refuseWeak(supplied: SuppliedKey): SuppliedKey {
  if (!isStrongKey(supplied.key)) throw invalidArgument(messages.insecureKey, 'the key is of a weak kind');
  return supplied;
}
