// @ts-check
// A TCP proxy that makes the way between a page and its server as long as wanted: each byte arrives `delay` ms after it was sent, in
// both directions, in order. As on a real line, what a client sends first waits for the handshake, which takes there and back. Nothing
// else of a line is imitated: no loss, no rate, no slow start.

import { connect, createServer } from 'node:net';

const ON_THE_WAY = 4 * 2 ** 20; // bytes; what sends more has to wait, so that a fast server does not fill our memory

/**
 * @param {object} options
 * @param {number} options.target port of the server, on 127.0.0.1
 * @param {number} options.delay ms, one way
 * @returns {Promise<{port: number, close: () => Promise<void>}>}
 */
export async function startDelayingProxy({ target, delay }) {
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    carry(client, upstream, delay, performance.now() + 2 * delay);
    carry(upstream, client, delay, 0);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    port,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * @param {import('node:net').Socket} from
 * @param {import('node:net').Socket} to
 * @param {number} delay
 * @param {number} opens when `from` knows that it is connected
 */
function carry(from, to, delay, opens) {
  /** @type {{due: number, bytes: number, arrive: () => void}[]} */
  const line = [];
  let carried = 0;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  function put(/** @type {() => void} */ arrive, bytes = 0) {
    line.push({ due: Math.max(performance.now(), opens) + delay, bytes, arrive });
    carried += bytes;
    if (carried > ON_THE_WAY) from.pause();
    if (line.length === 1) wait();
  }

  // setTimeout may be early by less than a millisecond: then it waits once more.
  function wait() {
    timer = setTimeout(deliver, Math.max(0, Math.ceil(line[0].due - performance.now())));
  }

  function deliver() {
    while (line.length > 0 && line[0].due <= performance.now()) {
      const { bytes, arrive } = line.splice(0, 1)[0];
      carried -= bytes;
      arrive();
    }
    if (carried <= ON_THE_WAY) from.resume();
    if (line.length > 0) wait();
  }

  from.on('data', (data) => put(() => to.write(data), data.length));
  from.on('end', () => put(() => to.end()));
  from.on('close', () => put(() => to.destroy())); // both directions are over, or it was cut off
  to.on('close', () => clearTimeout(timer));
}
