import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

/** All that run, so that none outlives an interrupted run. */
const running = new Set<ChildProcess>();

/** Like `spawn`; {@link killAll} knows of it until it has ended. */
export function spawnChild(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  const child = spawn(command, args, options);
  running.add(child);
  child.once('close', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/** Resolves when it has ended. */
export async function kill(child: ChildProcess): Promise<void> {
  if (!running.has(child)) return;
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
}

export async function killAll(): Promise<void> {
  await Promise.all([...running].map(kill));
}
