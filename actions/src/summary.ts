// SPDX-License-Identifier: Apache-2.0

/** GitHub drops a step's summary over 1 MiB (GitHub docs, "Workflow commands", step isolation and limits). */
export const maxSummaryBytes = 1024 * 1024;

/**
 * Markdown cut to a size in bytes, at the end of a line, with what it had open closed again and a sentence that says
 * where the rest is.
 */
export function boundedMarkdown(markdown: string, limit: number, rest: string): string {
  const bytes = Buffer.from(markdown, 'utf8');
  if (bytes.length <= limit) return markdown;
  const room = limit - 256 - Buffer.byteLength(rest, 'utf8');
  const kept = bytes.subarray(0, Math.max(0, room)).toString('utf8');
  const whole = kept.slice(0, Math.max(0, kept.lastIndexOf('\n')));
  return `${whole}\n${closing(whole)}\n*The rest is left out: ${bytes.length} bytes are over the limit of ${limit}. ${rest}*\n`;
}

function closing(text: string): string {
  const fences = text.match(/^```/gm)?.length ?? 0;
  const details = (text.match(/<details>/g)?.length ?? 0) - (text.match(/<\/details>/g)?.length ?? 0);
  return `${fences % 2 === 1 ? '```\n' : ''}${'\n</details>\n'.repeat(Math.max(0, details))}`;
}
