/** What a worker must know, from its environment. Server, region and credentials are there, too, as for every program with the AWS SDK. */
export interface WorkerSettings {
  readonly namespace: string;
  /** Where the images and the database are. */
  readonly folder: string;
  readonly smtpPort: number;
  readonly name: string;
  /** Of the program: 1 has a bug. */
  readonly version: number;
}

const NAMES = {
  namespace: 'REPLYQ_NAMESPACE',
  folder: 'TASKS_FOLDER',
  smtpPort: 'SMTP_PORT',
  name: 'WORKER_NAME',
  version: 'WORKER_VERSION',
} as const satisfies Record<keyof WorkerSettings, string>;

export function settingsAsEnvironment(settings: WorkerSettings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(NAMES).map(([key, name]) => [name, String(settings[key as keyof typeof NAMES])]),
  );
}

/** Throws an `Error` that names what is missing. */
export function settingsFromEnvironment(environment: NodeJS.ProcessEnv): WorkerSettings {
  const text = (name: string): string => {
    const value = environment[name];
    if (value === undefined) throw new Error(`${name} is not set: start.ts sets it.`);
    return value;
  };
  const number = (name: string): number => {
    const value = Number(text(name));
    if (!Number.isInteger(value)) throw new Error(`${name} is ${text(name)}: expected an integer.`);
    return value;
  };
  return {
    namespace: text(NAMES.namespace),
    folder: text(NAMES.folder),
    smtpPort: number(NAMES.smtpPort),
    name: text(NAMES.name),
    version: number(NAMES.version),
  };
}
