// @ts-check
// What the server's tests share: a server of their own, and people with real sockets who remember what they heard.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { io } from 'socket.io-client';
import { startServer } from '../../server/server.js';

/** @typedef {import('node:test').TestContext} TestContext */
/** @typedef {Awaited<ReturnType<typeof startServer>>} Running */
/** @typedef {Awaited<ReturnType<typeof connect>>} Person */

const PATIENCE_MS = 20_000; // only a failure waits so long; the machine may be busy with a compiler

/**
 * A server on a free port that ends with the test.
 * @param {TestContext} t
 * @param {import('../../server/server.js').Options} [options]
 */
export async function serve(t, options = {}) {
  const server = await startServer({ port: 0, ...options });
  t.after(() => server.close());
  return server;
}

/**
 * @param {TestContext} t
 * @param {Running | {url: string}} server
 * @param {Partial<import('socket.io-client').ManagerOptions & import('socket.io-client').SocketOptions>} [options]
 */
export async function connect(t, server, options = {}) {
  const socket = io(server.url, { transports: ['websocket'], reconnection: false, forceNew: true, ...options });
  t.after(() => socket.disconnect());
  /** @type {{event: string, payload: any}[]} */
  const heard = [];
  socket.onAny((event, payload) => heard.push({ event, payload }));
  await within('connect', (done, failed) => socket.once('connect', () => done(undefined)).once('connect_error', failed));
  const id = /** @type {string} */ (socket.id);

  return {
    socket,
    id,
    /** Everything heard and not yet taken by `next`. */
    heard,
    /** @param {string} event @returns {Promise<any>} the payload of the next such event, heard already or to come */
    next: (event) =>
      within(event, (done) => {
        const take = () => {
          const at = heard.findIndex((each) => each.event === event);
          if (at < 0) return;
          socket.offAny(take);
          done(heard.splice(at, 1)[0].payload);
        };
        socket.onAny(take);
        take();
      }),
    /** @param {any} payload @returns {Promise<any>} the acknowledgement */
    join: (payload) => within('join', (done) => socket.emit('join', payload, done)),
    /** @returns {Promise<any>} */
    leave: () => within('leave', (done) => socket.emit('leave', done)),
    /** @returns {Promise<void>} once the server has handled all that was sent, and all that it had sent before has arrived */
    settled: () => within('alive', (done) => socket.emit('alive', done)),
    /** @returns {Promise<unknown>} */
    closed: () => within('disconnect', (done) => (socket.connected ? socket.once('disconnect', done) : done('already'))),
    /** As when the network goes: the server sees a closed connection, no goodbye. */
    vanish: () => socket.io.engine.close(),
    events: () => heard.map(({ event }) => event),
  };
}

/**
 * @template T
 * @param {string} what
 * @param {(done: (value: T) => void, failed: (error: Error) => void) => void} begin
 * @returns {Promise<T>}
 */
export function within(what, begin) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${what} within ${PATIENCE_MS} ms`)), PATIENCE_MS);
    begin(
      (value) => (clearTimeout(timer), resolve(value)),
      (error) => (clearTimeout(timer), reject(error)),
    );
  });
}

/**
 * @param {() => boolean} condition
 * @param {string} what
 */
export async function until(condition, what) {
  const end = performance.now() + PATIENCE_MS;
  while (!condition()) {
    assert.ok(performance.now() < end, `not within ${PATIENCE_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const randomId = () => randomBytes(16).toString('base64url');

/** What a Duet's page joins with. */
export function duet(room = 'r', name = '') {
  return { room, name, seat: randomId(), page: randomId(), v: 1 };
}
