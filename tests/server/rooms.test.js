// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect, duet, serve } from './people.js';

test('the first to join learns that nobody is there, the second who is, and the first who came', async (t) => {
  const server = await serve(t);
  const [a, b] = [await connect(t, server), await connect(t, server)];
  const [ann, bob] = [duet('r', 'Ann'), duet('r', 'Bob')];
  assert.deepEqual(await a.join(ann), { ok: true, id: ann.page, peer: null });
  assert.deepEqual(await a.next('room_users'), []);
  assert.deepEqual(await b.join(bob), { ok: true, id: bob.page, peer: { id: ann.page, name: 'Ann', v: 1 } });
  assert.deepEqual(await b.next('room_users'), [{ id: ann.page, name: 'Ann' }]);
  assert.deepEqual(await a.next('user_joined'), { id: bob.page, name: 'Bob', v: 1 });
  await a.settled();
  assert.deepEqual(a.heard, [], 'room_users goes to the joiner alone');
});

test('nobody ever sees a seat', async (t) => {
  const server = await serve(t);
  const [a, b] = [await connect(t, server), await connect(t, server)];
  const [ann, bob] = [duet(), duet()];
  const answers = [await a.join(ann), await b.join(bob)];
  a.socket.emit('offer', { type: 'offer', sdp: '' });
  await b.next('getOffer');
  await a.leave();
  await b.next('user_exit');
  const seen = JSON.stringify([answers, a.heard, b.heard]);
  assert.ok(!seen.includes(ann.seat) && !seen.includes(bob.seat));
});

test('the acknowledgement comes before room_users', async (t) => {
  const a = await connect(t, await serve(t));
  /** @type {string[]} */
  const order = [];
  a.socket.onAny((event) => order.push(event));
  a.socket.emit('join', duet(), () => order.push('ack'));
  await a.next('room_users');
  assert.deepEqual(order, ['ack', 'room_users']);
});

test('ICE servers that are configured come with the acknowledgement', async (t) => {
  const iceServers = [{ urls: 'stun:stun.example:3478' }];
  const a = await connect(t, await serve(t, { iceServers }));
  assert.deepEqual((await a.join(duet())).iceServers, iceServers);
});

test('two seeds meet as in the lesson, without any acknowledgement', async (t) => {
  const server = await serve(t);
  const [a, b] = [await connect(t, server), await connect(t, server)];
  a.socket.emit('join', { room: 1234, name: 'skydoves@getstream.io' });
  assert.deepEqual(await a.next('room_users'), []);
  b.socket.emit('join', { room: '1234', name: 'b' });
  assert.deepEqual(await b.next('room_users'), [{ id: a.id, name: 'skydoves@getstream.io' }]);
  assert.deepEqual(await a.next('user_joined'), { id: b.id, name: 'b' });
});

test('a seed and a Duet see each other', async (t) => {
  const server = await serve(t);
  const [seed, ours] = [await connect(t, server), await connect(t, server)];
  const dora = duet('1234', 'Dora');
  seed.socket.emit('join', { room: 1234, name: 'seed' });
  await seed.next('room_users');
  assert.deepEqual((await ours.join(dora)).peer, { id: seed.id, name: 'seed' });
  await ours.leave();
  assert.deepEqual(await seed.next('user_exit'), { id: dora.page });
  await ours.join(dora);
  seed.socket.emit('join', { room: 1234, name: 'seed' });
  assert.deepEqual(await seed.next('room_users'), [{ id: dora.page, name: 'Dora' }]);
});

test('a third joiner is refused, learns nothing, and disturbs nobody', async (t) => {
  const server = await serve(t);
  const [a, b, c, seed] = await Promise.all([1, 2, 3, 4].map(() => connect(t, server)));
  await a.join(duet('r', 'secret'));
  await b.join(duet());
  await a.next('user_joined');
  a.heard.length = b.heard.length = 0;
  assert.deepEqual(await c.join(duet()), { ok: false, error: 'room_full' });
  seed.socket.emit('join', { room: 'r', name: 'x' });
  assert.deepEqual(await seed.next('room_full'), {});
  c.socket.emit('offer', { type: 'offer', sdp: 'x' });
  a.socket.emit('offer', { type: 'offer', sdp: 'y' });
  await b.next('getOffer');
  await Promise.all([a, b, c, seed].map((person) => person.settled()));
  assert.deepEqual([a, b, c, seed].flatMap((person) => person.heard), []);
  await a.leave();
  assert.equal((await c.join(duet())).ok, true, 'and may try again');
});

test('two race for the last seat and exactly one gets it', async (t) => {
  const server = await serve(t);
  const people = await Promise.all([1, 2, 3].map(() => connect(t, server)));
  for (let round = 0; round < 4; round += 1) {
    await people[0].join(duet(`race${round}`));
    const answers = await Promise.all(people.slice(1).map((person) => person.join(duet(`race${round}`))));
    assert.deepEqual(answers.map((answer) => answer.error ?? 'in').sort(), ['in', 'room_full']);
  }
});

test('a second join of the same socket changes nothing, and answers the same', async (t) => {
  const server = await serve(t);
  const [a, b] = [await connect(t, server), await connect(t, server)];
  const [ann, bob] = [duet(), duet()];
  await a.join(ann);
  const first = await b.join(bob);
  await a.next('user_joined');
  await b.next('room_users');
  assert.deepEqual(await b.join(bob), first);
  await a.settled();
  assert.deepEqual([...a.heard.slice(1), ...b.heard], [], 'a only heard its own room_users');
});

test('a seed that joins twice gets room_users twice and leaves no ghost', async (t) => {
  const server = await serve(t);
  const [a, b] = [await connect(t, server), await connect(t, server)];
  a.socket.emit('join', { room: 1, name: '' });
  a.socket.emit('join', { room: 1, name: '' });
  assert.deepEqual([await a.next('room_users'), await a.next('room_users')], [[], []]);
  assert.equal((await b.join(duet('1'))).peer.id, a.id);
});

test('joining another room leaves the first, unless the other one is full', async (t) => {
  const server = await serve(t);
  const [a, b, c, d] = await Promise.all([1, 2, 3, 4].map(() => connect(t, server)));
  await a.join(duet('one'));
  const bob = duet('one');
  await b.join(bob);
  await c.join(duet('two'));
  await d.join(duet('two'));
  assert.equal((await b.join({ ...bob, room: 'two' })).error, 'room_full');
  b.socket.emit('candidate', { candidate: '' });
  await a.next('getCandidate');
  await d.leave();
  assert.equal((await b.join({ ...bob, room: 'two' })).ok, true);
  assert.deepEqual(await a.next('user_exit'), { id: bob.page });
});

test('leave frees the seat at once, and an empty room is forgotten', async (t) => {
  const server = await serve(t);
  const [a, b] = [await connect(t, server), await connect(t, server)];
  const ann = duet();
  await a.join(ann);
  await b.join(duet());
  assert.deepEqual(await a.leave(), { ok: true });
  assert.deepEqual(await b.next('user_exit'), { id: ann.page });
  assert.equal((await a.join(ann)).ok, true, 'and back in');
  await b.next('user_joined');
  await a.leave();
  await b.leave();
  await b.leave();
  assert.equal(server.metrics().rooms, 0);
});

test('a seed whose connection is lost is gone at once', async (t) => {
  const server = await serve(t);
  const [a, b] = [await connect(t, server), await connect(t, server)];
  a.socket.emit('join', { room: 1, name: '' });
  await a.next('room_users');
  await b.join(duet('1'));
  a.vanish();
  assert.deepEqual(await b.next('user_exit'), { id: a.id });
});
