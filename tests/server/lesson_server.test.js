// @ts-check
// The stand-in for the lesson's server has the faults that Duet must live with.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { start } from '../support/lesson_server.js';
import { connect } from './people.js';

/** @param {import('node:test').TestContext} t @param {number} people @param {Parameters<typeof start>[0]} [options] */
async function lesson(t, people, options = {}) {
  const server = await start(options);
  t.after(() => server.close());
  return Promise.all(Array.from({ length: people }, () => connect(t, server)));
}

/** Nothing is acknowledged, so order is all there is: what B hears of A's last word, it heard after all before. */
const LAST = { candidate: 'last' };

test('it tells the joiner who else is there, and nobody acknowledges', async (t) => {
  const [a, b] = await lesson(t, 2);
  let acknowledged = false;
  a.socket.emit('join', { room: 1, name: 'A' }, () => (acknowledged = true));
  assert.deepEqual(await a.next('room_users'), []);
  b.socket.emit('join', { room: '1', name: 'B' });
  assert.deepEqual(await b.next('room_users'), [{ id: a.id, name: 'A' }]);
  b.socket.emit('join', { room: '1', name: 'B' });
  b.socket.emit('candidate', LAST);
  await a.next('getCandidate');
  a.socket.emit('join', { room: 1, name: 'A' });
  assert.deepEqual(await a.next('room_users'), [{ id: b.id, name: 'B' }, { id: b.id, name: 'B' }], 'ghosts');
  assert.equal(acknowledged, false);
  assert.deepEqual(a.heard, []);
});

test('it relays to everybody everywhere, unstamped, joined or not', async (t) => {
  const [a, b, c] = await lesson(t, 3);
  a.socket.emit('join', { room: 1, name: '' });
  c.socket.emit('join', { room: 2, name: '' });
  a.socket.emit('offer', { type: 'offer', sdp: 'x' });
  assert.deepEqual(await b.next('getOffer'), { type: 'offer', sdp: 'x' });
  await c.next('getOffer');
  b.socket.emit('answer', { type: 'answer', sdp: 'y' });
  await a.next('getAnswer');
  await c.next('getAnswer');
});

test('who stays does not hear who left, and strangers hear of a room that emptied', async (t) => {
  const [a, b, stranger] = await lesson(t, 3);
  a.socket.emit('join', { room: 1, name: '' });
  b.socket.emit('join', { room: 1, name: '' });
  await b.next('room_users');
  b.socket.disconnect();
  await b.closed();
  a.socket.emit('candidate', LAST);
  await stranger.next('getCandidate');
  assert.deepEqual([a.events(), stranger.events()], [['room_users'], []]);
  a.socket.disconnect();
  assert.deepEqual(await stranger.next('user_exit'), { id: a.id });
});

test('on request each join tells everybody in the room who is there, themselves included', async (t) => {
  const [a, b, stranger] = await lesson(t, 3, { sendsListToEveryone: true });
  stranger.socket.emit('join', { room: 2, name: '' });
  await stranger.next('room_users');
  a.socket.emit('join', { room: 1, name: 'A' });
  assert.deepEqual(await a.next('room_users'), [{ id: a.id, name: 'A' }]);
  b.socket.emit('join', { room: 1, name: 'B' });
  for (const each of [a, b]) assert.deepEqual(await each.next('room_users'), [{ id: a.id, name: 'A' }, { id: b.id, name: 'B' }]);
  a.socket.emit('candidate', LAST);
  await stranger.next('getCandidate');
  assert.deepEqual(stranger.heard, []);
});
