// @ts-check
// web/signaling.js with socket.io as it is: a real client, a real server.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, test } from 'node:test';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { createHost } from '../../web/host.js';
import { createSignaling } from '../../web/signaling.js';

/** @type {import('node:http').Server} */
let http;
/** @type {Server} */
let server;
/** @type {any} */
let client;
let address = '';
/** @type {any[]} */
let posted = [];

/** @param {() => boolean} isSo */
async function until(isSo) {
  const end = Date.now() + 5000;
  while (!isSo()) {
    assert.ok(Date.now() < end, `in vain: ${isSo}\n${JSON.stringify(posted)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** @param {string} type */
function count(type) {
  return posted.filter((event) => event.type === type).length;
}

/** @param {string} [room] */
function connectingClient(room) {
  /** @type {any} */
  const remember = (/** @type {string} */ url, /** @type {object} */ options) => (client = io(url, options));
  return createSignaling(remember, { address: '', page: `${address}/page#room=x`, post: (event) => posted.push(event), room });
}

beforeEach(async () => {
  posted = [];
  http = createServer();
  server = new Server(http);
  await new Promise((resolve) => http.listen(0, '127.0.0.1', () => resolve(null)));
  address = `http://127.0.0.1:${/** @type {any} */ (http.address()).port}`;
});
afterEach(async () => {
  client?.removeAllListeners(); // or it would come back
  client?.disconnect();
  await server.close();
});

test('the room is looked at with the first word that connects, and not again', async () => {
  /** @type {object[]} */
  const said = [];
  server.on('connection', ({ handshake }) => said.push(handshake.auth));
  connectingClient('lab');
  await until(() => count('signalingConnected') === 1);
  client.io.engine.close(); // a lost connection, after which it comes back by itself
  await until(() => count('signalingConnected') === 2);
  assert.deepEqual(said, [{ peek: 'lab' }, {}]);
});

test('it connects by itself and says who it is', async () => {
  connectingClient();
  await until(() => count('signalingConnected') === 1);
  assert.equal(posted[0].id, client.id);
});

test('Join during the connecting asks for no second session', async () => {
  let asked = 0;
  server.engine.on('connection', (/** @type {any} */ connection) => {
    connection.on('packet', (/** @type {any} */ { data }) => (asked += data?.[0] === '0' ? 1 : 0)); // socket.io's CONNECT
  });
  server.on('connection', (socket) => socket.on('join', (_payload, acknowledge) => acknowledge(null)));
  const signaling = connectingClient();
  signaling.open();
  client.io.once('open', () => signaling.open());
  await until(() => count('signalingConnected') === 1);
  signaling.open();
  signaling.join(1, '{}');
  await until(() => count('joinAnswered') === 1);
  assert.equal(asked, 1);
  assert.equal(count('signalingConnected'), 1);
});

test('join is acknowledged with the order’s number, and messages are text', async () => {
  server.on('connection', (socket) => {
    socket.on('join', (payload, acknowledge) => acknowledge({ ok: true, got: payload }));
    socket.emit('room_users', [{ id: 'a', name: 'ä' }]);
    socket.emit('leave');
    socket.emit('asks', () => {});
    socket.emit('large', 'x'.repeat(70_000));
    socket.emit('wide', 'ä'.repeat(40_000));
    socket.emit('fits', 'x'.repeat(65_000));
  });
  const signaling = connectingClient();
  await until(() => count('message') === 6);
  signaling.join(7, '{"room":"lab"}');
  await until(() => count('joinAnswered') === 1);
  assert.deepEqual(posted.at(-1), { type: 'joinAnswered', op: 7, json: '{"ok":true,"got":{"room":"lab"}}' });
  const texts = Object.fromEntries(posted.filter((e) => e.type === 'message').map((e) => [e.name, e.json]));
  assert.equal(texts.room_users, '[{"id":"a","name":"ä"}]');
  assert.equal(texts.leave, 'null');
  assert.equal(texts.asks, 'null');
  assert.equal(texts.large, '');
  assert.equal(texts.wide, '');
  assert.equal(texts.fits.length, 65_002);
});

test('what is said while the socket is lost is never sent', async () => {
  /** @type {unknown[][]} */
  const heard = [];
  server.on('connection', (socket) => socket.onAny((...message) => heard.push(message)));
  const signaling = connectingClient();
  await until(() => count('signalingConnected') === 1);
  client.io.engine.close();
  await until(() => count('signalingLost') === 1);
  signaling.send('candidate', '{"old":true}');
  signaling.join(1, '{"old":true}');
  await until(() => count('signalingConnected') === 2);
  signaling.send('candidate', '{"old":false}');
  await until(() => heard.length > 0);
  assert.deepEqual(heard, [['candidate', { old: false }]]);
});

test('turned away by the server, it comes back after a pause', async () => {
  server.once('connection', (socket) => socket.disconnect());
  connectingClient();
  await until(() => count('signalingLost') === 1);
  const lost = Date.now();
  await until(() => count('signalingConnected') === 2);
  assert.ok(Date.now() - lost > 900);
});

test('when the wasm dies, the socket leaves and does not come back', async () => {
  /** @type {string[]} */
  const left = [];
  server.on('connection', (socket) => socket.on('disconnect', (reason) => left.push(reason)));
  const signaling = connectingClient();
  const view = { render() {}, show() {} };
  const host = createHost({ view, onCrash() {} });
  host.functions(signaling);
  await until(() => count('signalingConnected') === 1);
  host.crash(new Error('a mistake of ours'));
  await until(() => left.length === 1);
  assert.deepEqual(left, ['client namespace disconnect']);
  assert.equal(client.active, false);
  assert.equal(count('signalingLost'), 0, 'nothing is left that could try again');
});

test('a server that is not there is tried again and again, and every failure is told', async () => {
  await new Promise((resolve) => http.close(() => resolve(null)));
  connectingClient();
  await until(() => count('signalingLost') >= 2);
  assert.equal(count('signalingConnected'), 0);
});

// ---- A server that turns us away, in time that the test lets pass ----

/** @param {import('node:test').TestContext} t */
function turnedAwayClient(t) {
  /** @type {{wait: number, action: () => void}[]} */
  const timers = [];
  t.mock.method(globalThis, 'setTimeout', (/** @type {() => void} */ action, /** @type {number} */ wait) => {
    timers.push({ wait, action });
    return timers.at(-1);
  });
  t.mock.method(globalThis, 'clearTimeout', (/** @type {any} */ timer) => {
    if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1);
  });
  /** @type {any} */
  const socket = new EventEmitter();
  Object.assign(socket, {
    active: true,
    tries: 1,
    onAny() {},
    connect: () => ((socket.active = true), ++socket.tries),
    off: () => socket.removeAllListeners(),
    disconnect: () => (socket.active = false),
  });
  /** @type {(event: any) => void} */
  let post = () => {};
  const options = { address: '', page: 'http://localhost/', post: (/** @type {any} */ event) => post(event) };
  const signaling = createSignaling(/** @type {any} */ (() => socket), options);
  return {
    signaling,
    socket,
    timers,
    refuse() {
      socket.active = false;
      socket.emit('connect_error', new Error('no'));
    },
    /** The one timer there is goes off. */
    ring() {
      assert.equal(timers.length, 1);
      const [{ wait, action }] = timers.splice(0);
      action();
      return wait;
    },
    /** @param {(event: any) => void} action */
    onPost: (action) => (post = action),
  };
}

for (const [chance, waits] of /** @type {[number, number[]][]} */ ([
  [0, [1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]],
  [1, [1500, 3000, 6000, 12_000, 24_000, 30_000, 30_000]],
])) {
  test(`turned away again and again, it waits longer and longer, until it is let in (chance: ${chance})`, (t) => {
    t.mock.method(Math, 'random', () => chance);
    const { refuse, ring, socket, timers } = turnedAwayClient(t);
    for (const wait of waits) {
      refuse();
      assert.equal(ring(), wait);
    }
    assert.equal(socket.tries, 1 + waits.length);
    socket.emit('connect');
    refuse();
    assert.equal(ring(), waits[0]);
    socket.emit('connect_error', new Error('the network')); // socket.io itself tries again
    assert.deepEqual(timers, []);
  });
}

test('turned away several times in a row, it tries again once', (t) => {
  const { refuse, ring, socket, timers } = turnedAwayClient(t);
  for (let i = 0; i < 3; ++i) refuse();
  ring();
  assert.equal(socket.tries, 2);
  assert.deepEqual(timers, []);
});

test('Join does not wait until it is time to try again', (t) => {
  const { refuse, signaling, socket, timers } = turnedAwayClient(t);
  refuse();
  signaling.open();
  assert.equal(socket.tries, 2);
  assert.deepEqual(timers, []);
});

test('closed while it waits to try again, it does not', (t) => {
  const { refuse, signaling, timers } = turnedAwayClient(t);
  refuse();
  signaling.close();
  assert.deepEqual(timers, []);
});

test('closed by what the loss brings about, it does not try again', (t) => {
  const { refuse, signaling, timers, onPost } = turnedAwayClient(t);
  onPost(() => signaling.close());
  refuse();
  assert.deepEqual(timers, []);
});

for (const [server, page, credentials] of /** @type {const} */ ([
  ['', 'http://localhost:3000/', false],
  ['http://localhost:3000', 'http://localhost:3000/', false],
  ['http://localhost:3001', 'http://localhost:3000/', true],
  ['https://call.example', 'http://localhost:3000/', false],
])) {
  test(`cookies go ${credentials ? '' : 'not '}from ${page} to ${server || 'its own server'}`, () => {
    /** @type {any[]} */
    const made = [];
    const socket = { on() {}, onAny() {} };
    /** @type {any} */
    const fake = (/** @type {any[]} */ ...args) => (made.push(args), socket);
    createSignaling(fake, { address: server, page, post() {} });
    const [url, options] = made[0];
    assert.equal(new URL(url).origin, new URL(server || page).origin);
    assert.equal(options.withCredentials, credentials);
    assert.deepEqual(options.transports, ['websocket', 'polling']);
    assert.equal(options.tryAllTransports, true);
  });
}
