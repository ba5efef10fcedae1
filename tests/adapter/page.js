// @ts-check
// The compiled call that ships, on web/host.js and a fake browser, with a page and a socket that only write down.

import { readFile } from 'node:fs/promises';
import { createHost } from '../../web/host.js';
import { FakePeerConnection, FakeStream, FakeTrack, installBrowser, settled } from '../support/fake_browser.js';
import { hashOf } from '../support/fnv.js';

/** @import { Snapshot } from '../../web/sentences.js' */

const BUILD = new URL(process.env.DUET_WASM ?? '../../build/wasm/', import.meta.url);
const { default: createDuet } = await import(new URL('duet.mjs', BUILD).href);
const wasmBinary = await readFile(new URL('duet.wasm', BUILD));

export const ROOM = 'lab';
export const ME = 'AAAAAAAAAAAAAAAAAAAAAA';
export const PEER = 'BBBBBBBBBBBBBBBBBBBBBB';
export const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 0.0.0.0',
  's=-',
  't=0 0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=ice-ufrag:ufrg',
  '',
].join('\r\n');

export async function openPage() {
  const browser = installBrowser();
  const view = {
    /** @type {Snapshot[]} */
    rendered: [],
    /** @type {Record<string, any>} */
    shown: {},
    /** @type {string[]} */
    shows: [],
    /** @type {((snapshot: Snapshot) => void) | null} */
    onRender: null,
    render(/** @type {Snapshot} */ snapshot) {
      this.rendered.push(snapshot);
      this.onRender?.(snapshot);
    },
    show(/** @type {string} */ which, /** @type {any} */ stream) {
      this.shown[which] = stream;
      this.shows.push(`${which} ${stream ? 'stream' : stream}`);
    },
  };
  const signaling = {
    /** @type {string[]} */
    calls: [],
    /** @type {{op: number, payload: any}[]} */
    joins: [],
    /** @type {{name: string, payload: any}[]} */
    sent: [],
    open() {
      this.calls.push('open');
    },
    join(/** @type {number} */ op, /** @type {string} */ json) {
      this.calls.push('join');
      this.joins.push({ op, payload: JSON.parse(json) });
    },
    send(/** @type {string} */ name, /** @type {string} */ json) {
      this.calls.push(name);
      this.sent.push({ name, payload: JSON.parse(json) });
    },
    close() {
      this.calls.push('close');
    },
  };
  /** @type {unknown[]} */
  const crashes = [];
  const host = createHost({ view, onCrash: (error) => crashes.push(error) });
  const functions = host.functions(signaling);
  let kept = 0;
  const { keep } = functions;
  functions.keep = (object, method) => {
    ++kept;
    const { release } = keep(object, method);
    return { release: () => (--kept, release()) };
  };
  const wasm = await createDuet({ host: functions, wasmBinary });
  host.attach(wasm);

  const page = {
    browser,
    view,
    signaling,
    host,
    functions,
    wasm,
    crashes,
    close: browser.restore,
    kept: () => kept,
    /** @returns {any} */
    snapshot: () => wasm.snapshot(),
    lines: () => host.text().split('\n'),
    /** What happened and what was ordered, in order, without time and facts. */
    story: () => page.lines().map((line) => line.replace(/^\d+ ([<>]) \["(\w+)".*/, '$1 $2')),
    connections: () => FakePeerConnection.all,

    join(room = ROOM) {
      host.post({ type: 'join', room, name: 'Ann', seat: 'SSSSSSSSSSSSSSSSSSSSSS', page: ME });
    },
    connect() {
      host.post({ type: 'signalingConnected', id: 'socket1' });
    },
    /** @param {object | null} peer */
    admit(peer = null) {
      const { op } = signaling.joins[signaling.joins.length - 1];
      host.post({ type: 'joinAnswered', op, json: JSON.stringify({ ok: true, id: ME, peer }) });
    },
    /** In the room, and offering to a Duet that is there. */
    meet() {
      page.join();
      page.connect();
      page.admit({ id: PEER, name: 'Bob', v: 1 });
      return FakePeerConnection.all[FakePeerConnection.all.length - 1];
    },
    /**
     * @param {string} name
     * @param {object} payload
     */
    hear(name, payload) {
      host.post({ type: 'message', name, json: JSON.stringify(payload) });
    },
    /** The other side's stamp on the present leg, or on one of its own. */
    stamp(leg = signaling.sent.filter(({ name }) => name === 'offer').at(-1)?.payload.leg ?? 'theirs-1') {
      return { v: 1, from: PEER, to: ME, leg, offer: 1, room: hashOf(ROOM) };
    },
    /** From the offer to an open channel. */
    async establish() {
      const connection = page.meet();
      connection.localDescription = { type: 'offer', sdp: SDP };
      connection.promises.take('setLocalDescription').resolve();
      await settled();
      page.hear('getAnswer', { type: 'answer', sdp: SDP, ...page.stamp() });
      connection.promises.take('setRemoteDescription').resolve();
      await settled();
      connection.become('connected');
      connection.channels[0].fire('open');
      return connection;
    },
    /**
     * Every sender gets its track.
     * @param {FakePeerConnection} connection
     */
    async attach(connection) {
      while (connection.promises.pending.some(({ method }) => method === 'replaceTrack')) connection.promises.take('replaceTrack').resolve();
      await settled();
    },
    /** Both devices are given. */
    async grant() {
      const tracks = [new FakeTrack('audio'), new FakeTrack('video')];
      browser.media.take('getUserMedia').resolve(new FakeStream(tracks));
      await settled();
      return tracks;
    },
  };
  return page;
}
