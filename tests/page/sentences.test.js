// @ts-check
// Walks both tables of web/sentences.js from end to end.
import assert from 'node:assert/strict';
import test from 'node:test';

import {
  isBroken,
  mediaNotice,
  missingOwnPicture,
  missingPicture,
  missingSound,
  sentenceFor,
  sentences,
  titleFor,
} from '../../web/sentences.js';

/** @import { DeviceState, Snapshot } from '../../web/sentences.js' */

// IsPossible() of src/core/phase.h.
const POSSIBLE = {
  idle: ['none'],
  joining: ['none', 'serverUnreachable'],
  waiting: ['none', 'peerLeft', 'peerVanished', 'serverUnreachable'],
  connecting: ['none', 'retrying', 'serverUnreachable'],
  connected: ['none', 'serverUnreachable'],
  reconnecting: ['pathLost', 'retrying', 'serverUnreachable'],
  ended: ['left', 'roomFull', 'badRoom', 'serverRefused', 'connectFailed', 'connectionLost', 'browserRefused'],
};
const PAIRS = Object.entries(POSSIBLE).flatMap(([phase, causes]) => causes.map((cause) => ({ phase, cause })));

/** @type {DeviceState[]} */
const STATES = ['off', 'asking', 'live', 'refused', 'missing', 'busy', 'unsupported', 'ended'];
/** @type {DeviceState[]} */
const BROKEN = ['refused', 'missing', 'busy', 'unsupported', 'ended'];

/** @returns {Snapshot} */
function snapshot(changes = {}) {
  return {
    phase: 'idle',
    cause: 'none',
    room: '1234',
    name: '',
    peer: null,
    microphone: { state: 'live', on: true },
    camera: { state: 'live', on: true },
    serverReachable: true,
    ...changes,
  };
}

/** @param {string} name */
function peer(name, devices = /** @type {null | {microphone: boolean, camera: boolean}} */ (null)) {
  return { name, duet: true, devices };
}

/** @param {string} sentence */
function assertIsSentence(sentence) {
  assert.match(sentence, /^[\p{Lu}\u2068].*[.…]$/u);
  assert.doesNotMatch(sentence, /undefined|null|\s{2}|\[object/);
  assert.ok(sentence.length < 260, `too long: ${sentence}`);
}

test('there is a sentence for each possible phase and cause, and for no other', () => {
  assert.deepEqual(Object.keys(sentences).sort(), PAIRS.map(({ phase, cause }) => `${phase}/${cause}`).sort());
});

test('each sentence stands whether the other one is known, named, unnamed, or not there', () => {
  for (const pair of PAIRS) {
    for (const who of [null, peer(''), peer('Bob')]) {
      assertIsSentence(sentenceFor(snapshot({ ...pair, peer: who })));
      assert.match(titleFor(snapshot({ ...pair, peer: who })), /^(.+ – )?Duet$/);
    }
  }
});

test('no two causes of one phase say the same', () => {
  for (const [phase, causes] of Object.entries(POSSIBLE)) {
    const said = causes.map((cause) => sentenceFor(snapshot({ phase, cause, peer: peer('Bob') })));
    assert.equal(new Set(said).size, causes.length);
  }
});

test('an unreachable server is always mentioned', () => {
  for (const pair of PAIRS.filter(({ cause }) => cause === 'serverUnreachable')) {
    assert.match(sentenceFor(snapshot(pair)), /server/);
  }
});

test('only a connected call says that there is one', () => {
  for (const pair of PAIRS) {
    const said = sentenceFor(snapshot({ ...pair, peer: peer('Bob') }));
    assert.equal(/^In a call/.test(said), pair.phase === 'connected', said);
  }
});

test('a name that turns the text around it is kept apart', () => {
  const said = sentenceFor(snapshot({ phase: 'connected', peer: peer('\u202eevil\u2069\u2068 <b>') }));
  assert.equal(said, 'In a call with \u2068evil <b>\u2069.');
  assert.equal(titleFor(snapshot({ phase: 'connected', peer: peer('\u202eBob') })), 'In call with Bob – Duet');
});

test('a long name is cut so that the sentence around it can be read', () => {
  const said = sentenceFor(snapshot({ phase: 'connected', peer: peer('🎻'.repeat(64)) }));
  assert.equal(said, `In a call with \u2068${'🎻'.repeat(23)}…\u2069.`);
});

test('a name of nothing but direction marks and spaces is no name', () => {
  assert.equal(
    sentenceFor(snapshot({ phase: 'connected', peer: peer(' \u202e\u2066 ') })),
    'In a call with the other person.',
  );
});

test('every pair of device states has a notice exactly if something is missing', () => {
  for (const microphone of STATES) {
    for (const camera of STATES) {
      const notice = mediaNotice(microphone, camera);
      const isQuiet = [microphone, camera].every((state) => state === 'off' || state === 'live');
      assert.equal(notice === '', isQuiet, `${microphone}, ${camera}`);
      if (notice) assertIsSentence(notice);
      assert.equal(/heard|listen only/.test(notice), BROKEN.includes(microphone), notice);
      assert.equal(/seen|watch and listen only/.test(notice), BROKEN.includes(camera), notice);
      assert.equal(/Waiting/.test(notice), [microphone, camera].includes('asking'), notice);
    }
  }
});

test('a notice tells what a person can do', () => {
  const remedies = { refused: /Allow/, missing: /Connect/, busy: /Close/, unsupported: /https/, ended: /Connect/ };
  for (const [state, remedy] of Object.entries(remedies)) {
    const broken = /** @type {DeviceState} */ (state);
    assert.match(mediaNotice(broken, 'live'), remedy);
    assert.match(mediaNotice('live', broken), remedy);
    assert.match(mediaNotice(broken, broken), remedy);
  }
});

test('broken is what a press on the button tries again', () => {
  assert.deepEqual(STATES.filter(isBroken), BROKEN);
});

test('what stands in place of a picture says why as far as it is known', () => {
  const connected = snapshot({ phase: 'connected' });
  const bob = (/** @type {boolean} */ microphone, /** @type {boolean} */ camera) =>
    snapshot({ phase: 'connected', peer: peer('Bob', { microphone, camera }) });
  assert.equal(missingPicture({ ...connected, peer: peer('Bob') }), 'No picture from \u2068Bob\u2069');
  assert.equal(missingPicture(bob(true, false)), '\u2068Bob\u2069’s camera is off');
  assert.equal(missingPicture(snapshot({ phase: 'connecting', peer: peer('Bob') })), '');
  assert.equal(missingSound({ ...connected, peer: peer('Bob') }), '');
  assert.equal(missingSound(bob(true, true)), '');
  assert.equal(missingSound(bob(false, true)), '\u2068Bob\u2069’s microphone is off');
  for (const state of STATES) {
    for (const on of [true, false]) {
      assert.equal(missingOwnPicture({ state, on }) === '', state === 'live' && on, `${state}, ${on}`);
    }
  }
});
