/** What a process of the bench can be asked. All that goes in and comes out is plain data. */
export type Commands = Readonly<Record<string, (...args: never[]) => unknown>>;

export interface Question {
  readonly id: number;
  readonly command: string;
  readonly args: readonly unknown[];
}

export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/**
 * Makes this process answer its starter. It ends after the command `close`, or with the starter,
 * and not by Ctrl-C, which the terminal sends to all: the starter knows what to clean up first.
 */
export function serveCommands(commands: Commands & { close(): Promise<void> | void }): void {
  const close = async (): Promise<void> => {
    await Promise.resolve(commands.close()).catch((error: unknown) => console.error(error));
    process.exit();
  };
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => void close());
  process.on('message', ({ id, command, args }: Question) => {
    if (command === 'close') void close();
    else void answer(commands, command, args).then((result) => process.send?.({ id, ...result }));
  });
}

async function answer(
  commands: Commands,
  command: string,
  args: readonly unknown[],
): Promise<Omit<Answer, 'id'>> {
  try {
    const run = commands[command] as ((...args: readonly unknown[]) => unknown) | undefined;
    if (run === undefined) throw new Error(`no command "${command}"`);
    return { value: await run(...args) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
