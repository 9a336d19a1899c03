import type { Server } from './server.ts';

/** Several scripts and directions, characters of four bytes, combining ones, and what XML would like to escape. */
const UNICODE =
  'Zoë 你好 こんにちは مرحبا שלום 😀👩‍👩‍👧 e\u0301 \u{10FFFF} <a href="x">&amp;</a>\ttab\nline\u2028end';

/** Well above 256 KiB, the limit until 2025, and below 1 MiB with attributes. */
export const LARGE = 'replyq and Java. '.repeat(60_000);

export function unicodeFor({ kind }: Server): string {
  // The local server takes no character above U+FFFF, which SQS does.
  return kind === 'local' ? UNICODE.replaceAll(/[\u{10000}-\u{10FFFF}]/gu, '') : UNICODE;
}
