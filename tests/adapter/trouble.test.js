// @ts-check
// What the browser refuses, what comes too late, what comes in the middle of something else, and the death of the wasm.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, test } from 'node:test';
import { FakePeerConnection, FakeStream, FakeTrack, settled } from '../support/fake_browser.js';
import { PEER, SDP, openPage } from './page.js';

/** @type {Awaited<ReturnType<typeof openPage>>} */
let page;
beforeEach(async () => {
  page = await openPage();
});
afterEach(() => page.close());

// ---- Camera and microphone ----

for (const [name, state] of [
  ['NotAllowedError', 'refused'],
  ['SecurityError', 'refused'],
]) {
  test(`${name}: both devices are ${state}, and nobody is asked again`, async () => {
    page.join();
    page.browser.media.take('getUserMedia').reject(new DOMException('', name));
    await settled();
    assert.deepEqual(page.snapshot().microphone.state, state);
    assert.deepEqual(page.snapshot().camera.state, state);
    assert.equal(page.browser.media.pending.length, 0);
  });
}

for (const [name, state] of [
  ['NotFoundError', 'missing'],
  ['OverconstrainedError', 'missing'],
  ['NotReadableError', 'busy'],
  ['AbortError', 'busy'],
  ['SomethingNew', 'busy'],
]) {
  test(`${name}: each device is asked for alone`, async () => {
    page.join();
    page.browser.media.take('getUserMedia').reject(new DOMException('', name));
    await settled();
    const microphone = page.browser.media.take('getUserMedia');
    const camera = page.browser.media.take('getUserMedia');
    assert.deepEqual(microphone.args, [{ audio: true, video: false }]);
    assert.equal(camera.args[0].audio, false);
    microphone.resolve(new FakeStream([new FakeTrack('audio')]));
    camera.reject(new DOMException('', name));
    await settled();
    assert.equal(page.snapshot().microphone.state, 'live');
    assert.equal(page.snapshot().camera.state, state);
    assert.equal(page.view.shown.local.getTracks().length, 1);
  });
}

test('without mediaDevices both are unsupported, and the call goes on', () => {
  delete page.browser.navigator.mediaDevices;
  page.join();
  assert.equal(page.snapshot().microphone.state, 'unsupported');
  assert.equal(page.snapshot().phase, 'joining');
});

test('Leave during the prompt: what is granted later is stopped', async () => {
  page.join();
  page.host.post({ type: 'leave' });
  const tracks = await page.grant();
  assert.deepEqual(tracks.map((track) => track.readyState), ['ended', 'ended']);
  assert.ok(!page.view.shown.local);
});

test('Leave during the prompt, Join again: only the second answer is used', async () => {
  page.join();
  page.host.post({ type: 'leave' });
  page.join();
  const late = await page.grant();
  const tracks = await page.grant();
  assert.deepEqual(late.map((track) => track.readyState), ['ended', 'ended']);
  assert.deepEqual(page.view.shown.local.getTracks(), tracks);
});

test('a switch turned off during the prompt silences the track when it comes', async () => {
  page.join();
  page.host.post({ type: 'switch', kind: 'microphone', on: false });
  const [audio, video] = await page.grant();
  assert.deepEqual([audio.enabled, video.enabled], [false, true]);
});

test('a track that ends by itself is taken out, and asked for again when it is switched on', async () => {
  const connection = await page.establish();
  const [audio, video] = await page.grant();
  video.end();
  assert.equal(page.snapshot().camera.state, 'ended');
  assert.deepEqual(page.view.shown.local.getTracks(), [audio]);
  await page.attach(connection);
  assert.equal(connection.transceivers[1].sender.track, null);
  page.host.post({ type: 'switch', kind: 'camera', on: true });
  const again = new FakeTrack('video');
  page.browser.media.take('getUserMedia').resolve(new FakeStream([again]));
  await settled();
  assert.deepEqual(page.view.shown.local.getTracks(), [audio, again]);
  await page.attach(connection);
  assert.equal(connection.transceivers[1].sender.track, again);
  video.end();
  assert.equal(page.snapshot().camera.state, 'live');
});

// ---- The connection ----

test('a browser that makes no connection ends the call with a reason, and the camera is off', async () => {
  FakePeerConnection.onCall = () => {
    throw new DOMException('', 'UnknownError');
  };
  page.join();
  const tracks = await page.grant();
  page.connect();
  page.admit({ id: PEER, name: 'Bob', v: 1 });
  assert.equal(page.snapshot().cause, 'browserRefused');
  assert.deepEqual(tracks.map((track) => track.readyState), ['ended', 'ended']);
  assert.match(page.host.text(), /< \["LegBroken",1,"UnknownError"\]/);
});

test('a call that throws does not reach the wasm as an exception', () => {
  FakePeerConnection.onCall = (_, method) => {
    if (method === 'createDataChannel') throw new DOMException('', 'OperationError');
  };
  const connection = page.meet();
  assert.equal(page.snapshot().cause, 'browserRefused');
  assert.equal(connection.isClosed, true);
  assert.deepEqual(page.crashes, []);
});

for (const method of ['setLocalDescription', 'setRemoteDescription']) {
  test(`a rejected ${method} is an event`, async () => {
    const connection = page.meet();
    connection.localDescription = { type: 'offer', sdp: SDP };
    if (method === 'setRemoteDescription') {
      connection.promises.take('setLocalDescription').resolve();
      await settled();
      page.hear('getAnswer', { type: 'answer', sdp: SDP, ...page.stamp() });
    }
    connection.promises.take(method).reject(new DOMException('', 'InvalidAccessError'));
    await settled();
    assert.match(page.host.text(), /< \["DescriptionFailed",1,\d+,"InvalidAccessError"\]/);
    assert.equal(connection.isClosed, true);
  });
}

test('a rejected candidate and a rejected track are counted and nothing else', async () => {
  const connection = await page.establish();
  page.hear('getCandidate', { candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMid: '0', ...page.stamp() });
  connection.promises.take('addIceCandidate').reject(new DOMException('', 'OperationError'));
  await page.grant();
  connection.promises.take('replaceTrack').reject(new DOMException('', 'InvalidModificationError'));
  await settled();
  assert.doesNotMatch(page.host.text(), /TracksAttached/); // one of the two is still under way
  connection.promises.take('replaceTrack').resolve();
  await settled();
  assert.match(page.host.text(), /< \["CandidateSettled",1,\d+,0\]/);
  assert.match(page.host.text(), /< \["TracksAttached",1,\d+,0\]/);
  assert.equal(page.snapshot().phase, 'connected');
});

test('a track that ends while it is being attached is taken out again', async () => {
  const connection = await page.establish();
  const [audio, video] = await page.grant();
  const attaching = connection.promises.pending.splice(0);
  video.end();
  for (const { resolve } of attaching) resolve();
  await page.attach(connection);
  assert.deepEqual(
    connection.transceivers.slice(0, 2).map((t) => t.sender.track),
    [audio, null],
  );
});

test('a browser without setStreams answers all the same', async () => {
  page.join();
  page.connect();
  page.admit();
  page.hear('user_joined', { id: PEER, name: 'Bob', v: 1 });
  page.hear('getOffer', { type: 'offer', sdp: SDP, ...page.stamp() });
  const connection = page.connections()[page.connections().length - 1]; // the first one was parked
  for (const kind of ['audio', 'video', 'video']) {
    Reflect.deleteProperty(connection.addTransceiver(kind, {}).sender, 'setStreams');
  }
  connection.promises.take('setRemoteDescription').resolve();
  await settled();
  assert.deepEqual(
    connection.transceivers.map((t) => t.direction),
    ['sendrecv', 'sendrecv', 'sendrecv'],
  );
  connection.localDescription = { type: 'answer', sdp: SDP };
  connection.promises.take('setLocalDescription').resolve();
  await settled();
  assert.equal(page.signaling.sent.at(-1)?.name, 'answer');
  assert.equal(page.snapshot().phase, 'connecting');
});

test('what a closed connection still says changes nothing', async () => {
  const connection = page.meet();
  const late = connection.promises.take('setLocalDescription');
  page.host.post({ type: 'leave' });
  assert.equal(connection.isClosed, true);
  const lines = page.lines().length;
  connection.localDescription = { type: 'offer', sdp: SDP };
  late.resolve();
  await settled();
  connection.become('failed');
  connection.fire('icecandidate', { candidate: { candidate: '', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: '' } });
  connection.channels[0].fire('open');
  assert.equal(page.lines().length, lines);
});

test('a promise that is rejected after the connection was closed is heard by nobody', async () => {
  const connection = page.meet();
  const late = connection.promises.take('setLocalDescription');
  page.host.post({ type: 'leave' });
  const lines = page.lines().length;
  late.reject(new DOMException('', 'InvalidStateError'));
  await settled();
  assert.equal(page.lines().length, lines);
});

test('a binary message and one that is too large are told as nothing', async () => {
  const connection = await page.establish();
  for (const data of [new ArrayBuffer(8), 'x'.repeat(64 * 1024 + 1), 'ä'.repeat(40 * 1024), undefined]) {
    connection.channels[0].fire('message', { data });
  }
  assert.equal(page.host.text().match(/< \["ChannelReceived",1,""\]$/gm)?.length, 4);
});

test('a closed and a new state of the connection decide nothing', async () => {
  const connection = await page.establish();
  const before = page.snapshot();
  connection.become('closed');
  connection.become('new');
  assert.deepEqual(page.snapshot(), before);
});

// ---- In the middle of something else ----

test('what the browser says during a call waits until all that was ordered is done', () => {
  FakePeerConnection.onCall = (connection, method) => {
    if (method === 'addTransceiver') connection.become('connecting');
  };
  page.meet();
  const story = page.story();
  const heard = story.indexOf('< ConnectionStateChanged');
  assert.ok(heard > story.indexOf('> SetLocalDescription'));
  assert.equal(story.filter((line) => line === '< ConnectionStateChanged').length, 2);
});

test('Leave from inside the first rendering, and an answer from inside the sending, are each handled after it', () => {
  page.view.onRender = ({ phase }) => {
    if (phase === 'waiting') page.host.post({ type: 'leave' });
  };
  page.signaling.join = (op) => {
    page.host.post({ type: 'joinAnswered', op, json: '{"ok":true,"id":"AAAAAAAAAAAAAAAAAAAAAA","peer":null}' });
  };
  page.join();
  page.connect();
  assert.deepEqual(
    page.story().filter((line) => line.startsWith('<')),
    ['< JoinRequested', '< SignalingConnected', '< JoinAnswered', '< LeaveRequested'],
  );
  assert.equal(page.snapshot().phase, 'ended');
});

// ---- The death of the wasm ----

test('when the wasm dies, everything that runs is stopped and nothing is asked of it any more', async () => {
  const connection = await page.establish();
  const tracks = await page.grant();
  page.browser.pass(1000); // the picture's time to become full
  await settled();
  page.host.post({ type: 'switch', kind: 'camera', on: true });
  const error = new Error('a mistake of ours');
  page.signaling.send = () => {
    throw error;
  };
  connection.fire('icecandidate', { candidate: { candidate: '', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: '' } });
  assert.deepEqual(page.crashes, [error]);
  assert.equal(connection.isClosed, true);
  assert.equal(page.signaling.calls.at(-1), 'close');
  assert.deepEqual(tracks.map((track) => track.readyState), ['ended', 'ended']);
  assert.equal(page.browser.timer(), null);
  const lines = page.lines().length;
  page.host.post({ type: 'leave' });
  connection.become('failed');
  assert.equal(page.lines().length, lines);
  assert.equal(page.host.snapshot(), null);
});

test('a camera that is granted after the death is stopped', async () => {
  page.join();
  page.host.crash(new Error('a mistake of ours'));
  const tracks = await page.grant();
  assert.deepEqual(tracks.map((track) => track.readyState), ['ended', 'ended']);
});

test('one that cannot be stopped does not keep the others running', () => {
  /** @type {string[]} */
  const stopped = [];
  page.functions.keep({ stop: () => stopped.push('first') }, 'stop');
  page.functions.keep(
    {
      stop() {
        throw new Error('no');
      },
    },
    'stop',
  );
  page.functions.keep({ stop: () => stopped.push('released') }, 'stop').release();
  page.functions.keep({ stop: () => stopped.push('last') }, 'stop');
  page.host.crash(new Error('a mistake of ours'));
  assert.deepEqual(stopped, ['first', 'last']);
});

// ---- The page's side ----

test('an event that is none is ignored', () => {
  page.host.post({ type: 'nonsense' });
  page.host.post({ type: 'settled', id: 99, ok: true });
  page.host.post({ type: 'heard', id: 99 });
  assert.equal(page.host.text(), '');
});

test('host.js names nothing of WebRTC', async () => {
  const text = await readFile(new URL('../../web/host.js', import.meta.url), 'utf8');
  assert.doesNotMatch(text, /RTC|PeerConnection|MediaStream|mediaDevices|getUserMedia|getTracks|Transceiver|DataChannel/);
});
