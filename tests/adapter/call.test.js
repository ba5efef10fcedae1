// @ts-check
// A whole call through the wasm that ships: the order of what the browser is asked for, and what the page is told.

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, test } from 'node:test';
import { sentences } from '../../web/sentences.js';
import { settled } from '../support/fake_browser.js';
import { hashOf } from '../support/fnv.js';
import { ME, PEER, ROOM, SDP, openPage } from './page.js';

/** @type {Awaited<ReturnType<typeof openPage>>} */
let page;
beforeEach(async () => {
  page = await openPage();
});
afterEach(() => page.close());

test('the snapshot has the shape that the page relies on', () => {
  assert.deepEqual(page.snapshot(), {
    phase: 'idle',
    cause: 'none',
    room: '',
    name: '',
    peer: null,
    microphone: { state: 'off', on: true },
    camera: { state: 'off', on: true },
    serverReachable: false,
  });
});

test('the page has one sentence for each phase and cause that the call can be in, and no other', () => {
  const pairs = page.wasm.phases().map((/** @type {string[]} */ pair) => pair.join('/'));
  assert.deepEqual(pairs.sort(), Object.keys(sentences).sort());
});

test('Join opens the socket and asks for both devices in one request, at once', () => {
  page.join();
  assert.deepEqual(page.signaling.calls, ['open']);
  assert.deepEqual(page.browser.media.pending[0].args, [{ audio: true, video: true }]);
  assert.equal(page.view.rendered.length, 1);
  assert.equal(page.view.rendered[0].phase, 'joining');
});

test('joining carries the ids, and the answer the room', () => {
  page.join();
  page.connect();
  assert.deepEqual(page.signaling.joins[0].payload, {
    room: ROOM,
    name: 'Ann',
    seat: 'SSSSSSSSSSSSSSSSSSSSSS',
    page: ME,
    v: 1,
  });
  page.admit();
  assert.equal(page.snapshot().phase, 'waiting');
});

test('an offer to a Duet has audio, video and the channel, in this order', async () => {
  const connection = page.meet();
  assert.equal(connection.configuration.bundlePolicy, 'max-bundle');
  assert.deepEqual(connection.configuration.iceServers, [{ urls: ['stun:stun.l.google.com:19302'] }]);
  assert.deepEqual(connection.transceivers.map((t) => t.receiver.track.kind), ['audio', 'video']);
  assert.deepEqual(connection.transceivers.map((t) => t.direction), ['sendrecv', 'sendrecv']);
  assert.equal(new Set(connection.transceivers.map((t) => t.sender.streams[0])).size, 1);
  assert.deepEqual(connection.channels[0].options, { negotiated: true, id: 0 });
  assert.deepEqual(connection.promises.take('setLocalDescription').args, []);
});

test('the offer that is sent is what the browser then has', async () => {
  const connection = page.meet();
  connection.localDescription = { type: 'offer', sdp: SDP };
  connection.promises.take('setLocalDescription').resolve();
  await settled();
  const { name, payload } = page.signaling.sent[0];
  assert.equal(name, 'offer');
  assert.equal(payload.sdp, SDP);
  assert.equal(payload.room, hashOf(ROOM));
});

test('a room is hashed as UTF-8 and to 32 bits', () => {
  assert.equal(hashOf('foobar'), 0xbf9cf968); // the reference value of FNV-1a
});

test('an answer is applied as it came', async () => {
  const connection = page.meet();
  connection.localDescription = { type: 'offer', sdp: SDP };
  connection.promises.take('setLocalDescription').resolve();
  await settled();
  page.hear('getAnswer', { type: 'answer', sdp: SDP, ...page.stamp() });
  assert.deepEqual(connection.promises.take('setRemoteDescription').args, [{ type: 'answer', sdp: SDP }]);
});

test('connected is shown, and the devices are told over the channel', async () => {
  const connection = await page.establish();
  await page.grant();
  assert.equal(page.snapshot().phase, 'connected');
  const last = connection.channels[0].sent.at(-1);
  assert.deepEqual(JSON.parse(last ?? ''), { type: 'devices', microphone: true, camera: true });
  connection.channels[0].fire('message', { data: '{"type":"devices","microphone":true,"camera":false}' });
  assert.deepEqual(page.snapshot().peer, { name: 'Bob', duet: true, devices: { microphone: true, camera: false } });
});

test('an offer is answered with what it brought: every transceiver sendrecv, in the one stream', async () => {
  page.join();
  page.connect();
  page.admit();
  const [audio, video] = await page.grant();
  page.hear('user_joined', { id: PEER, name: 'Bob', v: 1 });
  page.hear('getOffer', { type: 'offer', sdp: SDP, ...page.stamp() });
  const connection = page.connections()[page.connections().length - 1]; // the first one was parked
  for (const kind of ['audio', 'video', 'video']) connection.addTransceiver(kind, {});
  connection.addTransceiver('video', { direction: 'stopped' });
  connection.promises.take('setRemoteDescription').resolve();
  await settled();
  assert.deepEqual(
    connection.transceivers.map((t) => t.direction),
    ['sendrecv', 'sendrecv', 'sendrecv', 'stopped'],
  );
  assert.equal(connection.transceivers[1].sender.streams[0], page.view.shown.local);
  await page.attach(connection);
  assert.deepEqual(
    connection.transceivers.map((t) => t.sender.track),
    [audio, video, null, null],
  );
  connection.localDescription = { type: 'answer', sdp: SDP };
  connection.promises.take('setLocalDescription').resolve();
  await settled();
  assert.equal(page.signaling.sent[0].name, 'answer');
});

// ---- The first picture ----

const SMALL = [{ scaleResolutionDownBy: 2 }];
const FULL = [{ scaleResolutionDownBy: 1 }];

test('the first picture is sent at half its width and height, and a second after the connection is there in full', async () => {
  const connection = await page.establish();
  const [microphone, camera] = connection.transceivers.map(({ sender }) => sender);
  assert.deepEqual(camera.encodings, SMALL);
  page.browser.pass(999);
  await settled();
  assert.deepEqual(connection.promises.pending, []);
  page.browser.pass(1);
  await settled();
  connection.promises.take('setParameters').resolve();
  await settled();
  assert.deepEqual(camera.encodings, FULL);
  assert.deepEqual(microphone.encodings, [{}]);
});

test('a connection that comes back sends its picture in full all the time', async () => {
  const connection = await page.establish();
  page.browser.pass(1000);
  await settled();
  connection.promises.take('setParameters').resolve();
  connection.become('disconnected');
  connection.become('connected');
  page.browser.pass(1000);
  await settled();
  assert.deepEqual(connection.promises.pending, []);
});

/** A call in which the other one offers, up to where its offer is being set. */
function hearOffer() {
  page.join();
  page.connect();
  page.admit();
  page.hear('user_joined', { id: PEER, name: 'Bob', v: 1 });
  page.hear('getOffer', { type: 'offer', sdp: SDP, ...page.stamp('theirs-1') });
  const connection = page.connections()[page.connections().length - 1]; // the first one was parked
  for (const kind of ['audio', 'video']) connection.addTransceiver(kind, {});
  return connection;
}

/** @param {import('../support/fake_browser.js').FakePeerConnection} connection */
async function setAnswer(connection) {
  connection.promises.take('setRemoteDescription').resolve();
  await settled();
  connection.localDescription = { type: 'answer', sdp: SDP };
  connection.promises.take('setLocalDescription').resolve();
  await settled();
}

test('who answers begins with a small picture too, and a later offer makes it no smaller', async () => {
  const connection = hearOffer();
  await setAnswer(connection);
  assert.deepEqual(connection.promises.take('setParameters').args, [SMALL]);
  connection.become('connected');
  page.browser.pass(1000);
  await settled();
  assert.deepEqual(connection.promises.take('setParameters').args, [FULL]);
  page.hear('getOffer', { type: 'offer', sdp: SDP, ...page.stamp('theirs-1'), offer: 2 });
  await setAnswer(connection);
  assert.deepEqual(connection.promises.pending, []);
});

test('nothing is asked of a connection that was closed within that second', async () => {
  const connection = await page.establish();
  page.host.post({ type: 'leave' });
  page.browser.pass(1000);
  await settled();
  assert.equal(connection.isClosed, true);
  assert.deepEqual(connection.promises.pending, []);
  assert.deepEqual(page.crashes, []);
});

test('a picture whose size the browser will not change stays as it is, and the record says so', async () => {
  const connection = await page.establish();
  page.browser.pass(1000);
  await settled();
  connection.promises.take('setParameters').reject(new DOMException('', 'InvalidStateError'));
  await settled();
  assert.deepEqual(connection.transceivers[1].sender.encodings, SMALL);
  assert.equal(page.lines().at(-1), '# the picture keeps its size: InvalidStateError');
});

for (const encodings of [[], undefined]) {
  test(`senders whose encodings are ${encodings ? 'none' : 'unknown'} are left alone`, async () => {
    const connection = hearOffer();
    connection.transceivers[1].sender.getParameters = () => /** @type {any} */ ({ encodings });
    await setAnswer(connection);
    connection.become('connected');
    page.browser.pass(1000);
    await settled();
    assert.deepEqual(connection.promises.pending, []);
    assert.deepEqual(page.crashes, []);
  });
}

test('candidates go both ways, the empty one too, and null is nothing', async () => {
  const connection = page.meet();
  connection.localDescription = { type: 'offer', sdp: SDP };
  connection.promises.take('setLocalDescription').resolve();
  await settled();
  const line = 'candidate:1 1 udp 1 192.0.2.1 9 typ host';
  const local = { candidate: line, sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'mine' };
  connection.fire('icecandidate', { candidate: local });
  connection.fire('icecandidate', { candidate: { ...local, candidate: '', usernameFragment: null } });
  connection.fire('icecandidate', { candidate: null });
  const sent = page.signaling.sent.filter(({ name }) => name === 'candidate').map(({ payload }) => payload);
  assert.equal(sent.length, 2);
  assert.deepEqual({ ...sent[0], ...local }, sent[0]);
  assert.equal(sent[1].candidate, '');

  page.hear('getAnswer', { type: 'answer', sdp: SDP, ...page.stamp() });
  const remote = { candidate: line, sdpMid: null, sdpMLineIndex: 1, usernameFragment: 'ufrg' };
  page.hear('getCandidate', { ...remote, ...page.stamp() });
  assert.deepEqual(connection.promises.take('addIceCandidate').args, [remote]);
});

test('sound and the first picture of the other side are one stream; a second picture is left out', async () => {
  const connection = await page.establish();
  for (const transceiver of connection.transceivers) {
    // In no stream: the other browser may lack setStreams.
    connection.fire('track', { transceiver, track: transceiver.receiver.track, streams: [] });
  }
  const [audio, video] = connection.transceivers.map((t) => t.receiver.track);
  assert.deepEqual(page.view.shown.remote.getTracks(), [audio, video]);
});

test('what ICE comes to is noted in the record, with its time and leg', async () => {
  const connection = await page.establish();
  page.browser.pass(30);
  connection.iceConnectionState = 'connected';
  connection.fire('iceconnectionstatechange');
  assert.equal(page.lines().at(-1), '# 1030 iceConnectionState connected leg 1');
});

test('Leave says so, stops everything and closes the connection when the channel is empty', async () => {
  const connection = await page.establish();
  const tracks = await page.grant();
  connection.fire('track', { transceiver: connection.transceivers[0], track: connection.transceivers[0].receiver.track });
  connection.channels[0].buffers = true;
  page.host.post({ type: 'leave' });
  assert.deepEqual(tracks.map((track) => track.readyState), ['ended', 'ended']);
  assert.equal(page.view.shown.local, null);
  assert.equal(page.signaling.sent.at(-1)?.name, 'leave');
  assert.equal(connection.channels[0].sent.at(-1), '{"type":"bye"}');
  assert.equal(connection.isClosed, false);
  connection.channels[0].fire('bufferedamountlow');
  assert.equal(connection.isClosed, true);
  const targets = [connection, connection.channels[0], ...tracks];
  const types = ['icecandidate', 'connectionstatechange', 'iceconnectionstatechange', 'track', 'open', 'message', 'bufferedamountlow', 'ended'];
  for (const type of types) assert.deepEqual(targets.flatMap((target) => getEventListeners(target, type)), []);
  assert.equal(page.view.shown.remote, null);
  assert.equal(page.browser.timer(), null);
  assert.equal(page.snapshot().phase, 'ended');
});

test('a farewell that does not get through is waited for only so long', async () => {
  const connection = await page.establish();
  connection.channels[0].buffers = true;
  page.host.post({ type: 'leave' });
  const wait = /** @type {number} */ (page.browser.timer());
  assert.ok(wait > 0 && wait <= 250);
  page.browser.pass(wait);
  assert.equal(connection.isClosed, true);
});

test('a channel that the other side has just closed does not keep the connection open', async () => {
  const connection = await page.establish();
  connection.channels[0].sendError = new DOMException('closed', 'InvalidStateError');
  page.host.post({ type: 'leave' });
  assert.equal(connection.isClosed, true);
});

test('one timer, set anew when it comes early', () => {
  page.join();
  page.connect();
  const wait = /** @type {number} */ (page.browser.timer());
  assert.ok(wait > 1000);
  page.browser.ring();
  assert.equal(page.browser.timer(), wait);
  page.browser.pass(wait);
  assert.deepEqual(page.snapshot().cause, 'serverUnreachable');
});

test('the record has a line for everything, whole', async () => {
  await page.establish();
  const text = page.host.text();
  assert.match(text, new RegExp(`^\\d+ < \\["JoinRequested","${ROOM}","Ann","S{22}","${ME}",${hashOf(ROOM)}\\]$`, 'm'));
  assert.match(text, /^\d+ > \["SetLocalDescription",1,\d+\]$/m);
  assert.match(text, /^\d+ < \["LocalDescriptionSet",1,\d+,0,"v=0\\r\\n.*a=ice-ufrag:ufrg\\r\\n"\]$/m);
  assert.match(text, /^\d+ > \["SendMessage","offer","\{.*\}"\]$/m);
  assert.match(text, /^\d+ > \["OpenLeg",1,\[\[\["stun:[^"]*"\],"",""\]\]\]$/m);
});

test('a record that is full says so and keeps its head', () => {
  page.join();
  const head = page.host.text();
  const line = 'x'.repeat(1024 * 1024);
  for (let i = 0; i < 6; ++i) page.functions.log(line);
  const text = page.host.text();
  assert.ok(text.startsWith(head));
  assert.ok(text.length <= 4 * 1024 * 1024);
  assert.match(text, /\n# cut: full$/);
  page.connect();
  assert.equal(page.host.text(), text);
});

test('a record ends with the breakdown, if there was one', () => {
  page.join();
  page.host.crash(new Error('a mistake of ours'));
  assert.match(page.host.text(), /\n# cut: Error: a mistake of ours$/);
});

test('a hundred calls leave nothing behind', async () => {
  async function callOnce() {
    const connection = await page.establish();
    const granted = await page.grant();
    for (const pending of connection.promises.pending.splice(0)) pending.resolve();
    connection.fire('track', { transceiver: connection.transceivers[0], track: connection.transceivers[0].receiver.track });
    page.host.post({ type: 'leave' });
    await settled();
    return granted;
  }
  await callOnce();
  // Of 3.1.69; a later embind may not have it.
  const handles = page.wasm.count_emval_handles?.();
  for (let i = 0; i < 100; ++i) {
    const tracks = await callOnce();
    assert.ok(tracks.every((track) => track.readyState === 'ended'));
  }
  assert.equal(page.connections().length, 101);
  assert.ok(page.connections().every((connection) => connection.isClosed));
  assert.equal(page.browser.timer(), null);
  assert.equal(page.wasm.count_emval_handles?.(), handles);
  assert.equal(page.kept(), 0);
});
