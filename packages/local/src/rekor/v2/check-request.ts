// SPDX-License-Identifier: Apache-2.0
import { LocalError } from '../../error.ts';
import { fromBase64, isObject, type JsonObject, objectAt, textAt } from '../../http/json-body.ts';
import { fromCertificate, fromPublicKey, isStrongKey, type SuppliedKey } from '../../signature/public-key.ts';
import { digestSignatureHolds, type HashName, hashOf } from '../../signature/verify-signature.ts';
import { canonicalJson } from '../canonical-json.ts';
import { badEntry } from '../envelope.ts';
import { required } from '../kinds/entry-kind.ts';

/** `hashedrekord` 0.0.2, the one kind that Rekor v2 takes: checks the signature and returns the body to log. */
export function checkHashedRekordRequest(body: JsonObject): Buffer {
  const request = body['hashedRekordRequestV002'];
  if (!isObject(request)) throw badEntry('invalid type, must be hashedrekord');
  const digest = required(fromBase64(textAt(request, 'digest')), 'digest');
  const signature = objectAt(request, 'signature');
  const content = required(fromBase64(textAt(signature, 'content')), 'signature');
  const verifier = objectAt(signature, 'verifier');
  const { key, member } = readVerifier(verifier);
  const details = keyDetails(key);
  if (verifier['keyDetails'] !== details.name) throw badEntry(`expected keyDetails ${details.name} for this key`);
  if (digest.length !== details.digestBytes) throw badEntry(`expected a digest of ${details.digestBytes} bytes`);
  if (!digestSignatureHolds(key.key, details.hash, digest, content)) throw badEntry('verifying signature');
  const spec = {
    hashedRekordV002: {
      data: { algorithm: details.hashAlgorithm, digest: digest.toString('base64') },
      signature: {
        content: content.toString('base64'),
        verifier: { keyDetails: details.name, [member]: { rawBytes: key.bytes.toString('base64') } },
      },
    },
  };
  return Buffer.from(canonicalJson({ apiVersion: '0.0.2', kind: 'hashedrekord', spec }));
}

function readVerifier(verifier: JsonObject): {
  readonly key: SuppliedKey;
  readonly member: 'publicKey' | 'x509Certificate';
} {
  const certificate = fromBase64(textAt(objectAt(verifier, 'x509Certificate'), 'rawBytes'));
  if (certificate !== undefined) return { key: fromCertificate(certificate), member: 'x509Certificate' };
  const publicKey = fromBase64(textAt(objectAt(verifier, 'publicKey'), 'rawBytes'));
  return { key: fromPublicKey(required(publicKey, 'verifier')), member: 'publicKey' };
}

interface KeyDetails {
  readonly name: string;
  readonly hash: HashName;
  readonly hashAlgorithm: string;
  readonly digestBytes: number;
}

const hashes: Readonly<Record<HashName, { readonly hashAlgorithm: string; readonly digestBytes: number }>> = {
  sha256: { hashAlgorithm: 'SHA2_256', digestBytes: 32 },
  sha384: { hashAlgorithm: 'SHA2_384', digestBytes: 48 },
  sha512: { hashAlgorithm: 'SHA2_512', digestBytes: 64 },
};

const ecdsaNames: Readonly<Record<HashName, string>> = {
  sha256: 'PKIX_ECDSA_P256_SHA_256',
  sha384: 'PKIX_ECDSA_P384_SHA_384',
  sha512: 'PKIX_ECDSA_P521_SHA_512',
};

/** PublicKeyDetails of sigstore_common.proto for a key. */
function keyDetails({ key }: SuppliedKey): KeyDetails {
  const hash = hashOf(key);
  if (hash === null || !isStrongKey(key)) throw new LocalError('bad-request', 'unsupported algorithm');
  const rsa = `PKIX_RSA_PKCS1V15_${key.asymmetricKeyDetails?.modulusLength}_SHA256`;
  return { name: key.asymmetricKeyType === 'rsa' ? rsa : ecdsaNames[hash], hash, ...hashes[hash] };
}
