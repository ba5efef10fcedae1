// @ts-check
// The page's entry: makes the parts and ties them together. The wasm, the socket and the seat are got at the same time.

import createDuet from 'duet-wasm';
import { io, WebSocket as WebSocketTransport, XHR as PollingTransport } from 'socket.io-client';
import { readAddress } from './address.js';
import { createHost } from './host.js';
import { takeSeat } from './seat.js';
import { createSignaling, takingOver } from './signaling.js';
import { createView } from './view.js';

const seatTaken = takeSeat();
let joins = 0; // a Leave while the seat is still being taken calls the Join off

/**
 * @param {string} room
 * @param {string} name
 */
async function join(room, name) {
  const turn = ++joins;
  const { seat, page } = await seatTaken;
  if (turn === joins) host.post({ type: 'join', room, name, seat, page });
  setTimeout(() => getRecorder().catch(() => {}), 2000); // when the record is wanted, the server may be out of reach
}

function leave() {
  ++joins;
  host.post({ type: 'leave' });
}

/** @param {'microphone' | 'camera'} kind */
function switcher(kind) {
  return (/** @type {boolean} */ on) => host.post({ type: 'switch', kind, on });
}

const getRecorder = () => import('./lazy/record.js');
const log = async () => (await getRecorder()).redact(host.text());

const view = createView(document, {
  show: (room) => host.post({ type: 'show', room }),
  note: (text) => host.note(text),
  join,
  leave,
  setMicrophone: switcher('microphone'),
  setCamera: switcher('camera'),
  save: async () => (await getRecorder()).save(host.text()),
  reload: () => location.reload(),
});

const host = createHost({ view, onCrash });

/** @param {unknown} error */
function onCrash(error) {
  console.error(error);
  view.crashed();
}

function signalingAddress() {
  const meta = document.querySelector('meta[name="duet-signaling"]');
  return meta?.getAttribute('content') ?? '';
}

/** @param {unknown} error what emscripten made of it: the first cause is only in the text */
function reasonOf(error) {
  if (typeof WebAssembly !== 'object') return 'old';
  return /CompileError/.test(String(error)) ? 'blocked' : 'load';
}

// A browser lists its devices before it opens one, which takes time that the other one would wait for. It lists them once, and asks nobody.
function listDevices() {
  if (joins === 0) navigator.mediaDevices?.enumerateDevices().catch(() => {});
}

async function start() {
  if (document.body.dataset.stopped !== undefined) return; // file.js has said why
  if (!('RTCPeerConnection' in window)) {
    view.unsupported('webrtc');
    return;
  }
  const early = window.duetEarly;
  const transports = [takingOver(WebSocketTransport, early), PollingTransport];
  const signaling = createSignaling(io, { address: signalingAddress(), page: location.href, post: host.post, transports, room: early?.room });
  try {
    const wasm = await createDuet({ host: host.functions(signaling) });
    view.render(wasm.snapshot());
    host.attach(wasm);
    setTimeout(listDevices, 300); // not while the page is still getting ready
  } catch (error) {
    console.error(error);
    signaling.close();
    view.unsupported(reasonOf(error));
  }
}

function onAddressChanged() {
  const phase = host.snapshot()?.phase ?? 'idle';
  // An invitation was opened in this tab. A call that is on is not disturbed.
  if (phase === 'idle' || phase === 'ended') view.fill(readAddress(location, history));
}

function onNetworkChanged() {
  host.post({ type: 'network' });
}

addEventListener('pagehide', leave);
addEventListener('online', onNetworkChanged);
/** @type {any} */ (navigator).connection?.addEventListener('change', onNetworkChanged);
addEventListener('hashchange', onAddressChanged);
Object.assign(window, { duet: { snapshot: host.snapshot, log } });
view.fill(readAddress(location, history));
start();
