// Duet's built page behind a static server, with a foreign signaling server named in both metas, as the build option does it.
import { builtPage } from './browser.js';
import { serveFolder } from './static_server.js';

// `signaling` is that server's address.
export function serveDuetFor(signaling) {
  const { host, origin } = new URL(signaling);
  return serveFolder(builtPage, {
    rewrite: (path, text) =>
      path !== '/index.html'
        ? text
        : text
            .replace('<meta name="duet-signaling" content="">', `<meta name="duet-signaling" content="${origin}">`)
            .replace("connect-src 'self'", `connect-src 'self' ${origin} ws://${host}`),
  });
}
