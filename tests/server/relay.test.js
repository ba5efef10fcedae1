// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readJoin, readPeek } from '../../server/validate.js';
import { connect, duet, serve } from './people.js';

/**
 * @param {import('node:test').TestContext} t
 */
async function couple(t) {
  const server = await serve(t);
  const [a, b] = [await connect(t, server), await connect(t, server)];
  const [ann, bob] = [duet(), duet()];
  await a.join(ann);
  await b.join(bob);
  await a.next('user_joined');
  await b.next('room_users');
  a.heard.length = 0;
  return { server, a, b, ann, bob };
}

test('offer, answer and candidate reach the other one, stamped with the sender', async (t) => {
  const { a, b, ann, bob } = await couple(t);
  a.socket.emit('offer', { type: 'offer', sdp: 'v=0', v: 1, from: 'forged', to: bob.page, leg: 'L', offer: 1, room: 7 });
  assert.deepEqual(await b.next('getOffer'), { type: 'offer', sdp: 'v=0', v: 1, from: ann.page, to: bob.page, leg: 'L', offer: 1, room: 7 });
  b.socket.emit('answer', { type: 'answer', sdp: '', to: '' });
  assert.deepEqual(await a.next('getAnswer'), { type: 'answer', sdp: '', to: '', from: bob.page });
  const candidate = { candidate: 'candidate:1 1 udp 1 10.0.0.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: null };
  b.socket.emit('candidate', candidate);
  assert.deepEqual(await a.next('getCandidate'), { ...candidate, from: bob.page });
});

test("a seed's bare payloads go through, and only to its own room", async (t) => {
  const server = await serve(t);
  const [a, b, c] = await Promise.all([1, 2, 3].map(() => connect(t, server)));
  for (const [person, room] of /** @type {const} */ ([[a, 1], [b, 1], [c, 2]])) person.socket.emit('join', { room, name: '' });
  await c.next('room_users');
  a.socket.emit('offer', { type: 'offer', sdp: 'x' });
  assert.deepEqual(await b.next('getOffer'), { type: 'offer', sdp: 'x', from: a.id });
  await c.settled();
  await a.settled();
  assert.deepEqual([c.events(), a.events()], [[], ['room_users', 'user_joined']], 'neither to strangers nor back');
});

test('what goes nowhere is counted', async (t) => {
  const { server, a, b, bob } = await couple(t);
  const stranger = await connect(t, server);
  stranger.socket.emit('offer', { type: 'offer', sdp: '' });
  await stranger.settled();
  a.socket.emit('candidate', { candidate: '', to: 'somebody else' });
  a.socket.emit('candidate', { candidate: '', to: bob.page });
  await b.next('getCandidate');
  await b.leave();
  a.socket.emit('candidate', { candidate: '' });
  await a.settled();
  const counts = server.metrics();
  assert.equal(counts['dropped.not_joined'], 1);
  assert.equal(counts['dropped.other_target'], 1);
  assert.equal(counts['dropped.nobody_there'], 1);
  assert.equal(counts['relayed.candidate'], 1);
  assert.deepEqual(b.events(), []);
});

test('a description of any other type is dropped', async (t) => {
  const { a, b } = await couple(t);
  for (const type of ['answer', 'rollback', 'pranswer', '', null, undefined, 1]) a.socket.emit('offer', { type, sdp: '' });
  a.socket.emit('answer', { type: 'rollback', sdp: '' });
  await a.settled();
  await b.settled();
  assert.deepEqual(b.heard, []);
});

test('sizes: what fits goes through, one byte more does not', async (t) => {
  const { a, b } = await couple(t);
  a.socket.emit('offer', { type: 'offer', sdp: 'x'.repeat(48 * 1024) });
  assert.equal((await b.next('getOffer')).sdp.length, 48 * 1024);
  a.socket.emit('candidate', { candidate: 'x'.repeat(1024) });
  await b.next('getCandidate');
  a.socket.emit('candidate', Object.fromEntries([['candidate', ''], ...Array.from({ length: 15 }, (_, i) => [`k${i}`, i])]));
  await b.next('getCandidate');
  a.socket.emit('offer', { type: 'offer', sdp: 'x'.repeat(48 * 1024 + 1) });
  a.socket.emit('offer', { type: 'offer', sdp: 'ä'.repeat(25 * 1024) });
  a.socket.emit('offer', { type: 'offer', sdp: '', note: 'x'.repeat(1025) });
  a.socket.emit('candidate', { candidate: 'x'.repeat(1025) });
  a.socket.emit('candidate', { candidate: '', ['k'.repeat(65)]: 1 });
  a.socket.emit('candidate', Object.fromEntries([['candidate', ''], ...Array.from({ length: 16 }, (_, i) => [`k${i}`, i])]));
  await a.settled();
  await b.settled();
  assert.deepEqual(b.heard, []);
});

/** @param {number} depth */
function nested(depth) {
  return JSON.parse('['.repeat(depth) + ']'.repeat(depth));
}

/** One of each kind of nonsense; `JSON.parse` makes the keys that a literal cannot. */
const NONSENSE = [
  undefined, null, true, 0, -1, 1e308, '', 'text', [], [[]], {}, nested(1000), Buffer.from('bytes'), new Uint8Array(3),
  JSON.parse('{"__proto__": {"room": "r"}}'),
  JSON.parse('{"__proto__": 1, "candidate": "", "type": "offer", "sdp": "", "room": "r"}'),
  { constructor: 1, candidate: '', type: 'offer', sdp: '' }, { prototype: 1, candidate: '', type: 'offer', sdp: '' },
  { candidate: nested(1000), type: 'offer', sdp: nested(1000), room: nested(1000) },
  { candidate: { toString: 1 }, type: 'offer', sdp: {}, room: {} },
  { candidate: '', type: 'offer', sdp: '', room: 'r', name: {}, extra: Buffer.from('bytes') },
  { candidate: '', sdpMid: 1 }, { candidate: '', sdpMLineIndex: -1 }, { candidate: '', sdpMLineIndex: 'x' }, { candidate: '', to: 1 },
  { candidate: '', sdpMLineIndex: 0.5 }, { candidate: '', usernameFragment: [] }, { candidate: null }, { type: 'offer', sdp: null },
];

for (const event of ['join', 'peek', 'park', 'leave', 'offer', 'answer', 'candidate', 'alive', 'unheard-of', '__proto__', 'hasOwnProperty']) {
  test(`any payload of ${event} leaves the server and everybody else unharmed`, async (t) => {
    const { server, a, b } = await couple(t);
    const hostile = await connect(t, server);
    if (event !== 'join' && event !== 'peek') await hostile.join(duet('elsewhere'));
    for (const payload of NONSENSE) {
      hostile.socket.emit(event, payload);
      hostile.socket.emit(event, payload, 'no function', 1, {});
      hostile.socket.emit(event, payload, () => {});
    }
    await hostile.settled();
    assert.ok(hostile.socket.connected);
    await a.settled();
    a.socket.emit('candidate', { candidate: '' });
    assert.equal((await b.next('getCandidate')).candidate, '');
    assert.deepEqual([...a.heard, ...b.heard], []);
    assert.equal(server.metrics()['dropped.failed'], undefined, 'no handler failed');
  });
}

test('nonsense inside a room reaches nobody', async (t) => {
  const { a, b } = await couple(t);
  for (const payload of NONSENSE) {
    a.socket.emit('answer', payload);
    a.socket.emit('candidate', payload);
  }
  await a.settled();
  await b.settled();
  assert.deepEqual(b.heard, []);
});

test('what a join may be', () => {
  const good = duet('room');
  assert.deepEqual(readJoin(good), good);
  for (const room of ['', ' ', 'a b', 'ü', 'x'.repeat(65), '../x', 1.5, null, undefined, {}, true]) {
    assert.equal(readJoin({ ...good, room }), 'bad_room', String(room));
  }
  for (const room of ['__proto__', 'constructor', 'x'.repeat(64), 0]) assert.notEqual(readJoin({ ...good, room }), 'bad_room');
  for (const name of [1, {}, [], true]) assert.equal(readJoin({ ...good, name }), 'bad_name');
  for (const wrong of [
    { seat: undefined }, { page: undefined }, { v: undefined }, { v: 0 }, { v: 1.5 }, { v: '1' }, { seat: 'short' }, { page: 'x'.repeat(65) },
    { seat: 'ä'.repeat(22) }, { seat: good.page }, { page: 7 }, Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, i])),
  ]) assert.equal(readJoin({ ...good, ...wrong }), 'bad_request', JSON.stringify(wrong));
  for (const payload of [null, undefined, 1, 'x', [], new Map()]) assert.equal(readJoin(payload), 'bad_request');
});

test('what the answer of a join may be', () => {
  const [good, answer] = [duet('room'), { type: 'answer', sdp: '', leg: 'L' }];
  const read = readJoin({ ...good, answer });
  assert.ok(typeof read === 'object' && read.answer !== answer, 'a copy');
  assert.deepEqual({ ...read, answer: { ...read.answer } }, { ...good, answer });
  assert.equal(readJoin({ room: 'room', answer }), 'bad_request', 'of a seed');
  assert.equal(readJoin({ ...good, answer: { ...answer, type: 'offer' } }), 'bad_request');
  for (const nonsense of NONSENSE.slice(1)) assert.equal(readJoin({ ...good, answer: nonsense }), 'bad_request');
});

test('what a peek may be', () => {
  assert.deepEqual([readPeek({ room: 'r' }), readPeek({ room: 1234, more: [] })], ['r', '1234']);
  for (const payload of [null, undefined, 1, 'r', [], new Map(), {}, { room: '' }, { room: 'a b' }, { room: ['r'] }, { room: 'x'.repeat(65) }]) {
    assert.equal(readPeek(payload), null);
  }
});

test('names are cleaned and cut where a reader sees a character end', () => {
  /** @param {unknown} name */
  const clean = (name) => /** @type {{name: string}} */ (readJoin({ room: 'r', name })).name;
  assert.equal(clean(undefined), '');
  assert.equal(clean(null), '');
  assert.equal(clean('  Zoë\u0000\u0007\n\u2028\ud800 '), 'Zoë');
  assert.equal(clean('<img onerror=alert(1)>'), '<img onerror=alert(1)>', 'text is the page’s to show as text');
  assert.equal(clean('x'.repeat(10_000)), 'x'.repeat(64));
  const family = '👨‍👩‍👧';
  assert.equal(clean(family.repeat(10_000)), family.repeat(14), '18 bytes each, 256 at most');
  assert.equal(clean('e' + '\u0301'.repeat(5_000)), '', 'one endless character');
});
