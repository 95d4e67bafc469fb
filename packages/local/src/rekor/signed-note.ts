// SPDX-License-Identifier: Apache-2.0
import { type ServiceKey, signWith } from '../key-pair.ts';

/** The state of a log at one moment. */
export interface TreeHead {
  readonly size: number;
  readonly root: Buffer;
}

/**
 * A checkpoint (C2SP tlog-checkpoint) as a signed note (C2SP signed-note). `name` is the key name; the origin line may
 * say more. The key hint of an ECDSA key is the beginning of the log id.
 */
export function signCheckpoint(key: ServiceKey, name: string, origin: string, head: TreeHead): string {
  const note = `${origin}\n${head.size}\n${head.root.toString('base64')}\n`;
  const signature = Buffer.concat([key.id.subarray(0, 4), signWith(key, Buffer.from(note))]);
  return `${note}\n\u2014 ${name} ${signature.toString('base64')}\n`;
}
