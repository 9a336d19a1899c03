/** To standard error: standard output is for the results. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
