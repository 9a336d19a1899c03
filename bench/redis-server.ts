import { Redis } from 'ioredis';

const CONNECT_MS = 2000;

/** A Redis that answers. */
export interface RedisServer {
  /** Of the whole server since it began, whoever has asked. */
  cpuUs(): Promise<number>;
  close(): void;
}

/** Resolves with why not when none answers at `url`. */
export async function findRedis(url: string): Promise<RedisServer | string> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    retryStrategy: () => null,
  });
  let why = 'no answer';
  redis.on('error', (error: Error) => (why = 'code' in error ? String(error.code) : error.message));
  try {
    await redis.connect();
    await redis.ping();
  } catch {
    redis.disconnect();
    return why;
  }
  return {
    cpuUs: async () => cpuUsOf(await redis.info('cpu')),
    close: () => redis.disconnect(),
  };
}

/** `used_cpu_sys:1.5` and `used_cpu_user:0.5`, in seconds. */
function cpuUsOf(info: string): number {
  const seconds = [...info.matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm)];
  return seconds.reduce((sum, [, each]) => sum + Number(each), 0) * 1e6;
}
