import { startLocalSqs } from '@replyq/testing';
import { JavaProgram, type Launch } from './java-program.ts';
import type { ServerKind } from './options.ts';

export interface Server {
  readonly kind: ServerKind;
  readonly endpoint: string;
  readonly region: string;
  close(): Promise<void>;
}

const REGION = 'us-east-1';

/** An SQS for both sides, on any free port of this machine. */
export async function startServer(kind: ServerKind, launch: Launch): Promise<Server> {
  if (kind === 'local') {
    const local = await startLocalSqs({ region: REGION });
    return { kind, endpoint: local.endpoint, region: REGION, close: () => local.close() };
  }
  const { program, ready } = await JavaProgram.start(launch, 'Server', { region: REGION });
  return {
    kind,
    endpoint: `http://127.0.0.1:${String(ready['port'])}`,
    region: REGION,
    close: () => program.kill(),
  };
}
