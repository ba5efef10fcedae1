// The tutorial's page on a local port of its own, as a person following the lesson would serve it; socket.io's client comes from
// node_modules instead of the CDN. `signaling` is the address that its client connects to.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveFolder } from './static_server.js';

const here = dirname(fileURLToPath(import.meta.url));
const socketIoClient = dirname(createRequire(import.meta.url).resolve('socket.io-client/package.json'));

// `literal`: keep the tutorial's `localVideo.current`, with which no picture is shown. `numericRoom`: its other spelling of the room.
// `offers`: how often it offers when it hears who is there; the tutorial's does so once.
export function serveSeed({ signaling, literal = false, numericRoom = false, offers = 1 }) {
  return serveFolder(join(here, 'seed'), {
    also: { '/socket.io.esm.min.js': join(socketIoClient, 'dist/socket.io.esm.min.js') },
    rewrite(path, text) {
      if (path !== '/client.js') return text;
      let client = text.replaceAll('http://localhost:3000', new URL(signaling).origin);
      if (!literal) client = client.replaceAll('Video.current', 'Video');
      client = client.replace('  createOffer();\n', '  createOffer();\n'.repeat(offers));
      if (numericRoom) client = client.replace("room: '1234'", 'room: 1234');
      return client;
    },
  });
}
