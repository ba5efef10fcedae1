// @ts-check
// Shows a snapshot of the call and passes on what the person presses. It decides nothing about the call.

import { isLoopback } from './address.js';
import { createPlayback } from './playback.js';
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
const ABOUT_TO_MEET = ['joining', 'waiting'];
const ABOUT_TO_JOIN = ['idle', 'ended'];
const LONGEST_BLINK = 400; // ms
const LONGEST_FRAME = 100; // ms; a page that is in the background is given no frames
const TITLE_PAUSE = 1000; // ms
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
  /** @type {MediaStream | null} from the other side */
  let received = null;
  /** @type {MediaStream | null} */
  let played = null;
  let isSeen = false; // a frame of it
  let pendingDraw = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let heldDraw;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let titleTimer;
  let joinPressed = false;
  let over = false;

  const playback = createPlayback(remoteVideo, {
    blocked: (isBlocked) => (sound.hidden = !isBlocked),
    firstFrame() {
      actions.note('first frame');
      isSeen = true;
      if (heldDraw) drawSoon();
    },
  });

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
    remote.classList.toggle('off', isOff);
    remote.classList.toggle('picture', hasPicture && !isOff);
  }

  // A connection that is prepared before Join has a stream already, but no browser plays sound before something was pressed. And to
  // open the loudspeaker while the microphone is being opened would delay both.
  function streamToShow() {
    if (!shown || !IN_ROOM.includes(shown.phase)) return null;
    const isOpening = shown.microphone.state === 'asking' && shown.phase !== 'connected';
    return isOpening && !played ? null : received;
  }

  /** @param {boolean} [hasNewTrack] though it may be the same stream */
  function showRemote(hasNewTrack) {
    const stream = streamToShow();
    if (stream !== played) isSeen = false;
    if (stream !== played || hasNewTrack) playback.show(stream);
    played = stream;
    showRemotePicture();
  }

  // At once, or a second press could undo the first.
  function showSwitches() {
    if (!shown) return;
    showSwitch(find('mic'), shown.microphone);
    showSwitch(find('camera'), shown.camera);
  }

  /**
   * The rest of the page is written with the browser's next frame: several snapshots go into one, and no call waits for it.
   * @param {Snapshot} snapshot
   */
  function render(snapshot) {
    const isFirst = !shown;
    shown = snapshot;
    showRemote();
    showSwitches();
    if (isFirst) draw();
    else drawSoon();
    if (isFirst && joinPressed) queueMicrotask(passOnJoin);
  }

  // Between the other one's coming and the first picture lies a blink, and so it does after Join if the connection is prepared. The page is
  // not rearranged twice in it, which nobody could follow, and which would keep the picture waiting.
  function isAboutToSee() {
    if (!shown || isSeen || shown.peer?.devices?.camera === false) return false;
    const { phase } = shown;
    const drawn = String(body.dataset.phase);
    const isPrepared = ABOUT_TO_JOIN.includes(drawn) && received !== null;
    if (phase === 'joining') return isPrepared;
    return (phase === 'connecting' || phase === 'connected') && (isPrepared || ABOUT_TO_MEET.includes(drawn));
  }

  function drawSoon() {
    if (isAboutToSee()) {
      heldDraw ??= setTimeout(draw, LONGEST_BLINK);
    } else if (!pendingDraw) {
      pendingDraw = true;
      const once = () => pendingDraw && draw();
      requestAnimationFrame(once);
      setTimeout(once, LONGEST_FRAME);
    }
  }

  // Each new title costs a browser more than all the rest of the page, and nobody reads one that is replaced at once.
  /** @param {string} title */
  function entitle(title) {
    clearTimeout(titleTimer);
    titleTimer = setTimeout(() => (document.title = title), TITLE_PAUSE);
  }

  function draw() {
    pendingDraw = false;
    clearTimeout(heldDraw);
    heldDraw = undefined;
    if (over || !shown) return;
    const focused = document.activeElement;
    const { phase, peer, microphone, camera, room, name } = shown;
    const inRoom = IN_ROOM.includes(phase);

    body.dataset.phase = phase;
    body.classList.toggle('inRoom', inRoom);
    entitle(titleFor(shown));
    say(status, sentenceFor(shown));
    const notice = inRoom ? mediaNotice(microphone.state, camera.state) : '';
    say(find('notice'), notice);
    find('notice').hidden = !notice;
    find('notice').classList.toggle('problem', isBroken(microphone.state) || isBroken(camera.state));

    find('form').hidden = inRoom;
    join.hidden = inRoom;
    join.disabled = !mayJoin(phase);
    join.textContent = phase === 'ended' ? 'Join again' : 'Join';
    find('leave').hidden = !inRoom;
    save.hidden = phase === 'idle';
    find('invite').hidden = phase !== 'waiting';
    link.value = `${location.origin}${location.pathname}#room=${encodeURIComponent(room)}`;
    find('hint').hidden = !onLoopback || (phase !== 'idle' && phase !== 'waiting');

    label(remote, peer?.name ?? '', missingPicture(shown));
    const silence = missingSound(shown);
    say(find('muted'), silence);
    find('muted').hidden = !silence;
    showRemotePicture();
    label(local, name, missingOwnPicture(camera));
    const isFilmed = camera.state === 'live' && camera.on;
    local.classList.toggle('off', !isFilmed);
    local.classList.toggle('picture', isFilmed);

    keepFocus(focused);
  }

  /**
   * @param {'local' | 'remote'} which
   * @param {MediaStream | null} stream
   */
  function show(which, stream) {
    if (which === 'remote') {
      received = stream;
      showRemote(true);
    } else if (localVideo.srcObject !== stream) {
      localVideo.srcObject = stream;
    }
  }

  /** @param {string} sentence */
  function end(sentence) {
    over = true;
    clearTimeout(titleTimer);
    body.dataset.phase = 'ended';
    body.dataset.stopped = '';
    body.classList.remove('inRoom');
    document.title = 'Duet';
    join.disabled = true;
    find('notice').hidden = find('hint').hidden = true;
    save.hidden = !shown || shown.phase === 'idle';
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
  sound.addEventListener('click', playback.play);
  for (const type of ['loadeddata', 'playing', 'resize', 'emptied']) {
    remoteVideo.addEventListener(type, showRemotePicture);
  }
  find('localOnly').hidden = !onLoopback;
  if (body.dataset.stopped === undefined) {
    say(status, sentences['idle/none'](/** @type {any} */ (null)));
    find('hint').hidden = !onLoopback;
    join.disabled = false;
  }

  return { render, show, crashed, unsupported, fill };
}
