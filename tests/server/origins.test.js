// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Origins } from '../../server/origins.js';
import { connect, serve } from './people.js';

const LOCAL = ['http://localhost:5500', 'http://localhost', 'http://127.0.0.1:8080', 'http://[::1]:1', 'https://localhost:3000'];
const FOREIGN = ['http://evil.example', 'http://localhost.evil.example', 'http://evil.example:3000', 'null', 'http://127.0.0.1.evil.example', 'file://'];

for (const transport of ['websocket', 'polling']) {
  test(`on loopback, every loopback page may connect by ${transport}, and so may programs`, async (t) => {
    const server = await serve(t, { origins: ['https://call.example'] });
    await connect(t, server, { transports: [transport] });
    for (const origin of [...LOCAL, 'https://call.example']) await connect(t, server, { transports: [transport], extraHeaders: { origin } });
  });

  test(`a foreign page may not connect by ${transport}`, async (t) => {
    const server = await serve(t);
    for (const origin of FOREIGN) {
      await assert.rejects(connect(t, server, { transports: [transport], extraHeaders: { origin } }), origin);
    }
    assert.equal(server.metrics()['refused.origin'], FOREIGN.length);
    assert.equal(server.metrics().sockets, 0);
  });
}

test('CORS lets the same pages read, with credentials, and no others', async (t) => {
  const { url } = await serve(t);
  /** @param {string} origin @param {string} [method] */
  const ask = async (origin, method = 'GET') => (await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { method, headers: { origin } })).headers;
  for (const method of ['GET', 'OPTIONS']) {
    const allowed = await ask('http://localhost:5500', method);
    assert.equal(allowed.get('access-control-allow-origin'), 'http://localhost:5500');
    assert.equal(allowed.get('access-control-allow-credentials'), 'true');
    assert.equal((await ask('http://evil.example', method)).get('access-control-allow-origin'), null);
  }
});

test('a session that began by polling goes on by WebSocket, on either address', async (t) => {
  const server = await serve(t);
  const a = await connect(t, server, { transports: ['polling', 'websocket'] });
  const engine = a.socket.io.engine;
  if (engine.transport.name !== 'websocket') await new Promise((resolve) => engine.once('upgrade', resolve));
  await a.settled();
  await connect(t, { url: `http://127.0.0.1:${server.port}` });
});

/**
 * @param {Origins} origins
 * @param {Record<string, string>} headers
 * @param {string} [remoteAddress]
 */
function allows(origins, headers, remoteAddress = '192.0.2.1') {
  return origins.allows(/** @type {any} */ ({ headers, socket: { remoteAddress } }));
}

test('beyond loopback: its own origin, what is configured, and a plain GET that needs no origin', () => {
  const open = new Origins({ open: true, configured: ['https://other.example'] });
  const host = 'call.example:3000';
  assert.ok(allows(open, { host, origin: 'http://call.example:3000' }));
  assert.ok(allows(open, { host, origin: 'https://call.example:3000' }), 'a proxy in front may speak HTTPS');
  assert.ok(allows(open, { host, origin: 'https://other.example' }));
  assert.ok(allows(open, { host }), 'polling from its own page');
  assert.ok(allows(open, { host, 'sec-fetch-site': 'same-origin' }));
  assert.ok(!allows(open, { host, 'sec-fetch-site': 'cross-site' }));
  assert.ok(!allows(open, { host, upgrade: 'websocket' }), 'a browser would have sent one');
  assert.ok(!allows(open, { host, origin: 'http://localhost:3000' }), 'whose localhost?');
  assert.ok(!allows(open, { host, origin: 'http://call.example' }));
  assert.ok(!allows(open, { origin: 'http://call.example' }));
});

test('a foreign name that resolves to 127.0.0.1 gets nowhere', () => {
  const host = 'rebound.example:3000';
  const closed = new Origins({ open: false, configured: [] });
  assert.ok(!allows(closed, { host, origin: 'http://rebound.example:3000' }, '127.0.0.1'));
  assert.ok(!allows(closed, { host }, '::1'));
});

test('behind a proxy on the same machine, the configured name is its own', () => {
  const closed = new Origins({ open: false, configured: ['https://call.example'] });
  assert.ok(allows(closed, { host: 'call.example', origin: 'https://call.example', upgrade: 'websocket' }, '127.0.0.1'));
  assert.ok(allows(closed, { host: 'call.example' }, '127.0.0.1'), 'polling from its own page');
  assert.ok(!allows(closed, { host: 'call.example', origin: 'https://evil.example' }, '127.0.0.1'));
});
