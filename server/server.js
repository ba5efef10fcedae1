// @ts-check
// Duet's server: signaling by socket.io, and the built page, on one port. `main.js` runs it; tests start it in their own process.

import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { stunOnly } from './ice.js';
import { ADDRESS_LIMITS, Addresses, SOCKET_LIMITS } from './limits.js';
import { isLoopbackHost, listenAll } from './listen.js';
import { watchLoad } from './load.js';
import { createLog } from './log.js';
import { Metrics } from './metrics.js';
import { Origins } from './origins.js';
import { createPageHandler } from './page.js';
import { Parking } from './parking.js';
import { Rooms } from './rooms.js';
import { serveSocket } from './session.js';

export { StartError } from './listen.js';

const PATH = '/socket.io';
const MAX_SOCKETS = 10_000;
const CLOSE_MS = 250; // for sockets to hear of the end before they are cut off

/**
 * @typedef {object} Options
 * @property {number} [port] default 3000; 0 for any free one
 * @property {string} [host] default: both loopback addresses
 * @property {string} [pageDir] the built page; without it only signaling is served
 * @property {string[]} [origins] allowed besides our own, as in `https://call.example`
 * @property {object[]} [iceServers] given to whoever joins; without it clients use their own default
 * @property {boolean} [hsts] default false
 * @property {number} [graceMs] how long a Duet's seat waits for it; default 30 s
 * @property {import('./log.js').Log} [log] default: silent
 * @property {Partial<import('./limits.js').SocketLimits>} [socketLimits]
 * @property {Partial<import('./limits.js').AddressLimits>} [addressLimits]
 * @property {(request: import('node:http').IncomingMessage) => string} [addressOf] whose limits a request counts for
 */

/**
 * @param {Options} [options]
 * @returns {Promise<{port: number, url: string, close: () => Promise<void>, metrics: () => Record<string, number>}>}
 */
export async function startServer(options = {}) {
  const { port = 3000, host, pageDir, iceServers, hsts = false, graceMs = 30_000, log = createLog('silent') } = options;
  const addressOf = options.addressOf ?? ((request) => request.socket.remoteAddress ?? '');
  const addresses = new Addresses({ ...ADDRESS_LIMITS, ...options.addressLimits });
  const origins = new Origins({ open: !isLoopbackHost(host), configured: options.origins ?? [] });
  const parking = new Parking(stunOnly(iceServers));
  const rooms = new Rooms({ graceMs, maxRooms: MAX_SOCKETS, parking });
  const load = watchLoad();
  const metrics = new Metrics({
    sockets: { help: 'Open connections.', read: () => io.engine?.clientsCount ?? 0 },
    rooms: { help: 'Rooms with somebody in them.', read: () => rooms.size },
    offers: { help: 'Offers that are parked now.', read: () => parking.offers.size },
    lookers: { help: 'Sockets that look at a room without a seat.', read: () => parking.lookersCount },
  });

  const io = new Server({
    path: PATH,
    serveClient: false,
    connectTimeout: 10_000,
    pingInterval: 5_000, // with the timeout: a lost person is noticed after at most 15 s
    pingTimeout: 10_000,
    maxHttpBufferSize: 64 * 1024,
    perMessageDeflate: false,
    httpCompression: false,
    cors: (request, done) => {
      const allowed = origins.allows(/** @type {import('node:http').IncomingMessage} */ (request));
      // The lesson's page, on another port of this machine, connects withCredentials.
      done(null, { origin: allowed && (request.headers.origin ?? false), credentials: true });
    },
    allowRequest: (request, done) => {
      const reason = refusal(request);
      if (reason) metrics.count('refused', reason);
      done(reason, !reason);
    },
  });

  /** @param {import('node:http').IncomingMessage} request */
  function refusal(request) {
    if (!origins.allows(request)) return 'origin';
    if (io.engine.clientsCount >= MAX_SOCKETS) return 'full_house';
    return addresses.mayConnect(addressOf(request)) ? null : 'address_limit';
  }

  const house = { rooms, addresses, metrics, log, iceServers, busy: load.busy, limits: { ...SOCKET_LIMITS, ...options.socketLimits } };
  io.on('connection', (socket) => serveSocket(house, socket, addressOf(socket.request)));

  const answer = createPageHandler({ pageDir, hsts, metricsText: () => metrics.text() });
  /** @type {Set<import('node:net').Socket>} */
  const connections = new Set();
  const makeServer = () => {
    const server = createServer({ headersTimeout: 10_000, requestTimeout: 15_000 }, answer);
    server.maxHeadersCount = 64;
    server.on('connection', (connection) => {
      connections.add(connection);
      connection.on('close', () => connections.delete(connection));
    });
    return server;
  };
  const listening = await listenAll(makeServer, port, host).catch((error) => {
    load.stop();
    throw error;
  });

  // One engine for all addresses: a session that began on one may go on over another.
  const [first, ...rest] = listening.servers;
  io.attach(first);
  for (const server of rest) io.engine.attach(server, { path: PATH });
  io.engine.on('connection', (/** @type {import('socket.io').Socket['conn']} */ connection) => {
    const address = addressOf(connection.request);
    addresses.connected(address);
    connection.on('close', () => addresses.disconnected(address));
  });

  /** @type {Promise<void> | undefined} */
  let closing;
  async function close() {
    load.stop();
    rooms.clear();
    for (const server of listening.servers) server.closeIdleConnections();
    const cut = setTimeout(() => connections.forEach((connection) => connection.destroy()), CLOSE_MS);
    const others = rest.map((server) => new Promise((resolve) => server.close(resolve)));
    await Promise.all([io.close(), ...others]);
    clearTimeout(cut);
  }

  const name = isLoopbackHost(host) || host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return {
    port: listening.port,
    url: `http://${name?.includes(':') ? `[${name}]` : name}:${listening.port}`,
    close: () => (closing ??= close()),
    metrics: () => metrics.snapshot(),
  };
}
