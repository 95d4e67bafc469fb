// SPDX-License-Identifier: Apache-2.0

/** A duration as Go writes it: `0s`, `870ns`, `12.5µs`, `1.25ms`, `2m3.5s`. */
export function goDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return '0s';
  if (nanoseconds < 1_000) return `${nanoseconds}ns`;
  if (nanoseconds < 1_000_000) return `${nanoseconds / 1_000}µs`;
  if (nanoseconds < 1_000_000_000) return `${nanoseconds / 1_000_000}ms`;
  const seconds = Math.floor(nanoseconds / 1_000_000_000);
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = (nanoseconds - (seconds - (seconds % 60)) * 1_000_000_000) / 1_000_000_000;
  return `${hours > 0 ? `${hours}h` : ''}${seconds >= 60 ? `${minutes}m` : ''}${rest}s`;
}
