// @ts-check
// When the other one's sound and picture are played: in a fake <video>, in virtual time.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { beforeEach, mock, test } from 'node:test';
import { createPlayback } from '../../web/playback.js';

class Track extends EventTarget {
  muted = true;

  /** @param {string} kind */
  constructor(kind) {
    super();
    this.kind = kind;
  }

  unmute() {
    this.muted = false;
    this.dispatchEvent(new Event('unmute'));
  }
}

class Stream {
  /** @param {Track[]} tracks */
  constructor(tracks) {
    this.tracks = tracks;
  }

  getAudioTracks = () => this.tracks.filter(({ kind }) => kind === 'audio');
  getVideoTracks = () => this.tracks.filter(({ kind }) => kind === 'video');
}

class Video extends EventTarget {
  /** @type {any} */
  srcObject = null;
  /** @type {Error | null} */
  refusal = null;
  /** @type {(() => void)[]} */
  frames = [];

  async play() {
    if (this.refusal) throw this.refusal;
  }

  /** @param {() => void} callback */
  requestVideoFrameCallback(callback) {
    this.frames.push(callback);
  }
}

/** @type {Video} */
let video;
/** @type {any[]} */
let told;
/** @type {any} */
let playback;
/** @type {Track} */
let sound;
/** @type {Track} */
let picture;
/** @type {any} */
let stream;

mock.timers.enable({ apis: ['setTimeout'] });
Object.assign(globalThis, { MediaStream: Stream });

beforeEach(() => {
  video = new Video();
  told = [];
  playback = createPlayback(/** @type {any} */ (video), {
    blocked: (isBlocked) => told.push(isBlocked),
    firstFrame: () => told.push('frame'),
  });
  sound = new Track('audio');
  picture = new Track('video');
  stream = new Stream([sound, picture]);
});

const kinds = () => video.srcObject.tracks.map((/** @type {Track} */ track) => track.kind);

test('sound and picture are played as they come, and the player is never made anew', () => {
  playback.show(stream);
  assert.equal(video.srcObject, stream);
  sound.unmute();
  mock.timers.tick(900);
  picture.unmute();
  mock.timers.tick(60_000);
  assert.equal(video.srcObject, stream);
});

test('whoever sends no picture is heard all the same', () => {
  playback.show(stream);
  mock.timers.tick(60_000);
  assert.equal(video.srcObject, stream, 'nothing has come at all');
  sound.unmute();
  mock.timers.tick(999);
  assert.equal(video.srcObject, stream);
  mock.timers.tick(1);
  assert.deepEqual(kinds(), ['audio']);
});

test('sound that was there first is not waited for', () => {
  sound.muted = false;
  playback.show(stream);
  mock.timers.tick(1000);
  assert.deepEqual(kinds(), ['audio']);
});

test('a picture that comes before the sound stays', () => {
  playback.show(stream);
  picture.unmute();
  sound.unmute();
  mock.timers.tick(60_000);
  assert.equal(video.srcObject, stream);
});

test('sound that pauses is waited with once', () => {
  playback.show(stream);
  sound.unmute();
  mock.timers.tick(900);
  sound.unmute();
  mock.timers.tick(900);
  assert.equal(video.srcObject, stream);
  mock.timers.tick(100);
  assert.deepEqual(kinds(), ['audio']);
});

test('a picture that comes late is shown', () => {
  playback.show(stream);
  sound.unmute();
  mock.timers.tick(1000);
  picture.unmute();
  assert.equal(video.srcObject, stream);
});

test('a track that comes later counts', () => {
  stream.tracks = [sound];
  playback.show(stream);
  stream.tracks = [sound, picture];
  playback.show(stream);
  sound.unmute();
  mock.timers.tick(1000);
  assert.deepEqual(kinds(), ['audio']);
});

test('nothing is left of a stream that is over', () => {
  playback.show(stream);
  sound.unmute();
  playback.show(null);
  mock.timers.tick(60_000);
  picture.unmute();
  assert.equal(video.srcObject, null);
  for (const track of [sound, picture]) assert.deepEqual(getEventListeners(track, 'unmute'), []);
});

test('the first frame is told of the stream that is played', () => {
  playback.show(stream);
  const [ofStream] = video.frames;
  playback.show(null);
  ofStream();
  assert.ok(!told.includes('frame'));
  playback.show(stream);
  video.frames[1]();
  assert.ok(told.includes('frame'));
});

test('a browser that plays no sound before something was pressed is told of, and of nothing else that fails', async () => {
  video.refusal = Object.assign(new Error(), { name: 'AbortError' });
  await playback.play();
  assert.deepEqual(told, []);
  video.refusal = Object.assign(new Error(), { name: 'NotAllowedError' });
  await playback.play();
  assert.deepEqual(told, [true]);
  video.refusal = null;
  await playback.play();
  assert.deepEqual(told, [true, false]);
});
