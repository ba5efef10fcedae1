// Who is compared, each behind the same few words:
//   serve()             starts its servers; gives `ports` by name, `url(ports, room, role)` for a page that reaches them through these
//                       ports, and close(). `role` is 'stays' for the one who is there first and 'comes' for the other.
//   connected           what its server says (on a WebSocket) once signaling is up; null: its #join is disabled until then
//   waits(page)         until somebody who pressed Join is ready for the other one
//   leave               what to press to leave; null: it knows no leaving, so the page is loaded anew
//   left(page)          until somebody who pressed it is out
import { createServer } from 'node:http';
import { PeerServer } from 'peer';
import sirv from 'sirv';
import { Server } from 'socket.io';
import { startServer } from '../../server/server.js';
import { startDuet, until, untilPhase } from '../../tests/support/browser.js';
import { buildPage } from './build.js';

const SOCKET_IO = '^40';

const untilState = (page, state) => until(page, `the page to say ${state}`, (state) => document.body.dataset.state === state, state);
const hashUrl = ({ page }, room) => `http://127.0.0.1:${page}/#${room}`;

async function listen(http) {
  await new Promise((resolve, reject) => http.once('error', reject).listen(0, '127.0.0.1', resolve));
  return http.address().port;
}

async function serveFiles(folder) {
  const http = createServer(sirv(folder, { dev: true, etag: true, gzip: true }));
  const port = await listen(http);
  const close = async () => {
    http.close();
    http.closeAllConnections();
  };
  return { http, port, close };
}

export const duet = {
  name: 'Duet',
  connected: SOCKET_IO,
  leave: '#leave',
  async serve() {
    const server = await startDuet();
    return {
      ports: { page: server.port },
      url: ({ page }, room) => `http://127.0.0.1:${page}/#room=${room}`,
      close: () => server.close(),
    };
  },
  async waits(page) {
    await untilPhase(page, 'waiting');
    await until(page, 'the devices', () => ['microphone', 'camera'].every((kind) => window.duet.snapshot()[kind].state === 'live'));
  },
  left: (page) => until(page, 'the page to have left', () => ['idle', 'ended'].includes(document.body.dataset.phase)),
};

// Through Duet's server, which speaks its protocol and keeps rooms apart: the lesson's own relays to every page that is open.
export const seed = {
  name: 'seed',
  connected: SOCKET_IO,
  leave: null,
  async serve() {
    const server = await startServer({ port: 0, pageDir: await buildPage('seed') });
    return { ports: { page: server.port }, url: hashUrl, close: () => server.close() };
  },
  waits: (page) => until(page, 'the offer to be out', () => window.__bench.gathered),
};

// Signals of one person go to the others of the room; who joins is told how many were there before.
function relaySignals(io) {
  io.on('connection', (socket) => {
    let room;
    const leave = () => {
      if (!room) return;
      socket.to(room).emit('left');
      socket.leave(room);
      room = null;
    };
    socket.on('join', (name) => {
      room = name;
      const others = io.sockets.adapter.rooms.get(room)?.size ?? 0;
      socket.join(room);
      socket.emit('joined', others);
    });
    socket.on('signal', (data) => room && socket.to(room).emit('signal', data));
    socket.on('leave', leave);
    socket.on('disconnecting', leave);
  });
}

export const simplePeer = {
  name: 'simple-peer',
  connected: null,
  leave: '#leave',
  async serve() {
    const files = await serveFiles(await buildPage('simple_peer'));
    const io = new Server(files.http, { serveClient: false });
    relaySignals(io);
    const close = async () => {
      await io.close();
      await files.close();
    };
    return { ports: { page: files.port }, url: hashUrl, close };
  },
  waits: (page) => untilState(page, 'waiting'),
  left: (page) => untilState(page, 'left'),
};

export const peerJs = {
  name: 'PeerJS',
  connected: null,
  leave: '#leave',
  async serve() {
    const files = await serveFiles(await buildPage('peerjs'));
    let signaling;
    await new Promise((resolve) => PeerServer({ port: 0, host: '127.0.0.1', path: '/signaling' }, (server) => resolve((signaling = server))));
    const close = async () => {
      signaling.close();
      signaling.closeAllConnections();
      await files.close();
    };
    let guests = 0;
    const url = ({ page, signaling }, room, role) => {
      const people = role === 'stays' ? `me=${room}` : `me=${room}-guest${++guests}&call=${room}`;
      return `http://127.0.0.1:${page}/#${people}&port=${signaling}`;
    };
    return { ports: { page: files.port, signaling: signaling.address().port }, url, close };
  },
  waits: (page) => untilState(page, 'waiting'),
  left: (page) => untilState(page, 'left'),
};

export const contestants = [duet, seed, simplePeer, peerJs];
