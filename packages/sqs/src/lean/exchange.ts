import {
  request as httpRequest,
  type Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Runtime } from '@replyq/contract/transport';
import type { Target } from './target.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request, whole and signed. */
export interface HttpRequest {
  readonly target: Target;
  readonly agent: Agent;
  /** Names and values by turns, as Node writes them without a second look. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** What one exchange may take. Milliseconds of zero are no limit. */
export interface ExchangeLimits {
  /** From the request until its connection can be written to; waiting for a socket counts. */
  readonly connectionMs: number;
  /** From the request to the end of its answer. */
  readonly requestMs: number;
  /** Of silence on the socket. */
  readonly socketMs: number;
  /** Of an answer's body; checked while it is read. */
  readonly maxAnswerBytes: number;
}

/**
 * Posts once. Rejects with Node's errors, with `syscall: 'connect'` on each that came before the
 * connection could be written to: those requests were surely not sent. All others may have been,
 * also on a kept socket that turns out to be stale. An aborted signal cuts the connection; it is read
 * before anything is opened.
 */
export function exchange(
  { target, agent, headers, body }: HttpRequest,
  signal: AbortSignal,
  limits: ExchangeLimits,
  runtime: Pick<Runtime, 'setTimer'>,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error('aborted before it was sent'));
    const { protocol, hostname, port, path } = target;
    const open = protocol === 'https:' ? httpsRequest : httpRequest;
    const request = open({ agent, host: hostname, port, path, method: 'POST', headers });
    let settled = false;
    let written = request.reusedSocket;

    const fail = (error: Error): void => {
      if (settled) return;
      settle();
      request.destroy();
      reject(written ? error : notConnected(error));
    };
    const abort = (): void => fail(new Error('aborted'));
    const connecting =
      written || limits.connectionMs === 0
        ? undefined
        : runtime.setTimer(limits.connectionMs, () =>
            fail(timeoutError(`no connection within ${limits.connectionMs} ms`)),
          );
    const answering =
      limits.requestMs === 0
        ? undefined
        : runtime.setTimer(limits.requestMs, () =>
            fail(timeoutError(`no answer within ${limits.requestMs} ms`)),
          );
    const settle = (): void => {
      settled = true;
      connecting?.cancel();
      answering?.cancel();
      signal.removeEventListener('abort', abort);
    };

    const connected = (): void => {
      written = true;
      connecting?.cancel();
    };
    if (!written) {
      request.once('socket', (socket) => {
        const event = awaited(socket);
        if (event === undefined) connected();
        else
          socket.once(
            event === 'connect' && protocol === 'https:' ? 'secureConnect' : event,
            connected,
          );
      });
    }
    if (limits.socketMs !== 0) {
      request.setTimeout(limits.socketMs, () =>
        fail(timeoutError(`the socket was silent for ${limits.socketMs} ms`)),
      );
    }
    signal.addEventListener('abort', abort);
    request.on('error', fail);
    request.on('close', () => fail(new Error('the connection closed without an answer')));
    request.on('response', (response) =>
      collect(response, limits.maxAnswerBytes, fail, (text) => {
        if (settled) return;
        settle();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      }),
    );
    request.end(body);
  });
}

/** What a socket must still emit before anything is written to it. */
function awaited(socket: Socket): 'connect' | 'secureConnect' | undefined {
  if (socket.connecting) return 'connect';
  const { secureConnecting } = socket as { readonly secureConnecting?: boolean };
  return secureConnecting === true ? 'secureConnect' : undefined;
}

function collect(
  response: IncomingMessage,
  maxBytes: number,
  fail: (error: Error) => void,
  done: (text: string) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      fail(new Error(`the answer is longer than ${maxBytes} bytes`));
    } else {
      chunks.push(chunk);
    }
  });
  response.on('error', fail);
  response.on('end', () => {
    const [first] = chunks;
    done((chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)).toString());
  });
}

function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError' });
}

/** Whatever went wrong, nothing had been written. */
function notConnected(error: Error): Error {
  const { code } = error as NodeJS.ErrnoException;
  return Object.assign(new Error(error.message, { cause: error }), {
    name: error.name,
    code,
    syscall: 'connect',
  });
}
