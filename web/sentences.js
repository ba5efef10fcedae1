// @ts-check
// Everything that the page says about the call. One sentence for each pair of phase and cause that phase.h allows, and
// one for each pair of device states. A sentence says neither less nor more than is so.

/**
 * @typedef {'off' | 'asking' | 'live' | 'refused' | 'missing' | 'busy' | 'unsupported' | 'ended'} DeviceState
 * @typedef {{state: DeviceState, on: boolean}} Device
 * @typedef {{name: string, duet: boolean, devices: null | {microphone: boolean, camera: boolean}}} Peer
 * @typedef {{phase: string, cause: string, room: string, name: string, peer: Peer | null, microphone: Device,
 *   camera: Device, serverReachable: boolean}} Snapshot as src/core/phase.h defines it
 */

// A name stands between these two in a sentence, so that it cannot turn the words around it; the view makes a <bdi> of it.
const ISOLATE = '\u2068';
const END = '\u2069';
const DIRECTION_MARKS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const LONGEST_NAME = 24; // characters that leave room for the sentence around them on a phone

/** @param {Snapshot} snapshot */
function peerName({ peer }) {
  const name = Array.from(peer ? peer.name.replace(DIRECTION_MARKS, '').trim() : '');
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1).join('')}…` : name.join('');
}

/** @param {Snapshot} snapshot */
function other(snapshot) {
  const name = peerName(snapshot);
  return name ? ISOLATE + name + END : 'the other person';
}

/** @param {Snapshot} snapshot */
function Other(snapshot) {
  return other(snapshot).replace(/^the/, 'The');
}

/** @type {Record<string, (snapshot: Snapshot) => string>} */
export const sentences = {
  'idle/none': () => 'Your camera and microphone stay off until you press Join.',

  'joining/none': () => 'Joining…',
  'joining/serverUnreachable': () => 'The server cannot be reached or is busy. Still trying…',

  'waiting/none': () => 'Nobody else is here yet.',
  'waiting/peerLeft': (s) => `${Other(s)} left. You are still in the room.`,
  'waiting/peerVanished': (s) => `${Other(s)} dropped out. You are still in the room.`,
  'waiting/serverUnreachable': () => 'The server cannot be reached, so nobody can join you. Still trying…',

  'connecting/none': (s) => `Connecting to ${other(s)}…`,
  'connecting/retrying': (s) => `The first try failed. Connecting to ${other(s)} once more…`,
  'connecting/serverUnreachable': (s) => `Connecting to ${other(s)}, but the server cannot be reached. Still trying…`,

  'connected/none': (s) => `In a call with ${other(s)}.`,
  'connected/serverUnreachable': (s) => `In a call with ${other(s)}. The server is not available; the call goes on.`,

  'reconnecting/pathLost': (s) => `Nothing comes through from ${other(s)}. Waiting for the connection to return…`,
  'reconnecting/retrying': (s) => `The connection to ${other(s)} was lost. Making a new one…`,
  'reconnecting/serverUnreachable': (s) => `Cut off from ${other(s)} and from the server. Trying to reach the server…`,

  'ended/left': () => 'You left. Your camera and microphone are off.',
  'ended/roomFull': () => 'Two people are already in this room. Choose another one, or try again later.',
  'ended/badRoom': () => 'A room’s name is 1 to 64 letters, digits, - or _. Please change it.',
  'ended/serverRefused': () => 'The server did not let you in.',
  'ended/connectFailed': (s) => `No connection to ${other(s)} could be made. A different network may help.`,
  'ended/connectionLost': (s) => `The connection to ${other(s)} was lost and did not come back.`,
  'ended/browserRefused': () => 'Your browser refused to make a connection. A setting or an extension may block WebRTC.',
};

export const crashSentence = 'Duet broke down and stopped the call. Your camera and microphone are off.';

/** @param {Snapshot} snapshot */
export function sentenceFor(snapshot) {
  return sentences[`${snapshot.phase}/${snapshot.cause}`](snapshot);
}

/** @param {Snapshot} snapshot */
export function titleFor(snapshot) {
  const name = peerName(snapshot);
  const to = name && ` to ${name}`;
  const title = {
    joining: 'Joining',
    waiting: 'Waiting',
    connecting: `Connecting${to}`,
    connected: `In call${name && ` with ${name}`}`,
    reconnecting: `Reconnecting${to}`,
    ended: 'Ended',
  }[snapshot.phase];
  return title ? `${title} – Duet` : 'Duet';
}

// `it` is the device or both; `one` tells which; `button` is what to press afterwards.
/** @type {Record<string, (it: {both: boolean, name: string, button: string}) => string>} */
const problems = {
  refused: ({ name, button }) =>
    `the ${name} may not be used. Allow it with the camera icon in the address bar, then press ${button}.`,
  missing: ({ both, name, button }) =>
    `no ${both ? 'camera or microphone' : name} was found. Connect one, then press ${button}.`,
  busy: ({ both, name, button }) =>
    `the ${name} could not be started. Close other programs that use ${both ? 'them' : 'it'}, then press ${button}.`,
  unsupported: ({ both, name }) =>
    `this page gets no ${both ? 'camera or microphone' : name} here. That takes an https address or localhost.`,
  ended: ({ both, name, button }) =>
    `the ${name} stopped working. Connect ${both ? 'them' : 'it'} again, then press ${button}.`,
};

/** @param {DeviceState} state */
export function isBroken(state) {
  return state in problems;
}

const CAMERA = { both: false, name: 'camera', button: 'the camera button' };
const MICROPHONE = { both: false, name: 'microphone', button: 'the microphone button' };
const BOTH = { both: true, name: 'camera and microphone', button: 'their buttons' };

/**
 * What a person should know about the devices, and can do; '' if there is nothing.
 * @param {DeviceState} microphone
 * @param {DeviceState} camera
 */
export function mediaNotice(microphone, camera) {
  if (isBroken(microphone) && microphone === camera) {
    return `You can watch and listen only: ${problems[camera](BOTH)}`;
  }
  const parts = [];
  if (isBroken(camera)) parts.push(`You cannot be seen: ${problems[camera](CAMERA)}`);
  if (isBroken(microphone)) parts.push(`You cannot be heard: ${problems[microphone](MICROPHONE)}`);
  const awaited = [camera === 'asking' && 'camera', microphone === 'asking' && 'microphone'].filter(Boolean);
  if (awaited.length) parts.push(`Waiting for your ${awaited.join(' and ')}. If your browser asks, choose Allow.`);
  return parts.join(' ');
}

/**
 * What stands where the other one's picture would be.
 * @param {Snapshot} snapshot
 */
export function missingPicture(snapshot) {
  if (snapshot.phase !== 'connected') return '';
  if (snapshot.peer?.devices && !snapshot.peer.devices.camera) return `${Other(snapshot)}’s camera is off`;
  return `No picture from ${other(snapshot)}`;
}

/** @param {Snapshot} snapshot */
export function missingSound(snapshot) {
  const devices = snapshot.phase === 'connected' && snapshot.peer?.devices;
  return devices && !devices.microphone ? `${Other(snapshot)}’s microphone is off` : '';
}

/**
 * What stands where the own picture would be.
 * @param {Device} camera
 */
export function missingOwnPicture(camera) {
  if (isBroken(camera.state)) return 'No camera';
  if (!camera.on || camera.state === 'off') return 'Camera off';
  return camera.state === 'asking' ? 'Waiting for the camera…' : '';
}
