// @ts-check
// The bridge to socket.io: events of the server in, messages out, each payload as one JSON text.

import { isLoopback } from './address.js';

const FIRST_RETRY = 1000; // ms after the server turned us away; twice as long after each time that follows,
const LAST_RETRY = 20_000; // up to this
const OPEN = 1; // a WebSocket's readyState
const MAX_MESSAGE = 64 * 1024; // bytes; a larger one is told as ''

/**
 * @import { PostedEvent, Signaling } from './host.js'
 * @typedef {{socket: WebSocket, heard: MessageEvent[], room?: string}} EarlySocket that early.js has opened, what came on it so far, and the
 *   room in the address
 * @typedef {new (...args: any[]) => any} TransportClass
 */

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
  // It gives no text for what JSON has no word for: an event without a payload, or one that wants an acknowledgement.
  const text = JSON.stringify(payload) ?? 'null';
  // A UTF-16 unit is three bytes of UTF-8 at most, and few texts are near the limit.
  const isLarge = text.length * 3 > MAX_MESSAGE && new TextEncoder().encode(text).length > MAX_MESSAGE;
  return isLarge ? '' : text;
}

/**
 * socket.io's own transport, except that its first connection is the one that is there already, as long as that one lives.
 * @param {TransportClass} WebSocketTransport
 * @param {EarlySocket | undefined} early
 * @returns {TransportClass}
 */
export function takingOver(WebSocketTransport, early) {
  return class extends WebSocketTransport {
    /** @type {EarlySocket | undefined} the one taken over, if it is open */
    #open;

    /** @param {[string, ...unknown[]]} args */
    createSocket(...args) {
      const taken = early;
      early = undefined;
      if (taken?.socket.url === args[0] && taken.socket.readyState <= OPEN) {
        if (taken.socket.readyState === OPEN) this.#open = taken;
        return taken.socket;
      }
      taken?.socket.close();
      return super.createSocket(...args);
    }

    doOpen() {
      super.doOpen();
      // The engine listens to its transport only when it has it.
      if (this.#open) queueMicrotask(() => this.#replay());
    }

    #replay() {
      const { socket, heard } = /** @type {EarlySocket} */ (this.#open);
      this.onOpen();
      for (const { data } of heard) this.onData(data);
    }

    /**
     * @param {unknown} packet
     * @param {unknown} data
     */
    doWrite(packet, data) {
      // early.js has said it, and a second time would ask for a second session.
      if (this.#open && String(data).startsWith('40')) this.#open = undefined;
      else super.doWrite(packet, data);
    }
  };
}

/**
 * Connects at once: whoever presses Join later waits for one round trip less.
 * @param {typeof import('socket.io-client').io} io
 * @param {{address: string, page: string, post: (event: PostedEvent) => void, transports?: any[], room?: string}} options `room` is looked at
 *   with the word that connects (docs/signaling.md, peek), if that is said before anything has failed or somebody pressed Join
 * @returns {Signaling}
 */
export function createSignaling(io, { address, page, post, transports = ['websocket', 'polling'], room }) {
  const socket = io(address ? new URL(address, page).href : new URL(page).origin, {
    transports,
    tryAllTransports: true,
    withCredentials: needsCredentials(address, page),
    auth(say) {
      say(/** @type {object} */ (room && { peek: room }));
      room = undefined;
    },
    reconnectionDelay: 200,
    reconnectionDelayMax: 5000,
    randomizationFactor: 0.5,
    timeout: 5000,
  });

  let refusals = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;

  function connect() {
    clearTimeout(retry);
    // A socket that is connecting already would ask for a second session.
    if (!socket.active) socket.connect();
  }

  /** By chance up to half as long again: those whom a server turned away together should not return together. */
  function pause() {
    return Math.min(FIRST_RETRY * 2 ** refusals++, LAST_RETRY) * (1 + Math.random() / 2);
  }

  function onConnect() {
    refusals = 0;
    post({ type: 'signalingConnected', id: socket.id });
  }

  function onLost() {
    room = undefined;
    // socket.io would send it ahead of the next `connect`, as another person's or another call's words.
    socket.sendBuffer = [];
    clearTimeout(retry);
    // It gives up by itself only when the server turned us away.
    if (!socket.active) retry = setTimeout(connect, pause());
    post({ type: 'signalingLost' }); // the last thing, because it may end in close()
  }

  socket.on('connect', onConnect);
  socket.on('disconnect', onLost);
  socket.on('connect_error', onLost);
  socket.onAny((name, payload) => post({ type: 'message', name, json: textOf(payload) }));

  return {
    open() {
      room = undefined;
      connect();
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
    close() {
      clearTimeout(retry);
      socket.off();
      socket.disconnect();
    },
  };
}
