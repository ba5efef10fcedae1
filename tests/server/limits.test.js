// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Addresses, addressKey, ADDRESS_LIMITS, TokenBucket } from '../../server/limits.js';
import { watchLoad } from '../../server/load.js';
import { connect, duet, serve, until } from './people.js';

const SLOW = { perSecond: 1e-6 };

test('a flood ends its own connection, and nobody else notices', async (t) => {
  const server = await serve(t);
  const [a, b, hostile] = await Promise.all([1, 2, 3].map(() => connect(t, server)));
  await a.join(duet());
  await b.join(duet());
  await hostile.join(duet('elsewhere'));
  for (let i = 0; i < 10_000; i += 1) hostile.socket.emit('candidate', { candidate: 'x' });
  await hostile.closed();
  a.socket.emit('candidate', { candidate: '' });
  await b.next('getCandidate');
  assert.ok(b.socket.connected);
});

test('descriptions have a limit of their own', async (t) => {
  const server = await serve(t, { socketLimits: { descriptions: { burst: 2, ...SLOW } } });
  const [a, b] = [await connect(t, server), await connect(t, server)];
  await a.join(duet());
  await b.join(duet());
  for (const sdp of ['1', '2', '3', '4']) a.socket.emit('offer', { type: 'offer', sdp });
  await a.settled();
  await b.settled();
  assert.deepEqual(b.events(), ['room_users', 'getOffer', 'getOffer']);
  assert.equal(server.metrics()['dropped.too_fast'], 2);
  a.socket.emit('offer', { type: 'offer', sdp: '5' });
  await a.closed();
});

test('joining too often is answered with busy', async (t) => {
  const a = await connect(t, await serve(t, { socketLimits: { joins: { burst: 2, ...SLOW } } }));
  const ann = duet();
  assert.deepEqual([await a.join(ann), await a.join(ann), await a.join(ann)].map(({ error }) => error), [undefined, undefined, 'busy']);
  assert.ok(a.socket.connected);
});

for (const transport of ['websocket', 'polling']) {
  test(`a megabyte by ${transport} ends its own connection`, async (t) => {
    const server = await serve(t);
    const [a, hostile] = [await connect(t, server), await connect(t, server, { transports: [transport] })];
    await a.join(duet());
    hostile.socket.emit('offer', { type: 'offer', sdp: 'x'.repeat(1e6) });
    await hostile.closed();
    await a.settled();
  });
}

test('too many bytes in messages that are small enough end the connection too', async (t) => {
  const server = await serve(t);
  const hostile = await connect(t, server);
  for (let i = 0; i < 6; i += 1) hostile.socket.emit('unheard-of', 'x'.repeat(60_000));
  await hostile.closed();
  assert.equal(server.metrics()['dropped.too_many_bytes'], 1);
});

test('what is no socket.io at all harms nobody', async (t) => {
  const server = await serve(t);
  const a = await connect(t, server);
  for (const frame of ['', '4', '42', '42[', '42{}', '42["offer"', '42[1]', '451-["x"]', '4' + '['.repeat(30_000), '9', 'x', '40/other,', '41/other,']) {
    const hostile = await connect(t, server);
    const raw = /** @type {any} */ (hostile.socket.io.engine.transport).ws;
    raw.send(frame);
    raw.send('42["alive"]');
  }
  for (const path of ['/socket.io/', '/socket.io/?EIO=4&transport=nothing', '/socket.io/?EIO=3&transport=polling', '/socket.io/?EIO=4&transport=polling&sid=__proto__']) {
    assert.equal((await fetch(server.url + path)).status, 400);
  }
  await a.settled();
});

test('sockets without a seat may stay', async (t) => {
  const server = await serve(t);
  const a = await connect(t, server);
  await a.settled();
  assert.deepEqual({ sockets: server.metrics().sockets, rooms: server.metrics().rooms }, { sockets: 1, rooms: 0 });
});

test('one address may hold so many sockets, others are free', async (t) => {
  const addressOf = (/** @type {any} */ request) => String(request.headers['x-address']);
  const server = await serve(t, { addressOf, addressLimits: { sockets: 2 } });
  /** @param {string} address */
  const from = (address) => connect(t, server, { extraHeaders: { 'x-address': address } });
  const [first] = [await from('192.0.2.1'), await from('192.0.2.1')];
  await assert.rejects(from('192.0.2.1'));
  await from('192.0.2.2');
  first.socket.disconnect();
  await until(() => server.metrics().sockets === 2, 'the first is gone');
  await from('192.0.2.1');
  assert.equal(server.metrics()['refused.address_limit'], 1);
});

test('guessing at full rooms gets an address blocked for a while', async (t) => {
  const addressLimits = { failedJoins: { burst: 2, ...SLOW } };
  const server = await serve(t, { addressOf: () => '192.0.2.1', addressLimits });
  const a = await connect(t, server);
  const errors = [];
  for (let i = 0; i < 3; i += 1) errors.push((await a.join({ room: '?' })).error);
  errors.push((await a.join(duet())).error);
  assert.deepEqual(errors, ['bad_room', 'bad_room', 'bad_room', 'busy']);
  await assert.rejects(connect(t, server));
});

test('opening room after room is answered with busy, joining one that is there is not', async (t) => {
  const server = await serve(t, { addressOf: () => '192.0.2.1', addressLimits: { newRooms: { burst: 2, ...SLOW } } });
  const [a, b, c] = await Promise.all([1, 2, 3].map(() => connect(t, server)));
  assert.equal((await a.join(duet('one'))).ok, true);
  assert.equal((await b.join(duet('two'))).ok, true);
  assert.equal((await c.join(duet('three'))).error, 'busy');
  assert.equal((await c.join(duet('two'))).ok, true);
});

test('loopback has no limits per address', () => {
  const addresses = new Addresses(ADDRESS_LIMITS, () => 0);
  for (let i = 0; i < 100; i += 1) {
    addresses.joinFailed('127.0.0.1');
    assert.ok(addresses.mayConnect('::1') && addresses.mayJoin('::ffff:127.0.0.1') && addresses.mayOpenRoom('127.1.2.3'));
    addresses.connected('::1');
  }
});

test('a block ends, and idle addresses are forgotten', () => {
  let now = 0;
  const addresses = new Addresses(ADDRESS_LIMITS, () => now);
  for (let i = 0; i <= ADDRESS_LIMITS.failedJoins.burst; i += 1) addresses.joinFailed('192.0.2.1');
  assert.equal(addresses.mayJoin('192.0.2.1'), false);
  now += ADDRESS_LIMITS.blockMs;
  assert.equal(addresses.mayJoin('192.0.2.1'), true);
  for (let i = 0; i < 1000; i += 1) addresses.mayConnect(`10.0.${i >> 8}.${i & 255}`);
  now += ADDRESS_LIMITS.blockMs + 1;
  addresses.mayConnect('10.9.9.9');
  assert.equal(addresses.entries.size, 1);
});

test('an IPv6 customer is one address', () => {
  const same = ['2001:db8:0:1::1', '2001:db8:0:1:ffff::', '2001:0db8:0000:0001:1:2:3:4', '2001:DB8::1:0:0:0:9%eth0'];
  assert.deepEqual(new Set(same.map(addressKey)), new Set([addressKey('2001:db8:0:1::')]));
  assert.notEqual(addressKey('2001:db8:0:2::1'), addressKey('2001:db8:0:1::1'));
  assert.equal(addressKey('::ffff:192.0.2.1'), addressKey('192.0.2.1'));
});

test('a client is told how often it is pinged and how much it may send', async (t) => {
  const { url } = await serve(t);
  const opened = JSON.parse((await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text()).slice(1));
  assert.deepEqual([opened.pingInterval, opened.pingTimeout, opened.maxPayload], [5_000, 10_000, 64 * 1024]);
});

test('late again and again is busy, late once is not', async (t) => {
  const load = watchLoad(5, 30);
  t.after(load.stop);
  /** One turn of the event loop that takes too long; the timer's tick is in it. */
  const block = () => {
    const end = performance.now() + 60;
    while (performance.now() < end);
    return new Promise((resolve) => setImmediate(resolve));
  };
  await block();
  assert.equal(load.busy(), false);
  for (let i = 0; i < 5; i += 1) await block();
  assert.equal(load.busy(), true);
  await until(() => !load.busy(), 'calm again');
});

test('a bucket refills with time, up to its burst', () => {
  let now = 0;
  const bucket = new TokenBucket({ burst: 2, perSecond: 1 }, () => now);
  assert.deepEqual([bucket.take(), bucket.take(), bucket.take()], [true, true, false]);
  now += 999;
  assert.equal(bucket.take(), false);
  now += 60_000;
  assert.deepEqual([bucket.take(2), bucket.take()], [true, false]);
});
