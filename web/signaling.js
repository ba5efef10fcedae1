// @ts-check
// The bridge to socket.io: events of the server in, messages out, each payload as one JSON text.

import { isLoopback } from './address.js';

const RETRY_AFTER_REFUSAL = 1000; // ms
const MAX_MESSAGE = 64 * 1024; // bytes; a larger one is told as ''

/** @import { PostedEvent, Signaling } from './host.js' */

/**
 * A server of the tutorial's kind on another local port sends and wants cookies; nobody else gets any.
 * @param {string} address '' is the page's own server
 * @param {string} page
 */
function needsCredentials(address, page) {
  if (!address) return false;
  const server = new URL(address, page);
  return server.origin !== new URL(page).origin && isLoopback(server.hostname);
}

/** @param {unknown} payload */
function textOf(payload) {
  const text = JSON.stringify(payload === undefined ? null : payload);
  // A UTF-16 unit is three bytes of UTF-8 at most, and few texts are near the limit.
  const isLarge = text.length * 3 > MAX_MESSAGE && new TextEncoder().encode(text).length > MAX_MESSAGE;
  return isLarge ? '' : text;
}

/**
 * Connects at once: whoever presses Join later waits for one round trip less.
 * @param {typeof import('socket.io-client').io} io
 * @param {{address: string, page: string, post: (event: PostedEvent) => void}} options
 * @returns {Signaling}
 */
export function createSignaling(io, { address, page, post }) {
  const socket = io(address ? new URL(address, page).href : new URL(page).origin, {
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    withCredentials: needsCredentials(address, page),
    reconnectionDelay: 200,
    reconnectionDelayMax: 5000,
    randomizationFactor: 0.5,
    timeout: 5000,
  });

  function onConnect() {
    post({ type: 'signalingConnected', id: socket.id });
  }

  function onLost() {
    // socket.io would send it ahead of the next `connect`, as another person's or another call's words.
    socket.sendBuffer = [];
    post({ type: 'signalingLost' });
    // It gives up by itself only when the server turned us away.
    if (!socket.active) setTimeout(() => socket.connect(), RETRY_AFTER_REFUSAL);
  }

  socket.on('connect', onConnect);
  socket.on('disconnect', onLost);
  socket.on('connect_error', onLost);
  socket.onAny((name, payload) => post({ type: 'message', name, json: textOf(payload) }));

  return {
    open() {
      if (!socket.connected) socket.connect();
    },
    join(op, json) {
      if (!socket.connected) return;
      socket.emit('join', JSON.parse(json), (/** @type {unknown} */ answer) =>
        post({ type: 'joinAnswered', op, json: textOf(answer) }),
      );
    },
    send(name, json) {
      if (socket.connected) socket.emit(name, JSON.parse(json));
    },
  };
}
