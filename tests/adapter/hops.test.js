// @ts-check
// Two hops to media (docs/architecture.md), through the wasm that ships: what whoever waits and whoever looks ask of the browser
// and say to the server, and in which turn.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { FakePeerConnection, settled } from '../support/fake_browser.js';
import { hashOf } from '../support/fnv.js';
import { ME, PEER, ROOM, SDP, openPage } from './page.js';

const STUN = [{ urls: 'stun:ours.example' }];
const TURN = [{ urls: 'turn:ours.example', username: 'user', credential: 'secret' }];
const OFFER = { type: 'offer', sdp: `${SDP}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n` };
const ANSWER = { type: 'answer', sdp: SDP.replace('ufrg', 'answ') };
const CANDIDATE = { candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'ufrg' };

/** @type {Awaited<ReturnType<typeof openPage>>} */
let page;
/** @type {string[]} every call of a connection's method, and its number */
let called = [];
beforeEach(async () => {
  page = await openPage();
  called = [];
  FakePeerConnection.onCall = (connection, method) => {
    const number = page.connections().indexOf(connection) + 1;
    if (number > 0) called.push(`${method} ${number}`);
  };
});
afterEach(() => page.close());

const sent = () => page.signaling.sent.map(({ name }) => name);
const payloads = (/** @type {string} */ name) => page.signaling.sent.filter((each) => each.name === name).map(({ payload }) => payload);
const last = () => page.connections()[page.connections().length - 1];

/**
 * @param {FakePeerConnection} connection
 * @param {string} method
 * @param {{type: string, sdp: string}} [value]
 */
async function fulfil(connection, method, value) {
  const pending = connection.promises.take(method);
  if (method === 'setLocalDescription') connection.localDescription = { ...pending.args[0] };
  pending.resolve(value);
  await settled();
  return pending;
}

/** @param {string} code what the server acknowledges the last join with, beside `ok` and `id` */
function acknowledge(code, more = {}) {
  const { op } = page.signaling.joins[page.signaling.joins.length - 1];
  page.host.post({ type: 'joinAnswered', op, json: JSON.stringify({ [code]: true, id: ME, peer: null, ...more }) });
}

// ---- Who looks ----

function show(room = ROOM) {
  page.host.post({ type: 'show', room });
}

function hearParked(leg = 'theirs-1', more = {}) {
  page.hear('parked', { ...OFFER, ...page.stamp(leg), to: '', iceServers: STUN, ...more });
}

/** Up to an answer that waits for a click. */
async function prepare() {
  show();
  page.connect();
  hearParked();
  const connection = last();
  for (const kind of ['audio', 'video']) connection.addTransceiver(kind, {});
  await fulfil(connection, 'setRemoteDescription');
  await fulfil(connection, 'setParameters');
  await fulfil(connection, 'createAnswer', ANSWER);
  return connection;
}

test('the room that the page shows is asked for when the server is there, and another one when it is shown', () => {
  show();
  assert.deepEqual(page.signaling.calls, []);
  page.connect();
  show();
  show('elsewhere');
  show('no room');
  assert.deepEqual(page.signaling.sent, [
    { name: 'peek', payload: { room: ROOM } },
    { name: 'peek', payload: { room: 'elsewhere' } },
  ]);
  assert.match(page.lines()[0], new RegExp(`< \\["RoomShown","${ROOM}",${hashOf(ROOM)}\\]$`));
});

test('a parked offer is answered as far as createAnswer, and nothing but the room’s name was sent', async () => {
  const connection = await prepare();
  assert.deepEqual(connection.configuration, { iceServers: [{ urls: ['stun:ours.example'] }], bundlePolicy: 'max-bundle' });
  assert.deepEqual(connection.transceivers.map((t) => t.direction), ['sendrecv', 'sendrecv']);
  assert.deepEqual(connection.channels[0].options, { negotiated: true, id: 0 });
  assert.deepEqual(called.filter((call) => /Description|Answer|Offer/.test(call)), ['setRemoteDescription 1', 'createAnswer 1']);
  assert.deepEqual(connection.promises.pending, []);
  assert.deepEqual(sent(), ['peek']);
  assert.deepEqual(page.browser.media.pending, []);
  assert.equal(page.browser.timer(), null);
  assert.deepEqual(page.view.rendered.map(({ phase }) => phase).filter((phase) => phase !== 'idle'), []);
});

test('the click sends the answer with the join, asks for the devices, and then sets the answer', async () => {
  const connection = await prepare();
  page.join();
  const [{ payload }] = page.signaling.joins;
  assert.deepEqual({ ...payload.answer, ...ANSWER }, payload.answer);
  assert.deepEqual(
    { to: payload.answer.to, from: payload.answer.from, leg: payload.answer.leg, offer: payload.answer.offer, room: payload.answer.room },
    { to: PEER, from: ME, leg: 'theirs-1', offer: 1, room: hashOf(ROOM) },
  );
  assert.deepEqual(page.signaling.calls, ['peek', 'open', 'join']);
  assert.deepEqual(connection.promises.pending, []);
  const [microphone, camera] = await page.grant();
  assert.deepEqual(connection.promises.pending.map(({ method, args }) => [method, args]), [
    ['replaceTrack', [microphone]],
    ['replaceTrack', [camera]],
    ['setLocalDescription', [ANSWER]],
  ]);
});

test('the answer does not wait for a person who is asked', async () => {
  const slow = await prepare();
  page.join();
  await settled();
  page.browser.pass(99);
  await settled();
  assert.deepEqual(slow.promises.pending, []);
  page.browser.pass(1);
  await settled();
  assert.deepEqual(slow.promises.take('setLocalDescription').args, [ANSWER]);
  await page.grant();
  assert.deepEqual(slow.promises.pending.map(({ method }) => method), ['replaceTrack', 'replaceTrack']);
});

test('devices that are refused let the answer go at once', async () => {
  const connection = await prepare();
  page.join();
  page.browser.media.take('getUserMedia').reject(new DOMException('', 'NotAllowedError'));
  await settled();
  assert.deepEqual(connection.promises.take('setLocalDescription').args, [ANSWER]);
});

test('one device that is missing lets the answer go, and the other one is asked for beside it', async () => {
  const connection = await prepare();
  page.join();
  page.browser.media.take('getUserMedia').reject(new DOMException('', 'NotFoundError'));
  await settled();
  assert.deepEqual(connection.promises.pending.map(({ method }) => method), ['setLocalDescription']);
  page.browser.pass(100);
  await page.grant();
  assert.deepEqual(connection.promises.pending.filter(({ method }) => method === 'setLocalDescription').length, 1);
});

test('a call that breaks down meanwhile sets nothing that anybody would hear of', async () => {
  const connection = await prepare();
  page.join();
  page.host.crash(new Error('a mistake of ours'));
  page.browser.pass(100);
  await settled();
  assert.equal(connection.isClosed, true);
  connection.promises.take('setLocalDescription').reject(new DOMException('', 'InvalidStateError'));
  await settled();
  assert.equal(page.crashes.length, 1);
});

test('who leaves meanwhile sets nothing on a closed connection that anybody would hear of', async () => {
  const connection = await prepare();
  page.join();
  page.host.post({ type: 'leave' });
  assert.equal(connection.isClosed, true);
  const lines = page.lines().length;
  await page.grant();
  connection.promises.take('setLocalDescription').reject(new DOMException('', 'InvalidStateError'));
  await settled();
  assert.deepEqual(page.lines().slice(lines).filter((line) => line.includes('Description')), []);
});

/** Join, with devices that are there at once. */
async function click() {
  page.join();
  await page.grant();
}

test('candidates follow the join before it is acknowledged; taken, the answer is sent by no other way', async () => {
  const connection = await prepare();
  await click();
  connection.fire('icecandidate', { candidate: CANDIDATE });
  await fulfil(connection, 'setLocalDescription');
  connection.fire('icecandidate', { candidate: { ...CANDIDATE, candidate: '' } });
  assert.deepEqual(sent(), ['peek', 'candidate', 'candidate']);
  assert.deepEqual(payloads('candidate').map(({ leg, offer, to }) => [leg, offer, to]), [
    ['theirs-1', 1, PEER],
    ['theirs-1', 1, PEER],
  ]);
  acknowledge('ok', { peer: { id: PEER, name: 'Bob', v: 1 }, tookAnswer: true });
  page.hear('getCandidate', { ...CANDIDATE, ...page.stamp('theirs-1') });
  assert.deepEqual(connection.promises.take('addIceCandidate').args, [CANDIDATE]);
  connection.become('connected');
  assert.equal(page.snapshot().phase, 'connected');
  assert.equal(page.snapshot().peer.name, 'Bob');
  assert.equal(page.connections().length, 1);
  assert.deepEqual(sent(), ['peek', 'candidate', 'candidate']);
});

test('not taken, the prepared connection is closed and the offer that is there now is answered', async () => {
  const connection = await prepare();
  await click();
  await fulfil(connection, 'setLocalDescription');
  acknowledge('ok', { peer: { id: PEER, name: 'Bob', v: 1 }, parked: { ...OFFER, ...page.stamp('theirs-2'), to: '' } });
  assert.equal(connection.isClosed, true);
  assert.deepEqual(last().promises.take('setRemoteDescription').args, [OFFER]);
  assert.equal(page.connections().length, 2);
});

test('a relay that was not known before is used if there is no connection after 1.5 s', async () => {
  const connection = await prepare();
  await click();
  await fulfil(connection, 'setLocalDescription');
  acknowledge('ok', { peer: { id: PEER, name: 'Bob', v: 1 }, tookAnswer: true, iceServers: TURN });
  page.browser.pass(1499);
  assert.equal(connection.restarts, 0);
  page.browser.pass(1);
  assert.equal(connection.restarts, 1);
  assert.deepEqual(connection.configuration, {
    iceServers: [{ urls: ['turn:ours.example'], username: 'user', credential: 'secret' }],
    bundlePolicy: 'max-bundle',
  });
  assert.deepEqual(connection.promises.take('setLocalDescription').args, []);
});

for (const method of ['setConfiguration', 'restartIce']) {
  test(`a connection whose ${method} throws is broken`, async () => {
    const connection = await prepare();
    await click();
    await fulfil(connection, 'setLocalDescription');
    acknowledge('ok', { peer: { id: PEER, name: 'Bob', v: 1 }, tookAnswer: true, iceServers: TURN });
    FakePeerConnection.onCall = (_, name) => {
      if (name === method) throw new DOMException('', 'InvalidModificationError');
    };
    page.browser.pass(1500);
    assert.match(page.host.text(), /< \["LegBroken",1,"InvalidModificationError"\]/);
    assert.equal(connection.isClosed, true);
    assert.deepEqual(page.crashes, []);
  });
}

for (const method of ['setRemoteDescription', 'createAnswer']) {
  test(`a ${method} that is rejected before the click costs nothing but the two hops`, async () => {
    show();
    page.connect();
    hearParked();
    const connection = last();
    if (method === 'createAnswer') await fulfil(connection, 'setRemoteDescription');
    connection.promises.take(method).reject(new DOMException('', 'OperationError'));
    await settled();
    assert.match(page.host.text(), /< \["DescriptionFailed",1,\d+,"OperationError"\]/);
    assert.equal(connection.isClosed, true);
    page.join();
    assert.equal(page.signaling.joins[0].payload.answer, undefined);
  });
}

test('a newer offer replaces the prepared answer, and none, or another room, forgets it', async () => {
  const first = await prepare();
  hearParked('theirs-2');
  assert.equal(first.isClosed, true);
  const second = last();
  page.hear('parked', /** @type {any} */ (null));
  assert.equal(second.isClosed, true);
  hearParked('theirs-3');
  const third = last();
  show('elsewhere');
  assert.equal(third.isClosed, true);
  assert.equal(page.connections().length, 3);
  assert.equal(page.kept(), 0);
});

test('what a connection that was given up still answers is heard by nobody', async () => {
  show();
  page.connect();
  hearParked();
  const first = last();
  await fulfil(first, 'setRemoteDescription');
  hearParked('theirs-2');
  const lines = page.lines().length;
  await fulfil(first, 'createAnswer', ANSWER);
  assert.equal(page.lines().length, lines);
});

test('Join before the answer is prepared goes the usual way', async () => {
  show();
  page.connect();
  hearParked();
  page.join();
  assert.equal(page.connections()[0].isClosed, true);
  assert.equal(page.signaling.joins[0].payload.answer, undefined);
  acknowledge('ok', { peer: { id: PEER, name: 'Bob', v: 1 }, parked: { ...OFFER, ...page.stamp(), to: '' } });
  assert.deepEqual(last().promises.take('setRemoteDescription').args, [OFFER]);
});

test('a full room closes what was prepared', async () => {
  const connection = await prepare();
  await click();
  await fulfil(connection, 'setLocalDescription');
  const { op } = page.signaling.joins[0];
  page.host.post({ type: 'joinAnswered', op, json: '{"ok":false,"error":"room_full"}' });
  assert.equal(connection.isClosed, true);
  assert.equal(page.snapshot().cause, 'roomFull');
  assert.equal(page.signaling.sent.at(-1)?.name, 'peek', 'who is out looks again');
});

test('who leaves looks again', async () => {
  await prepare();
  page.join();
  page.host.post({ type: 'leave' });
  assert.deepEqual(payloads('peek'), [{ room: ROOM }, { room: ROOM }]);
  hearParked('theirs-2');
  assert.deepEqual(last().promises.take('setRemoteDescription').args, [OFFER]);
});

// ---- Who waits ----

/** Alone in the room, with an offer that lies at the server. */
async function park() {
  page.join();
  page.connect();
  acknowledge('ok');
  const connection = last();
  await fulfil(connection, 'createOffer', OFFER);
  const { args } = await fulfil(connection, 'setLocalDescription');
  assert.deepEqual(args, [OFFER]);
  return connection;
}

test('who is alone parks an offer without candidates, and then its candidates', async () => {
  page.join();
  page.connect();
  acknowledge('ok');
  const connection = last();
  assert.deepEqual(connection.transceivers.map((t) => t.receiver.track.kind), ['audio', 'video']);
  assert.deepEqual(connection.promises.pending.map(({ method, args }) => [method, args]), [['createOffer', []]]);
  await fulfil(connection, 'createOffer', OFFER);
  connection.fire('icecandidate', { candidate: CANDIDATE });
  const setting = connection.promises.take('setLocalDescription');
  connection.localDescription = { type: 'offer', sdp: `${OFFER.sdp}a=${CANDIDATE.candidate}\r\n` };
  setting.resolve();
  await settled();
  connection.fire('icecandidate', { candidate: { ...CANDIDATE, candidate: '' } });
  assert.deepEqual(sent(), ['park', 'candidate', 'candidate']);
  const [parked] = payloads('park');
  assert.deepEqual({ ...parked, ...OFFER, from: ME, to: '', room: hashOf(ROOM) }, parked);
  assert.deepEqual(payloads('candidate').map(({ leg, offer }) => [leg, offer]), [
    [parked.leg, parked.offer],
    [parked.leg, parked.offer],
  ]);
  assert.equal(page.snapshot().phase, 'waiting');
});

test('the answer to the parked offer is set on its connection, and no offer is sent', async () => {
  const connection = await park();
  const [{ leg, offer }] = payloads('park');
  page.hear('user_joined', { id: PEER, name: 'Bob', v: 1 });
  page.hear('getAnswer', { ...ANSWER, ...page.stamp(leg), offer });
  assert.deepEqual(connection.promises.take('setRemoteDescription').args, [ANSWER]);
  assert.equal(page.snapshot().phase, 'connecting');
  connection.become('connected');
  assert.equal(page.snapshot().phase, 'connected');
  assert.equal(page.connections().length, 1);
  assert.ok(!sent().includes('offer'));
});

test('permission for the camera parks anew, and the old connection is closed when the new one lies there', async () => {
  const old = await park();
  await page.grant();
  page.browser.pass(1000);
  const connection = last();
  assert.notEqual(connection, old);
  await page.attach(connection);
  await fulfil(connection, 'createOffer', OFFER);
  await fulfil(connection, 'setLocalDescription');
  assert.equal(old.isClosed, false);
  page.hear('park_kept', { leg: payloads('park')[1].leg });
  assert.equal(old.isClosed, true);
  assert.equal(connection.isClosed, false);
});

test('another network parks anew', async () => {
  await park();
  page.host.post({ type: 'network' });
  assert.match(page.host.text(), /< \["NetworkChanged"\]/);
  page.browser.pass(1000);
  assert.equal(page.connections().length, 2);
  assert.equal(last().promises.take('createOffer').args.length, 0);
});

test('an offer that cannot be made is nothing to worry about', async () => {
  page.join();
  page.connect();
  acknowledge('ok');
  last().promises.take('createOffer').reject(new DOMException('', 'OperationError'));
  await settled();
  assert.match(page.host.text(), /< \["DescriptionFailed",1,\d+,"OperationError"\]/);
  assert.equal(last().isClosed, true);
  assert.equal(page.snapshot().phase, 'waiting');
});

test('Leave closes what was parked', async () => {
  const connection = await park();
  page.host.post({ type: 'leave' });
  assert.equal(connection.isClosed, true);
  assert.equal(page.kept(), 0);
});
