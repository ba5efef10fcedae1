// @ts-check
// What is parked, who may look, and how a click finds it. W waits in the room, L looks at it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../server/log.js';
import { connect, duet, randomId, serve, until } from './people.js';

/** @typedef {import('node:test').TestContext} TestContext */
/** @typedef {import('./people.js').Running} Running */
/** @typedef {import('./people.js').Person} Person */

const SLOW = { perSecond: 1e-6 };
const offer = (leg = 'leg1', sdp = `offer of ${leg}`) => ({ type: 'offer', sdp, v: 1, from: '', to: '', leg, offer: 1, room: 7 });
const answer = (leg = 'leg1', sdp = `answer to ${leg}`) => ({ type: 'answer', sdp, v: 1, from: '', to: '', leg, offer: 1, room: 7 });
const candidate = (leg = 'leg1', text = 'c') => ({ candidate: text, sdpMid: '0', sdpMLineIndex: 0, leg, offer: 1 });

/**
 * Somebody alone in room r, with an offer that is kept.
 * @param {TestContext} t
 * @param {Running} server
 */
async function waiting(t, server, me = duet('r', 'Wanda')) {
  const w = await connect(t, server);
  await w.join(me);
  await w.next('room_users');
  w.socket.emit('park', offer());
  assert.deepEqual(await w.next('park_kept'), { leg: 'leg1' });
  return { ...w, me };
}

/**
 * @param {TestContext} t
 * @param {Running} server
 * @param {unknown} room
 */
async function looking(t, server, room = 'r') {
  const l = await connect(t, server);
  l.socket.emit('peek', { room });
  return { ...l, parked: await l.next('parked') };
}

/** @param {Person[]} people once each has been heard and told all so far */
const settled = (...people) => Promise.all(people.map((person) => person.settled()));

/**
 * Joins and notes in which order the acknowledgement and the messages came.
 * @param {Person} person
 * @param {object} request
 */
async function joinInOrder(person, request) {
  /** @type {string[]} */
  const order = [];
  person.socket.onAny((event, payload) => order.push(payload?.candidate ?? event));
  const acked = await new Promise((resolve) => person.socket.emit('join', request, (/** @type {any} */ ack) => (order.push('ack'), resolve(ack))));
  await person.settled();
  return { acked, order };
}

// ---- Parking and looking ----

test('who looks is told at once, and at each change, and nobody in the room notices', async (t) => {
  const server = await serve(t);
  const l = await looking(t, server);
  assert.equal(l.parked, null);
  assert.equal(server.metrics().rooms, 0, 'looking makes no room');
  const w = await waiting(t, server);
  assert.deepEqual(await l.next('parked'), { ...offer(), from: w.me.page });
  w.socket.emit('park', offer('leg2'));
  assert.deepEqual(await w.next('park_kept'), { leg: 'leg2' });
  assert.equal((await l.next('parked')).leg, 'leg2', 'from one to the next, with nothing in between');
  assert.equal((await looking(t, server)).parked.leg, 'leg2');
  await w.leave();
  assert.equal(await l.next('parked'), null);
  await settled(l, w);
  assert.deepEqual([...l.heard, ...w.heard], []);
});

test('who looks learns no name, no seat, no candidate, and no server but STUN', async (t) => {
  const iceServers = [
    { urls: 'stun:one.example:3478' },
    { urls: ['turn:relay.example', 'stun:two.example', 'turns:relay.example'], username: 'user', credential: 'secret' },
    { urls: 'turns:relay.example:443?transport=tcp', username: 'user', credential: 'secret' },
  ];
  const server = await serve(t, { iceServers });
  const l = await looking(t, server);
  const w = await waiting(t, server);
  w.socket.emit('candidate', candidate());
  await w.settled();
  const late = await looking(t, server);
  await l.settled();
  assert.deepEqual(late.parked.iceServers, [{ urls: ['stun:one.example:3478'] }, { urls: ['stun:two.example'] }]);
  const known = JSON.stringify([l.heard, late.parked, late.heard]);
  for (const secret of ['Wanda', w.me.seat, 'relay.example', 'user', 'secret', 'candidate']) assert.ok(!known.includes(secret), secret);
});

test('an operator who named no STUN server has none told, and a page that waits cannot add one', async (t) => {
  const turn = { urls: 'turn:relay.example', username: 'u', credential: 'c' };
  for (const [options, told] of /** @type {[object, unknown][]} */ ([[{ iceServers: [turn] }, []], [{}, undefined]])) {
    const server = await serve(t, options);
    const w = await waiting(t, server);
    w.socket.emit('park', { ...offer(), iceServers: 'stun:evil.example', from: 'forged' });
    await w.next('park_kept');
    const { parked } = await looking(t, server);
    assert.deepEqual([parked.iceServers, parked.from], [told, w.me.page]);
  }
});

test('only a Duet that sits alone may park, and only what holds no address', async (t) => {
  const server = await serve(t);
  const l = await looking(t, server);
  const [seed, stranger, a, b] = await Promise.all([1, 2, 3, 4].map(() => connect(t, server)));
  seed.socket.emit('join', { room: 'r', name: '' });
  for (const person of [seed, stranger]) person.socket.emit('park', offer());
  await settled(seed, stranger);
  await seed.leave();
  await a.join(duet());
  for (const wrong of [
    { sdp: 'v=0\r\na=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n' }, { leg: undefined }, { leg: '' }, { leg: 7 }, { leg: null }, { leg: 'x'.repeat(65) }, { leg: 'a b' },
    { type: 'answer' }, { sdp: 1 }, { sdp: 'x'.repeat(48 * 1024 + 1) },
  ]) a.socket.emit('park', { ...offer(), ...wrong });
  await a.settled();
  await b.join(duet());
  for (const person of [a, b]) person.socket.emit('park', offer());
  await settled(a, b, l);
  assert.deepEqual([seed, stranger, a, b, l].flatMap((person) => person.events()).filter((event) => /park/.test(event)), []);
  const counts = server.metrics();
  assert.deepEqual([counts['dropped.not_joined'], counts['dropped.not_parkable'], counts['dropped.malformed'], counts.parked], [1, 1 + 7 + 2, 3, undefined]);
});

test('what is parked ends with leave, a lost connection, another room, and a socket that is replaced', async (t) => {
  const server = await serve(t);
  const me = duet('r', 'Wanda');
  const l = await looking(t, server);
  /** @type {[string, (w: Person) => unknown][]} */
  const ends = [
    ['leave', (w) => w.leave()],
    ['another room', (w) => w.join(duet('elsewhere'))],
    ['a reload', async () => (await connect(t, server)).join({ ...me, page: randomId() })],
    ['a new socket', async () => (await connect(t, server)).join(me)],
    ['a lost connection', (w) => w.vanish()],
  ];
  for (const [how, end] of ends) {
    const w = await waiting(t, server, me);
    assert.equal((await l.next('parked')).from, me.page, how);
    await end(w);
    assert.equal(await l.next('parked'), null, how);
    assert.equal(server.metrics().offers, 0, how);
  }
  const back = await waiting(t, server, me);
  assert.equal((await l.next('parked')).from, me.page, 'and can be parked again');
  assert.deepEqual(await back.join(me), { ok: true, id: me.page, peer: null });
  await l.settled();
  assert.deepEqual(l.heard, [], 'joining again where one sits is no such end');
});

test('somebody whose seat is only kept for them has company', async (t) => {
  const server = await serve(t, { graceMs: 400 });
  const [l, w, other] = [await looking(t, server), await waiting(t, server), await connect(t, server)];
  await l.next('parked');
  await other.join(duet());
  assert.equal(await l.next('parked'), null);
  other.vanish();
  await w.next('peer_away');
  w.socket.emit('park', offer('early'));
  await w.next('user_exit');
  w.socket.emit('park', offer('late'));
  assert.deepEqual(await w.next('park_kept'), { leg: 'late' });
  assert.equal((await l.next('parked')).leg, 'late');
});

// ---- Who looks ----

test('four may look at a room; a fifth is told that there is nothing, until a place is free and it asks again', async (t) => {
  const server = await serve(t);
  const w = await waiting(t, server);
  const four = await Promise.all([1, 2, 3, 4].map(() => looking(t, server)));
  assert.deepEqual(four.map(({ parked }) => parked.leg), Array(4).fill('leg1'));
  const fifth = await looking(t, server);
  assert.equal(fifth.parked, null);
  four[0].socket.emit('peek', { room: 'r' });
  assert.equal((await four[0].next('parked')).leg, 'leg1', 'asking again keeps the place');
  w.socket.emit('park', offer('leg2'));
  await Promise.all(four.map((each) => each.next('parked')));
  await fifth.settled();
  assert.deepEqual(fifth.heard, []);
  assert.deepEqual([server.metrics()['peeks.watching'], server.metrics()['peeks.crowded'], server.metrics().lookers], [5, 1, 4]);
  four[3].vanish();
  await until(() => server.metrics().lookers === 3, 'a place is free');
  fifth.socket.emit('peek', { room: 'r' });
  assert.equal((await fifth.next('parked')).leg, 'leg2');
});

test('who connects may peek with the same word', async (t) => {
  const server = await serve(t);
  const w = await waiting(t, server);
  const l = await connect(t, server, { auth: { peek: 'r' } });
  const parked = await l.next('parked');
  assert.deepEqual([parked.leg, parked.from], ['leg1', w.me.page]);
  l.socket.emit('peek', { room: 'r' });
  assert.deepEqual(await l.next('parked'), parked, 'and ask again');
});

test('a word that connects and asks for nonsense connects', async (t) => {
  const server = await serve(t);
  for (const peek of [null, '', {}, ['r'], 'x'.repeat(65), 'no room']) {
    const { heard, settled } = await connect(t, server, { auth: { peek } });
    await settled();
    assert.deepEqual(heard, []);
  }
  assert.equal(server.metrics()['dropped.malformed'], 6);
});

test('a first word that asks too much connects, and who joins after it looks no more', async (t) => {
  const server = await serve(t, { addressOf: () => '192.0.2.1', addressLimits: { peeks: { burst: 1, ...SLOW } } });
  const first = await connect(t, server, { auth: { peek: 'r' } });
  assert.equal(await first.next('parked'), null);
  assert.equal(server.metrics().lookers, 1);
  const second = await connect(t, server, { auth: { peek: 'r' } });
  await settled(first, second);
  assert.deepEqual(second.heard, []);
  await first.join(duet());
  assert.equal(server.metrics().lookers, 0);
});

test('a peek at another room ends the first, and no room is left behind', async (t) => {
  const server = await serve(t);
  const l = await looking(t, server, 'r');
  l.socket.emit('peek', { room: 1234 });
  assert.equal(await l.next('parked'), null);
  const w = await waiting(t, server);
  await settled(w, l);
  assert.deepEqual(l.heard, []);
  const there = await waiting(t, server, duet('1234'));
  assert.equal((await l.next('parked')).from, there.me.page);
  for (const room of ['a', 'b', 'c']) l.socket.emit('peek', { room });
  await l.settled();
  assert.deepEqual([server.metrics().lookers, server.metrics().rooms], [1, 2]);
  l.vanish();
  await until(() => server.metrics().lookers === 0, 'who is gone does not look');
});

test('joining ends looking, a refusal does not, and who sits does not look', async (t) => {
  const server = await serve(t);
  const [w, l, third] = [await waiting(t, server), await looking(t, server), await looking(t, server)];
  await l.join(duet());
  assert.equal(await third.next('parked'), null);
  assert.equal((await third.join(duet())).error, 'room_full');
  l.socket.emit('peek', { room: 'r' });
  await l.leave();
  await w.next('user_exit');
  w.socket.emit('park', offer('leg2'));
  assert.equal((await third.next('parked')).leg, 'leg2');
  await l.settled();
  assert.deepEqual([l.events(), third.heard], [['room_users'], []]);
  assert.equal(server.metrics()['dropped.seated'], 1);
  l.socket.emit('peek', { room: 'r' });
  assert.equal((await l.next('parked')).leg, 'leg2', 'and may look again after it left');
});

test('who looks too often is not answered, and thrown out if it goes on', async (t) => {
  const server = await serve(t, { socketLimits: { peeks: { burst: 2, ...SLOW } } });
  const [a, hostile] = [await connect(t, server), await connect(t, server)];
  for (let i = 0; i < 4; i += 1) hostile.socket.emit('peek', { room: 'r' });
  await hostile.settled();
  assert.deepEqual(hostile.events(), ['parked', 'parked']);
  hostile.socket.emit('peek', { room: 'r' });
  await hostile.closed();
  await until(() => server.metrics().lookers === 0, 'it does not look any more');
  await a.settled();
});

test('looking from room to room is no way to guess where somebody waits', async (t) => {
  const server = await serve(t, { addressOf: () => '192.0.2.1', addressLimits: { peeks: { burst: 2, ...SLOW } } });
  const [a, b] = [await looking(t, server, 'one'), await looking(t, server, 'two')];
  a.socket.emit('peek', { room: 'three' });
  b.socket.emit('peek', { room: 'three' });
  await settled(a, b);
  assert.deepEqual([...a.heard, ...b.heard], []);
  assert.equal(server.metrics()['dropped.address_limit'], 2);
});

// ---- The click ----

test('the answer that comes with a join goes to who waits, and its candidates to who came', async (t) => {
  const iceServers = [{ urls: 'turn:relay.example', username: 'u', credential: 'c' }];
  const server = await serve(t, { iceServers });
  const [w, l, other] = [await waiting(t, server), await looking(t, server), await looking(t, server)];
  for (let i = 0; i < 70; i += 1) w.socket.emit('candidate', candidate('leg1', `c${i}`));
  w.socket.emit('candidate', candidate('other', 'of another leg'));
  w.socket.emit('candidate', { candidate: 'of no leg' });
  await w.settled();
  const me = duet('r', 'Lou');
  const { acked, order } = await joinInOrder(l, { ...me, answer: { ...answer(), from: 'forged', to: w.me.page } });
  const peer = { id: w.me.page, name: 'Wanda', v: 1 };
  assert.deepEqual(acked, { ok: true, id: me.page, peer, iceServers, tookAnswer: true });
  assert.deepEqual(order, ['ack', 'room_users', ...Array.from({ length: 64 }, (_, i) => `c${i}`)], 'the first 64 of this leg');
  assert.deepEqual(l.heard.at(-1)?.payload, { ...candidate('leg1', 'c63'), from: w.me.page });
  await w.settled();
  assert.deepEqual(w.heard, [
    { event: 'user_joined', payload: { id: me.page, name: 'Lou', v: 1 } },
    { event: 'getAnswer', payload: { ...answer(), from: me.page, to: w.me.page } },
  ]);
  assert.equal(await other.next('parked'), null);
  w.socket.emit('candidate', candidate('leg1', 'late'));
  l.socket.emit('candidate', candidate('leg1', 'mine'));
  assert.equal((await w.next('getCandidate')).candidate, 'mine');
  await settled(l, other);
  assert.equal(l.heard.at(-1)?.payload.candidate, 'late');
  assert.deepEqual(other.heard, []);
  const counts = server.metrics();
  assert.deepEqual([counts['answers.took'], counts['dropped.queue_full'], counts['dropped.nobody_there'], counts.offers], [1, 6, 2, 0]);
});

test('a join without an answer brings what is parked, and then its candidates', async (t) => {
  const server = await serve(t);
  const w = await waiting(t, server);
  w.socket.emit('candidate', candidate('leg1', 'c0'));
  await w.settled();
  const l = await connect(t, server);
  const me = duet();
  const { acked, order } = await joinInOrder(l, me);
  assert.deepEqual([acked.parked, acked.tookAnswer], [{ ...offer(), from: w.me.page }, undefined]);
  assert.deepEqual(order, ['ack', 'room_users', 'c0']);
  l.socket.emit('answer', answer());
  assert.equal((await w.next('getAnswer')).from, me.page);
  assert.equal((await l.join(me)).parked, undefined, 'once: by now the other one may have done without it');
});

test('an answer to what was replaced a moment ago brings what is parked now', async (t) => {
  const server = await serve(t);
  const [w, l] = [await waiting(t, server), await looking(t, server)];
  w.socket.emit('candidate', candidate('leg1', 'old'));
  w.socket.emit('park', offer('leg2'));
  w.socket.emit('candidate', candidate('leg2', 'new'));
  await w.settled();
  const { acked, order } = await joinInOrder(l, { ...duet(), answer: answer('leg1') });
  assert.deepEqual([acked.ok, acked.tookAnswer, acked.parked.leg], [true, undefined, 'leg2']);
  assert.deepEqual(order.slice(-3), ['ack', 'room_users', 'new']);
  await w.settled();
  assert.deepEqual(w.events(), ['park_kept', 'user_joined']);
  assert.equal(server.metrics()['answers.stale'], 1);
});

test('an answer for somebody else, or for no leg, takes nothing', async (t) => {
  for (const wrong of [{ to: 'somebody else' }, { leg: undefined }, { leg: null }, { leg: 1 }]) {
    const server = await serve(t);
    const w = await waiting(t, server);
    const l = await connect(t, server);
    const acked = await l.join({ ...duet(), answer: { ...answer(), ...wrong } });
    assert.deepEqual([acked.tookAnswer, acked.parked?.leg], [undefined, 'leg1']);
    await w.settled();
    assert.deepEqual(w.events(), ['user_joined']);
  }
});

test('an answer into a room where nothing is parked is a join like any other', async (t) => {
  const server = await serve(t);
  const [a, b] = [await connect(t, server), await connect(t, server)];
  const [ann, bob] = [duet(), duet()];
  assert.deepEqual(await a.join({ ...ann, answer: answer() }), { ok: true, id: ann.page, peer: null });
  assert.deepEqual(await b.join({ ...bob, answer: answer() }), { ok: true, id: bob.page, peer: { id: ann.page, name: '', v: 1 } });
  await a.settled();
  assert.deepEqual(a.events(), ['room_users', 'user_joined']);
});

test('a seed that comes gets nothing of it, and the offer is gone', async (t) => {
  const server = await serve(t);
  const [w, l, seed] = [await waiting(t, server), await looking(t, server), await connect(t, server)];
  w.socket.emit('candidate', candidate());
  await w.settled();
  const { acked, order } = await joinInOrder(seed, { room: 'r', name: 'seed' });
  assert.deepEqual(acked, { ok: true, id: seed.id, peer: { id: w.me.page, name: 'Wanda', v: 1 } });
  assert.deepEqual(order, ['ack', 'room_users']);
  assert.equal(await l.next('parked'), null);
  seed.socket.emit('offer', { type: 'offer', sdp: 's' });
  assert.equal((await w.next('getOffer')).from, seed.id);
});

test('two click at once: one meets who waits, the other is told that the room is full', async (t) => {
  const server = await serve(t);
  const w = await waiting(t, server);
  const two = await Promise.all([1, 2].map(() => looking(t, server)));
  const acked = await Promise.all(two.map((l, i) => l.join({ ...duet(), answer: answer('leg1', `answer ${i}`) })));
  const first = acked.findIndex(({ ok }) => ok);
  assert.equal(acked[first].tookAnswer, true);
  assert.deepEqual(acked[1 - first], { ok: false, error: 'room_full' });
  assert.equal((await w.next('getAnswer')).sdp, `answer ${first}`);
  await settled(w, ...two);
  assert.deepEqual(w.events(), ['user_joined']);
  assert.deepEqual(two[1 - first].heard, [{ event: 'parked', payload: null }]);
});

test('two come to an empty room at once: the park that is late is not kept', async (t) => {
  const server = await serve(t);
  const two = await Promise.all([1, 2].map(() => connect(t, server)));
  const acked = await Promise.all(two.map((each) => (each.socket.emit('peek', { room: 'r' }), each.join(duet()))));
  for (const each of two) each.socket.emit('park', offer());
  await settled(...two);
  assert.equal(acked.filter(({ peer }) => peer).length, 1);
  assert.ok(acked.every(({ parked, tookAnswer }) => !parked && !tookAnswer));
  assert.deepEqual(two.flatMap((each) => each.events()).filter((event) => event === 'park_kept'), []);
  assert.equal(server.metrics().offers, 0);
});

test('a third one is refused and learns nothing, whatever it brings', async (t) => {
  const server = await serve(t);
  const [w, l, third] = [await waiting(t, server), await looking(t, server), await looking(t, server)];
  await l.join({ ...duet(), answer: answer() });
  assert.equal(await third.next('parked'), null);
  await w.next('getAnswer');
  w.heard.length = l.heard.length = 0;
  assert.deepEqual(await third.join({ ...duet(), answer: answer() }), { ok: false, error: 'room_full' });
  third.socket.emit('candidate', candidate());
  w.socket.emit('candidate', candidate());
  await settled(third, w, l);
  assert.deepEqual([third.heard, w.heard, l.events()], [[], [], ['getCandidate']]);
});

test('after the second person left, the first parks again, and who looks hears of it', async (t) => {
  const server = await serve(t);
  const [w, l] = [await waiting(t, server), await connect(t, server)];
  await l.join({ ...duet(), answer: answer() });
  const looker = await looking(t, server);
  assert.equal(looker.parked, null);
  await l.leave();
  await w.next('user_exit');
  w.socket.emit('park', offer('leg2'));
  assert.equal((await looker.next('parked')).leg, 'leg2');
  assert.equal((await looker.join({ ...duet(), answer: answer('leg2') })).tookAnswer, true);
});

test('a page that comes back to its own old seat does not answer itself', async (t) => {
  const server = await serve(t);
  const w = await waiting(t, server);
  const reloaded = await looking(t, server);
  assert.equal(reloaded.parked.from, w.me.page, 'the server has not noticed the reload');
  const next = { ...w.me, page: randomId() };
  assert.deepEqual(await reloaded.join({ ...next, answer: answer() }), { ok: true, id: next.page, peer: null });
  await w.closed();
  assert.deepEqual([w.heard, reloaded.events()], [[], ['room_users']]);
});

test('nothing of it gets into the log but that it happened', async (t) => {
  /** @type {string[]} */
  const lines = [];
  const server = await serve(t, { log: createLog('info', (line) => void lines.push(line)) });
  const [w, l] = [await waiting(t, server), await looking(t, server)];
  w.socket.emit('candidate', candidate());
  await w.settled();
  await l.join({ ...duet(), answer: answer() });
  const text = lines.join('');
  assert.match(text, /event=park room=\w{8}\n/);
  assert.match(text, /event=join room=\w{8} change=new kind=duet people=2 answer=took\n/);
  for (const secret of ['leg1', 'Wanda', w.me.seat, w.me.page, 'candidate']) assert.ok(!text.includes(secret), secret);
});

// ---- An acknowledgement that is lost ----

test('the same join again is answered the same, on the same socket and on the next', async (t) => {
  const server = await serve(t);
  const [w, l] = [await waiting(t, server), await connect(t, server)];
  w.socket.emit('candidate', candidate('leg1', 'c0'));
  await w.settled();
  const request = { ...duet(), answer: answer() };
  const first = await l.join(request);
  assert.equal(first.tookAnswer, true);
  assert.deepEqual(await l.join(request), first);
  l.vanish();
  await w.next('peer_away');
  w.socket.emit('candidate', candidate('leg1', 'c1'));
  await w.settled();
  const again = await connect(t, server);
  const { acked, order } = await joinInOrder(again, request);
  assert.deepEqual(acked, first);
  assert.deepEqual(order, ['ack', 'room_users', 'c0', 'c1'], 'what the first acknowledgement brought, then what was kept since');
  await w.settled();
  assert.deepEqual(w.events(), ['user_joined', 'getAnswer', 'peer_back'], 'the answer is given once');
});

test('a took answer stays one while who waited is away and back, and no longer than both sit there', async (t) => {
  const server = await serve(t);
  const [w, l] = [await waiting(t, server), await connect(t, server)];
  const request = { ...duet(), answer: answer() };
  await l.join(request);
  w.vanish();
  await l.next('peer_away');
  assert.equal((await l.join(request)).tookAnswer, true);
  const back = await connect(t, server);
  await back.join(w.me);
  assert.equal((await l.join(request)).tookAnswer, true);
  assert.equal((await l.join({ ...request, answer: answer('leg1', 'another') })).tookAnswer, undefined, 'another answer was never given');
  await back.leave();
  await back.join(w.me);
  const { tookAnswer, parked, peer } = await l.join(request);
  assert.deepEqual([tookAnswer, parked, peer.id], [undefined, undefined, w.me.page]);
});

test('who comes back too late to its seat answers anew', async (t) => {
  const server = await serve(t, { graceMs: 300 });
  const [w, l] = [await waiting(t, server), await connect(t, server)];
  const request = { ...duet(), answer: answer() };
  await l.join(request);
  l.vanish();
  await w.next('user_exit');
  w.socket.emit('park', offer('leg2'));
  await w.next('park_kept');
  const again = await connect(t, server);
  const acked = await again.join(request);
  assert.deepEqual([acked.tookAnswer, acked.parked.leg], [undefined, 'leg2']);
});

test('a server that forgot everything: who waited parks again, who looks looks again, and they meet', async (t) => {
  const first = await serve(t);
  const [w, l] = [await waiting(t, first), await looking(t, first)];
  await first.close();
  assert.deepEqual(l.heard, [], 'nothing is said at the end');
  const second = await serve(t, { port: first.port });
  const looker = await looking(t, second);
  assert.equal(looker.parked, null);
  const back = await waiting(t, second, w.me);
  assert.equal((await looker.next('parked')).from, w.me.page);
  assert.equal((await looker.join({ ...duet(), answer: answer() })).tookAnswer, true);
  assert.equal((await back.next('getAnswer')).leg, 'leg1');
});

test('a server that forgot a call gives both their seats, and parks nothing', async (t) => {
  const first = await serve(t);
  const [w, l] = [await waiting(t, first), await connect(t, first)];
  const request = { ...duet(), answer: answer() };
  await l.join(request);
  await first.close();
  const second = await serve(t, { port: first.port });
  const [v, m] = [await connect(t, second), await connect(t, second)];
  assert.deepEqual(await v.join(w.me), { ok: true, id: w.me.page, peer: null });
  const { id, peer, tookAnswer, parked } = await m.join(request);
  assert.deepEqual([id, peer.id, tookAnswer, parked], [request.page, w.me.page, undefined, undefined]);
  await v.settled();
  assert.deepEqual(v.events(), ['room_users', 'user_joined']);
});
