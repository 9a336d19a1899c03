import { once } from 'node:events';
import { join } from 'node:path';
import { createResponder } from '@replyq/responder';
import { sqsTransport } from '@replyq/sqs';
import { jobs } from './contract.ts';
import { ApiRequestCounter } from './run/api-requests.ts';
import { leaveStarter, stopSignal, tellStarter } from './run/starter.ts';
import { settingsFromEnvironment } from './run/worker-settings.ts';
import { recordRuns, tellOfFailures } from './run/worker-log.ts';
import { cleanUp } from './work/clean-up.ts';
import { generateReport } from './work/generate-report.ts';
import { DATABASE, OfficeData } from './work/office-data.ts';
import { processImage } from './work/process-image.ts';
import { sendEmail } from './work/send-email.ts';

const stop = stopSignal();
const settings = settingsFromEnvironment(process.env);
const { folder, name, namespace } = settings;
const data = new OfficeData(join(folder, DATABASE));
const requests = new ApiRequestCounter();
const transport = sqsTransport({ namespace, observer: requests.observe });

const worker = createResponder({
  transport,
  contract: jobs,
  // As many tasks as run at once in this process. More would only fight for its cores.
  concurrency: 3,
  // Each task comes in a message of its own: nobody packs them here.
  packs: 0,
  interceptors: [recordRuns(data, name)],
  observer: tellOfFailures,
  handlers: {
    sendEmail: ({ call, input }) =>
      sendEmail({ recipient: input, taskId: call.taskId ?? '' }, settings),

    processImage: async ({ input, progress, signal }) => ({
      files: await processImage({ ...input, folder, progress, signal }),
    }),

    cleanUp: ({ input, signal }) => cleanUp({ ...input, signal }, data),

    generateReport: ({ input, progress, signal }) =>
      generateReport({ ...input, folder, progress, signal }, data),
  },
});

try {
  await worker.start();
  await tellStarter({ kind: 'listening' });
  if (!stop.aborted) await once(stop, 'abort');
} finally {
  await worker.close();
  await transport.close();
  data.close();
  await tellStarter({ kind: 'requests', requests: requests.total() });
  leaveStarter();
}
