// SPDX-License-Identifier: Apache-2.0
import { createSession, type RequestRecord, type Session, type SessionOptions } from '../../src/session.ts';

export interface RecordingSession extends Session {
  /** Every request so far. */
  requests(): readonly RequestRecord[];
}

export function recordingSession(options: SessionOptions = {}): RecordingSession {
  const records: RequestRecord[] = [];
  const session = createSession({ ...options, onRequest: (request) => records.push(request) });
  return { ...session, requests: () => records };
}
