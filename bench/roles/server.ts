// The embedded server, in a process of its own.
import { startLocalSqs } from '@replyq/testing';
import { countsBetween, type ApiRequests } from '../api-requests.ts';
import { serveCommands } from '../commands.ts';
import type { ServerAddress } from '../settings.ts';
import { UsageMeter, type Usage } from '../usage.ts';

export interface ServerUsage extends Omit<Usage, 'requests'> {
  readonly byOperation: ApiRequests['byOperation'];
}

const local = startLocalSqs();
const usage = new UsageMeter();
let before: ApiRequests['byOperation'] = {};

const commands = {
  start: async (): Promise<ServerAddress> => ({
    embedded: true,
    ...(await local).clientConfig,
  }),
  begin: async (): Promise<void> => {
    before = (await local).requestCounts();
    usage.begin();
  },
  end: async (): Promise<ServerUsage> => {
    const { cpuUs, maxRssMb } = usage.end();
    return { cpuUs, maxRssMb, byOperation: countsBetween(before, (await local).requestCounts()) };
  },
  close: async (): Promise<void> => (await local).close(),
};

export type ServerCommands = typeof commands;

serveCommands(commands);
