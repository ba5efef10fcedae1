// @ts-check
// Shows a snapshot of the call and passes on what the person presses. It decides nothing about the call.

import { isLoopback } from './address.js';
import {
  crashSentence,
  isBroken,
  mediaNotice,
  missingOwnPicture,
  missingPicture,
  missingSound,
  sentenceFor,
  sentences,
  titleFor,
} from './sentences.js';

/** @import { Device, Snapshot } from './sentences.js' */

const IN_ROOM = ['joining', 'waiting', 'connecting', 'connected', 'reconnecting'];
const COPIED_FOR = 2000; // ms that 'Copied' stays

/**
 * The names in a sentence stand between U+2068 and U+2069 and become <bdi>. Unchanged text is not written again: a live
 * region would be read out twice.
 * @param {Element} element
 * @param {string} sentence
 */
function say(element, sentence) {
  const parts = sentence.split(/[\u2068\u2069]/);
  if (element.textContent === parts.join('')) return;
  element.replaceChildren(
    ...parts.map((part, index) => {
      if (index % 2 === 0) return part;
      const name = element.ownerDocument.createElement('bdi');
      name.textContent = part;
      return name;
    }),
  );
}

/** @param {Device} device */
function isOn(device) {
  return device.on && !isBroken(device.state);
}

/**
 * `join` may return a promise; Join cannot be pressed again before it settles. A press that comes before the first
 * render() is kept and passed on after it.
 * @param {Document} document
 * @param {{show(room: string): void, note(text: string): void, join(room: string, name: string): unknown, leave(): void,
 *   setMicrophone(on: boolean): void, setCamera(on: boolean): void, save(): Promise<void>, reload(): void}} actions
 */
export function createView(document, actions) {
  /** @type {(id: string) => any} */
  const find = (id) => document.getElementById(id);
  const { body, location } = document;
  const local = find('local');
  const remote = find('remote');
  /** @type {HTMLVideoElement} */
  const localVideo = find('localVideo');
  /** @type {HTMLVideoElement} */
  const remoteVideo = find('remoteVideo');
  /** @type {HTMLButtonElement} */
  const join = find('join');
  const status = find('status');
  const link = find('link');
  const copy = find('copy');
  const save = find('save');
  const sound = find('sound');
  const onLoopback = isLoopback(location.hostname);

  /** @type {Snapshot | null} */
  let shown = null;
  let joinPressed = false;
  let over = false;

  /** @param {string} phase */
  function mayJoin(phase) {
    return !over && !joinPressed && (phase === 'idle' || phase === 'ended');
  }

  async function passOnJoin() {
    try {
      await actions.join(find('room').value.trim(), find('name').value.trim());
    } finally {
      joinPressed = false;
      join.disabled = !mayJoin(shown?.phase ?? 'idle');
    }
  }

  /** Whoever waits in that room can be prepared for. In one with an impossible name nobody does. */
  function passOnRoom() {
    const room = find('room').value.trim();
    if (/^[\w-]{1,64}$/.test(room)) actions.show(room);
  }

  /** @param {Event} event */
  function onSubmit(event) {
    event.preventDefault();
    if (join.disabled) return;
    joinPressed = join.disabled = true;
    if (shown) passOnJoin();
  }

  /**
   * @param {Element} tile
   * @param {string} name
   * @param {string} sentence
   */
  function label(tile, name, sentence) {
    say(/** @type {Element} */ (tile.querySelector('.avatar bdi')), Array.from(name.trim())[0] ?? '');
    say(/** @type {Element} */ (tile.querySelector('.placeholder p')), sentence);
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {Device} device
   */
  function showSwitch(button, device) {
    button.disabled = false;
    button.ariaPressed = String(isOn(device));
    button.title = `${button.ariaLabel} ${isOn(device) ? 'on' : 'off'}`;
  }

  // An element that is about to vanish must not take the keyboard's place in the page with it. The status line takes it,
  // not a button: Enter still held down would press that.
  /** @param {any} focused what had it before the page changed */
  function keepFocus(focused) {
    if (focused && focused !== body && !focused.offsetParent) status.focus();
  }

  function showRemotePicture() {
    const hasPicture = remoteVideo.videoWidth > 0 && remoteVideo.readyState > 1;
    const isOff = shown?.peer?.devices?.camera === false;
    remote.classList.toggle('picture', hasPicture && !isOff);
  }

  /** @param {Snapshot} snapshot */
  function render(snapshot) {
    if (over) return;
    const isFirst = !shown;
    const focused = document.activeElement;
    shown = snapshot;
    const { phase, peer, microphone, camera, room, name } = snapshot;
    const inRoom = IN_ROOM.includes(phase);

    body.dataset.phase = phase;
    body.classList.toggle('inRoom', inRoom);
    document.title = titleFor(snapshot);
    say(status, sentenceFor(snapshot));
    const notice = inRoom ? mediaNotice(microphone.state, camera.state) : '';
    say(find('notice'), notice);
    find('notice').hidden = !notice;
    find('notice').classList.toggle('problem', isBroken(microphone.state) || isBroken(camera.state));

    find('form').hidden = inRoom;
    join.hidden = inRoom;
    join.disabled = !mayJoin(phase);
    join.textContent = phase === 'ended' ? 'Join again' : 'Join';
    find('leave').hidden = !inRoom;
    showSwitch(find('mic'), microphone);
    showSwitch(find('camera'), camera);

    save.hidden = phase === 'idle';
    find('invite').hidden = phase !== 'waiting';
    link.value = `${location.origin}${location.pathname}#room=${encodeURIComponent(room)}`;
    find('hint').hidden = !onLoopback || (phase !== 'idle' && phase !== 'waiting');

    label(remote, peer?.name ?? '', missingPicture(snapshot));
    const silence = missingSound(snapshot);
    say(find('muted'), silence);
    find('muted').hidden = !silence;
    showRemotePicture();
    label(local, name, missingOwnPicture(camera));
    local.classList.toggle('picture', camera.state === 'live' && camera.on);

    keepFocus(focused);
    if (isFirst && joinPressed) queueMicrotask(passOnJoin);
  }

  async function play() {
    try {
      await remoteVideo.play();
      sound.hidden = true;
    } catch (error) {
      // Any other error means that the stream was replaced meanwhile.
      if (/** @type {Error} */ (error).name === 'NotAllowedError') sound.hidden = false;
    }
  }

  /**
   * @param {'local' | 'remote'} which
   * @param {MediaStream | null} stream
   */
  function show(which, stream) {
    const video = which === 'local' ? localVideo : remoteVideo;
    if (video.srcObject === stream) return;
    video.srcObject = stream;
    if (which === 'local') return;
    sound.hidden = true;
    if (stream) play();
    remoteVideo.requestVideoFrameCallback?.(() => remoteVideo.srcObject === stream && actions.note('first frame'));
    showRemotePicture();
  }

  /** @param {string} sentence */
  function end(sentence) {
    over = true;
    body.dataset.phase = 'ended';
    body.dataset.stopped = '';
    body.classList.remove('inRoom');
    document.title = 'Duet';
    join.disabled = true;
    find('notice').hidden = find('hint').hidden = true;
    say(status, sentence);
  }

  function crashed() {
    end(crashSentence);
    find('reload').hidden = false;
    find('reload').focus();
  }

  /** @param {'old' | 'blocked' | 'webrtc' | 'load'} reason one of the data-problem sentences of index.html */
  function unsupported(reason) {
    end('');
    const problem = body.querySelector(`[data-problem="${reason}"]`) ?? body.querySelector('[data-problem="old"]');
    /** @type {HTMLElement} */ (problem).hidden = false;
  }

  /** @param {{room?: string, name?: string}} fields */
  function fill({ room, name }) {
    if (room !== undefined) find('room').value = room;
    if (name !== undefined) find('name').value = name;
    passOnRoom();
  }

  async function copyLink() {
    link.select();
    try {
      await navigator.clipboard.writeText(link.value);
      copy.textContent = 'Copied';
    } catch {
      // No clipboard on plain http, or not allowed: the link is selected, to be copied by hand.
      copy.textContent = 'Selected';
    }
    setTimeout(() => (copy.textContent = 'Copy'), COPIED_FOR);
  }

  async function saveRecord() {
    save.textContent = await actions.save().then(
      () => 'Record saved. Save it again',
      () => 'The server cannot be reached, so nothing was saved. Try again later.',
    );
  }

  find('form').addEventListener('submit', onSubmit);
  find('room').addEventListener('change', passOnRoom);
  find('leave').addEventListener('click', () => actions.leave());
  find('mic').addEventListener('click', () => shown && actions.setMicrophone(!isOn(shown.microphone)));
  find('camera').addEventListener('click', () => shown && actions.setCamera(!isOn(shown.camera)));
  save.addEventListener('click', saveRecord);
  find('reload').addEventListener('click', () => actions.reload());
  copy.addEventListener('click', copyLink);
  link.addEventListener('focus', () => link.select());
  sound.addEventListener('click', play);
  for (const type of ['loadeddata', 'playing', 'resize', 'emptied']) {
    remoteVideo.addEventListener(type, showRemotePicture);
  }
  remoteVideo.addEventListener('playing', () => (sound.hidden = true));
  find('localOnly').hidden = !onLoopback;
  if (body.dataset.stopped === undefined) {
    say(status, sentences['idle/none'](/** @type {any} */ (null)));
    find('hint').hidden = !onLoopback;
    join.disabled = false;
  }

  return { render, show, crashed, unsupported, fill };
}
