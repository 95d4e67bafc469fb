// SPDX-License-Identifier: Apache-2.0
export type { Log, StepContext } from './context.ts';
export { SluiceError, type SluiceErrorCode } from './error.ts';
