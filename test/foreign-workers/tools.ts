import { spawnSync } from 'node:child_process';

/** What the programs need beside the local server: how it is asked for, and how it is called. */
const TOOLS = {
  bash: ['bash', '--version'],
  jq: ['jq', '--version'],
  'the aws command line': ['aws', '--version'],
  'python3 with boto3': ['python3', '-c', 'import boto3'],
} as const;

export type Tool = keyof typeof TOOLS;

/** What is not there; undefined: all is. Tells it, since a test that is left out must not be so in silence. */
export function missing(what: string, tools: readonly Tool[]): string | undefined {
  const absent = tools.filter((tool) => !isThere(tool));
  if (absent.length === 0) return undefined;
  const reason = `no ${absent.join(', no ')} here`;
  process.stderr.write(`Left out: ${what}, since there is ${reason}.\n`);
  return reason;
}

function isThere(tool: Tool): boolean {
  const [command, ...args] = TOOLS[tool];
  return spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;
}
