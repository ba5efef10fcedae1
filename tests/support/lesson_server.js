// @ts-check
// A signaling server that behaves as the lesson's does, faults included, so that Duet can be tried where it has no say:
// no acknowledgement of anything, no limit to a room, everything between people goes to every socket of every room, a second join
// makes a ghost, and who stays is not told who left. Only one fault is left out: a `join` without an object does not end the process.

import { createServer } from 'node:http';
import sirv from 'sirv';
import { Server } from 'socket.io';

/** @typedef {{id: string, name: unknown}} User */

/**
 * @param {object} [options]
 * @param {number} [options.port] 0, the default: any free one
 * @param {string} [options.pageDir] a page to serve from the same origin
 * @param {boolean} [options.sendsListToEveryone] not as the lesson's, but as one might change it: at each join everybody in the room is
 *   told who is there, themselves included
 * @returns {Promise<{port: number, url: string, close: () => Promise<void>}>}
 */
export async function start({ port = 0, pageDir, sendsListToEveryone = false } = {}) {
  const files = pageDir ? sirv(pageDir, { dev: true }) : undefined;
  const http = createServer((request, response) => {
    if (files) files(request, response, () => void response.writeHead(404).end());
    else response.end('signaling only');
  });
  const io = new Server(http, { cors: { origin: 'http://localhost:3000', credentials: true } });
  /** @type {Map<unknown, User[]>} keyed as an object would be: 1234 and "1234" are one list of users */
  const rooms = new Map();

  io.on('connection', (socket) => {
    /** @type {string | undefined} */
    let room;
    socket.on('join', (data) => {
      room = String(data?.room);
      const users = rooms.get(room) ?? [];
      users.push({ id: socket.id, name: data?.name });
      rooms.set(room, users);
      if (sendsListToEveryone) io.to(users.map(({ id }) => id)).emit('room_users', users);
      else socket.emit('room_users', users.filter((user) => user.id !== socket.id));
    });
    for (const [event, relayed] of [['offer', 'getOffer'], ['answer', 'getAnswer'], ['candidate', 'getCandidate']]) {
      socket.on(event, (payload) => socket.broadcast.emit(relayed, payload));
    }
    socket.on('disconnect', () => {
      if (room === undefined) return;
      const left = (rooms.get(room) ?? []).filter((user) => user.id !== socket.id);
      rooms.set(room, left);
      // It addresses people as if they were rooms: nobody hears it, except that an empty address means everybody everywhere.
      if (left.length === 0) socket.broadcast.emit('user_exit', { id: socket.id });
    });
  });

  await new Promise((resolve) => http.listen(port, 'localhost', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (http.address());
  return {
    port: address.port,
    url: `http://localhost:${address.port}`,
    close: async () => {
      await io.close();
      http.closeAllConnections();
    },
  };
}
