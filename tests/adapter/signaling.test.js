// @ts-check
// web/signaling.js with socket.io as it is: a real client, a real server.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { afterEach, beforeEach, test } from 'node:test';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
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

function connectingClient() {
  /** @type {any} */
  const remember = (/** @type {string} */ url, /** @type {object} */ options) => (client = io(url, options));
  return createSignaling(remember, { address: '', page: `${address}/page#room=x`, post: (event) => posted.push(event) });
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

test('it connects by itself and says who it is', async () => {
  connectingClient();
  await until(() => count('signalingConnected') === 1);
  assert.equal(posted[0].id, client.id);
});

test('join is acknowledged with the order’s number, and messages are text', async () => {
  server.on('connection', (socket) => {
    socket.on('join', (payload, acknowledge) => acknowledge({ ok: true, got: payload }));
    socket.emit('room_users', [{ id: 'a', name: 'ä' }]);
    socket.emit('leave');
    socket.emit('large', 'x'.repeat(70_000));
    socket.emit('wide', 'ä'.repeat(40_000));
    socket.emit('fits', 'x'.repeat(65_000));
  });
  const signaling = connectingClient();
  await until(() => count('message') === 5);
  signaling.join(7, '{"room":"lab"}');
  await until(() => count('joinAnswered') === 1);
  assert.deepEqual(posted.at(-1), { type: 'joinAnswered', op: 7, json: '{"ok":true,"got":{"room":"lab"}}' });
  const texts = Object.fromEntries(posted.filter((e) => e.type === 'message').map((e) => [e.name, e.json]));
  assert.equal(texts.room_users, '[{"id":"a","name":"ä"}]');
  assert.equal(texts.leave, 'null');
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

test('a server that is not there is tried again and again, and every failure is told', async () => {
  await new Promise((resolve) => http.close(() => resolve(null)));
  connectingClient();
  await until(() => count('signalingLost') >= 2);
  assert.equal(count('signalingConnected'), 0);
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
