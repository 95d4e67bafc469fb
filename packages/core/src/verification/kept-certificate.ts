// SPDX-License-Identifier: Apache-2.0
import { ASN1Obj, X509Certificate } from '@sigstore/core';

/**
 * A certificate that keeps its bytes. Building a chain compares certificates over and over, and Sigstore's class
 * encodes both anew each time, which took a fifth of a whole verification.
 */
export class KeptCertificate extends X509Certificate {
  readonly #der: Buffer;

  constructor(der: Uint8Array) {
    const bytes = Buffer.from(der);
    super(ASN1Obj.parseBuffer(bytes));
    this.#der = bytes;
  }

  override equals(other: X509Certificate): boolean {
    return other instanceof KeptCertificate ? this.#der.equals(other.#der) : super.equals(other);
  }

  /** A copy that may be changed, as the check of a signed certificate timestamp does. */
  override clone(): X509Certificate {
    return X509Certificate.parse(Buffer.from(this.#der));
  }
}
