// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, duet, randomId, serve, until } from './people.js';

/**
 * Two Duets in one room, who have heard of each other.
 * @param {import('node:test').TestContext} t
 * @param {import('./people.js').Running} server
 */
async function couple(t, server) {
  const [a, b] = [await connect(t, server), await connect(t, server)];
  const [ann, bob] = [duet('r', 'Ann'), duet('r', 'Bob')];
  await a.join(ann);
  await b.join(bob);
  await a.next('user_joined');
  await b.next('room_users');
  a.heard.length = b.heard.length = 0;
  return { a, b, ann, bob };
}

test('a lost Duet is away at once, and back when its page comes with the seat', async (t) => {
  const server = await serve(t);
  const { a, b, ann, bob } = await couple(t, server);
  b.vanish();
  assert.deepEqual(await a.next('peer_away'), { id: bob.page });
  const again = await connect(t, server);
  assert.deepEqual(await again.join(bob), { ok: true, id: bob.page, peer: { id: ann.page, name: 'Ann', v: 1 } });
  assert.deepEqual(await a.next('peer_back'), { id: bob.page, name: 'Bob', v: 1 });
  again.socket.emit('candidate', { candidate: 'c' });
  assert.equal((await a.next('getCandidate')).from, bob.page);
  assert.deepEqual(a.heard, [], 'no user_exit, no user_joined');
});

test('a resumed seat replaces a socket that is still open, whose end then harms nobody', async (t) => {
  const server = await serve(t);
  const { a, b, bob } = await couple(t, server);
  const again = await connect(t, server);
  assert.equal((await again.join(bob)).ok, true);
  await b.closed();
  assert.deepEqual(b.heard, [], 'the old socket is told nothing');
  assert.equal((await a.next('peer_back')).id, bob.page);
  await again.settled();
  again.socket.emit('candidate', { candidate: '' });
  await a.next('getCandidate');
  assert.deepEqual(a.heard, []);
});

test('the grace ends with the return', async (t) => {
  const server = await serve(t, { graceMs: 400 });
  const { a, b, bob } = await couple(t, server);
  const again = await connect(t, server);
  b.vanish();
  await a.next('peer_away');
  const lost = performance.now();
  await again.join(bob);
  await a.next('peer_back');
  await until(() => performance.now() - lost > 450, 'longer than the grace');
  await a.settled();
  assert.deepEqual(a.heard, []);
});

test('a reloaded page takes its seat back at once, as a new person', async (t) => {
  const server = await serve(t);
  const { a, b, bob } = await couple(t, server);
  const reloaded = { ...bob, page: randomId() };
  b.vanish();
  await a.next('peer_away');
  const again = await connect(t, server);
  assert.equal((await again.join(reloaded)).id, reloaded.page);
  assert.deepEqual(await a.next('user_exit'), { id: bob.page });
  assert.deepEqual(await a.next('user_joined'), { id: reloaded.page, name: 'Bob', v: 1 });
  const third = await connect(t, server);
  assert.equal((await third.join(duet())).error, 'room_full');
});

test('a reload overtakes the end of its old socket', async (t) => {
  const server = await serve(t);
  const { a, b, bob } = await couple(t, server);
  const again = await connect(t, server);
  await again.join({ ...bob, page: randomId() });
  await b.closed();
  await a.next('user_joined');
  await a.settled();
  assert.deepEqual(a.events(), ['user_exit']);
});

test('the same page rejoining on its socket with a new page id is a reload too', async (t) => {
  const server = await serve(t);
  const { a, b, bob } = await couple(t, server);
  const next = { ...bob, page: randomId() };
  assert.equal((await b.join(next)).ok, true);
  assert.equal((await a.next('user_joined')).id, next.page);
  await b.settled();
  assert.ok(b.socket.connected);
});

test("somebody else's page without its seat is refused, free seat or not", async (t) => {
  const server = await serve(t);
  const [a, b] = [await connect(t, server), await connect(t, server)];
  const ann = duet();
  await a.join(ann);
  assert.deepEqual(await b.join({ ...duet(), page: ann.page }), { ok: false, error: 'taken' });
  a.vanish();
  await until(() => server.metrics().sockets === 1, 'the first socket is gone');
  assert.equal((await b.join({ ...duet(), page: ann.page })).error, 'taken');
  assert.equal((await b.join({ ...duet(), page: ann.seat, seat: ann.page })).ok, true, 'a guess at a seat is just another seat');
});

test('the grace runs out: user_exit, and the seat is free', async (t) => {
  const server = await serve(t, { graceMs: 400 });
  const { a, b, bob } = await couple(t, server);
  const third = await connect(t, server);
  b.vanish();
  await a.next('peer_away');
  assert.equal((await third.join(duet())).error, 'room_full', 'the seat is kept meanwhile');
  assert.deepEqual(await a.next('user_exit'), { id: bob.page, lost: true });
  assert.equal((await third.join(duet())).ok, true);
  const late = await connect(t, server);
  assert.equal((await late.join(bob)).error, 'room_full', 'too late');
});

test('both are lost: the room is forgotten when both graces are over', async (t) => {
  const server = await serve(t, { graceMs: 300 });
  const { a, b } = await couple(t, server);
  a.vanish();
  b.vanish();
  await until(() => server.metrics().sockets === 0, 'both sockets are gone');
  assert.equal(server.metrics().rooms, 1);
  await until(() => server.metrics().rooms === 0, 'the room is forgotten');
});

test('both are lost and both come back', async (t) => {
  const server = await serve(t);
  const { a, b, ann, bob } = await couple(t, server);
  a.vanish();
  b.vanish();
  await until(() => server.metrics().sockets === 0, 'both sockets are gone');
  const c = await connect(t, server);
  assert.equal((await c.join(ann)).peer.id, bob.page);
  assert.deepEqual(await c.next('peer_away'), { id: bob.page });
  const d = await connect(t, server);
  assert.equal((await d.join(bob)).peer.id, ann.page);
  assert.deepEqual(await c.next('peer_back'), { id: bob.page, name: 'Bob', v: 1 });
});

test('who joins while the other is away is told so, after the acknowledgement', async (t) => {
  const server = await serve(t);
  const [a, b] = [await connect(t, server), await connect(t, server)];
  const ann = duet();
  await a.join(ann);
  a.vanish();
  await until(() => server.metrics().sockets === 1, 'the first socket is gone');
  assert.equal((await b.join(duet())).peer.id, ann.page);
  await b.next('peer_away');
});

test('what was sent to somebody away arrives when they are back, in order, after the acknowledgement', async (t) => {
  const server = await serve(t);
  const { a, b, bob } = await couple(t, server);
  b.vanish();
  await a.next('peer_away');
  a.socket.emit('offer', { type: 'offer', sdp: 's' });
  for (let i = 0; i < 80; i += 1) a.socket.emit('candidate', { candidate: String(i) });
  await a.settled();
  const again = await connect(t, server);
  /** @type {string[]} */
  const order = [];
  again.socket.onAny((event, payload) => order.push(payload.candidate ?? event));
  again.socket.emit('join', bob, () => order.push('ack'));
  await again.next('room_users');
  await again.settled();
  assert.deepEqual(order.slice(0, 3), ['ack', 'room_users', 'getOffer']);
  assert.deepEqual(order.slice(3), Array.from({ length: 63 }, (_, i) => String(i)), '64 messages are kept, the first ones');
  assert.equal(server.metrics()['dropped.queue_full'], 17);
});

test('what waits for somebody away is bounded in bytes too', async (t) => {
  const server = await serve(t, { socketLimits: { bytes: { burst: 1e6, perSecond: 1 } } });
  const { a, b } = await couple(t, server);
  b.vanish();
  await a.next('peer_away');
  for (let i = 0; i < 6; i += 1) a.socket.emit('offer', { type: 'offer', sdp: 'x'.repeat(48_000) });
  await until(() => server.metrics()['dropped.queue_full'] === 1, 'the sixth does not fit');
});

test('a reloaded page gets nothing that was meant for its old self', async (t) => {
  const server = await serve(t);
  const { a, b, bob } = await couple(t, server);
  b.vanish();
  await a.next('peer_away');
  a.socket.emit('offer', { type: 'offer', sdp: 's' });
  await a.settled();
  const again = await connect(t, server);
  await again.join({ ...bob, page: randomId() });
  await again.settled();
  assert.deepEqual(again.events(), ['room_users']);
});

test('what waits from somebody who left meanwhile is forgotten', async (t) => {
  const server = await serve(t);
  const { a, b, bob } = await couple(t, server);
  b.vanish();
  await a.next('peer_away');
  a.socket.emit('offer', { type: 'offer', sdp: 'old' });
  await a.leave();
  const carol = duet('r', 'Carol');
  const c = await connect(t, server);
  await c.join(carol);
  c.socket.emit('offer', { type: 'offer', sdp: 'new' });
  await c.settled();
  const again = await connect(t, server);
  assert.equal((await again.join(bob)).peer.id, carol.page);
  assert.equal((await again.next('getOffer')).sdp, 'new');
  await again.settled();
  assert.deepEqual(again.events(), ['room_users']);
});

test('a server that forgot gives the same id back', async (t) => {
  const first = await serve(t);
  const bob = duet();
  await (await connect(t, first)).join(bob);
  await first.close();
  const second = await serve(t, { port: first.port });
  assert.deepEqual(await (await connect(t, second)).join(bob), { ok: true, id: bob.page, peer: null });
});

test('a server that forgot a call gets both people back, in either order', async (t) => {
  for (const [first, second] of [[0, 1], [1, 0]]) {
    const server = await serve(t);
    const { a, b, ann, bob } = await couple(t, server);
    await server.close();
    await Promise.all([a.closed(), b.closed()]);
    const restarted = await serve(t, { port: server.port });
    const people = [ann, bob];
    const [c, d] = [await connect(t, restarted), await connect(t, restarted)];
    assert.deepEqual(await c.join(people[first]), { ok: true, id: people[first].page, peer: null });
    assert.equal((await d.join(people[second])).peer.id, people[first].page);
    assert.equal((await c.next('user_joined')).id, people[second].page);
    assert.equal((await (await connect(t, restarted)).join(duet())).error, 'room_full');
    c.socket.emit('candidate', { candidate: 'c', to: people[second].page });
    assert.equal((await d.next('getCandidate')).from, people[first].page);
  }
});

test('the grace is 30 s, unless somebody says otherwise', async (t) => {
  const timers = t.mock.method(globalThis, 'setTimeout');
  const server = await serve(t);
  const { a, b } = await couple(t, server);
  const began = timers.mock.callCount();
  b.vanish();
  await a.next('peer_away');
  const waits = timers.mock.calls.slice(began).map((call) => call.arguments[1]);
  assert.ok(waits.includes(30_000), `timers of ${waits} ms`);
});

test('who left comes back to a seat that nobody took, and to none that somebody did', async (t) => {
  const server = await serve(t);
  const { a, b, ann, bob } = await couple(t, server);
  await b.leave();
  const c = await connect(t, server);
  assert.equal((await c.join(duet())).peer.id, ann.page);
  assert.equal((await b.join(bob)).error, 'room_full');
  await c.leave();
  assert.equal((await b.join(bob)).peer.id, ann.page);
  await a.settled();
  assert.deepEqual(a.events(), ['user_exit', 'user_joined', 'user_exit', 'user_joined']);
});
