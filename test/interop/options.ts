import { parseArgs } from 'node:util';
import { UsageError } from '../../bench/options.ts';

/** Which AWS SDK for Java the Temporary Queue Client runs on. */
export type JavaSdk = 'pinned' | 'current';
export type ServerKind = 'elasticmq' | 'local';

export interface InteropOptions {
  readonly sdk: JavaSdk;
  readonly server: ServerKind;
  /** Only cases with this in their names. Empty: all. */
  readonly only: string;
  readonly json: boolean;
}

/** Throws a {@link UsageError} that quotes the bad value with what is expected. */
export function parseOptions(args: readonly string[]): InteropOptions | 'help' {
  const values = valuesOf(args);
  if (values.help) return 'help';
  const server = oneOf('server', values.server, ['elasticmq', 'local'] as const);
  const sdk = oneOf('sdk', values.sdk ?? (server === 'local' ? 'current' : 'pinned'), [
    'pinned',
    'current',
  ] as const);
  if (server === 'local' && sdk === 'pinned') {
    throw new UsageError(
      '--sdk pinned speaks the Query protocol, --server local only the JSON one: take --sdk current.',
    );
  }
  return { sdk, server, only: values.only, json: values.json };
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        sdk: { type: 'string' },
        server: { type: 'string', default: 'elasticmq' },
        only: { type: 'string', default: '' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === text);
  if (found !== undefined) return found;
  throw new UsageError(`--${name} is "${text}": expected ${allowed.join(' or ')}.`);
}
