import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { pipe, type Weather } from './pipe.ts';

interface Connection {
  readonly client: Socket;
  readonly upstream: Socket;
  silent: boolean;
}

const LOOPBACK = '127.0.0.1';
const FAIR: Weather = { kind: 'fair' };

/** The way between clients and the server, as TCP sees it, and all that can go wrong on it. */
export class Proxy {
  readonly #server: Server;
  readonly #target: number;
  readonly #connections = new Set<Connection>();
  #weather: Weather = FAIR;
  #changed = Promise.withResolvers<void>();

  /** Call {@link listen} next. */
  constructor(targetPort: number) {
    this.#target = targetPort;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  get endpoint(): string {
    return `http://${LOOPBACK}:${(this.#server.address() as AddressInfo).port}`;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, LOOPBACK);
    await once(this.#server, 'listening');
  }

  /** The weather until the returned function is called, or until it turns into another. */
  turn(weather: Weather): () => void {
    this.#become(weather);
    for (const connection of this.#connections) {
      if (weather.kind === 'cut') reset(connection);
      if (weather.kind === 'blackHole') connection.silent = true;
    }
    return () => {
      if (this.#weather === weather) this.#become(FAIR);
    };
  }

  /** Ends one direction of each connection: what a peer sees when the other says that it is done. */
  halfClose(towards: 'client' | 'server'): void {
    for (const { client, upstream } of this.#connections) {
      (towards === 'client' ? client : upstream).end();
    }
  }

  async close(): Promise<void> {
    this.#become(FAIR);
    for (const { client, upstream } of this.#connections) {
      client.destroy();
      upstream.destroy();
    }
    this.#server.close();
    await once(this.#server, 'close');
  }

  #become(weather: Weather): void {
    this.#weather = weather;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    this.#goneSilently();
  }

  #accept(client: Socket): void {
    client.on('error', ignore);
    if (this.#weather.kind === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ port: this.#target, host: LOOPBACK, allowHalfOpen: true });
    const silent = this.#weather.kind === 'blackHole';
    const connection: Connection = { client, upstream, silent };
    this.#connections.add(connection);
    upstream.on('error', () => client.resetAndDestroy());
    client.on('close', () => this.#gone(connection, upstream));
    upstream.on('close', () => this.#gone(connection, client));
    void this.#join(connection);
  }

  async #join(connection: Connection): Promise<void> {
    const { client, upstream } = connection;
    const way = {
      weather: () => this.#weather,
      changed: () => this.#changed.promise,
      silent: () => connection.silent,
    };
    const back = pipe({ ...way, from: upstream, to: client });
    await pipe({ ...way, from: client, to: upstream });
    if (connection.silent) this.#goneSilently();
    await back;
    if (connection.silent) return;
    client.destroy();
    upstream.destroy();
  }

  /** One side is gone, and the other one hears of it, unless the way is silent. */
  #gone(connection: Connection, other: Socket): void {
    if (!connection.silent) {
      this.#connections.delete(connection);
      if (!other.destroyed) other.resetAndDestroy();
    } else this.#goneSilently();
  }

  #goneSilently(): void {
    if (this.#weather.kind !== 'blackHole') this.#buryDead();
  }

  /** A server would find out in the end that nobody is at the other side; here it does afterwards. */
  #buryDead(): void {
    for (const connection of this.#connections) {
      const { client, silent, upstream } = connection;
      if (!silent || !(client.destroyed || client.readableEnded)) continue;
      this.#connections.delete(connection);
      client.destroy();
      upstream.destroy();
    }
  }
}

function reset({ client, upstream }: Connection): void {
  client.resetAndDestroy();
  upstream.resetAndDestroy();
}

/** Errors of sockets are followed by their close, which is heard. */
function ignore(): void {}
