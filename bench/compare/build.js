// Bundles the pages of those that Duet is compared with, through the same steps as Duet's own (script/build-page.mjs): esbuild, terser,
// and a .gz beside each file.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { shrink, zip } from '../../script/lib/shrink.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const seed = join(root, 'tests/support/seed');

// The tutorial's text, changed in four places only: its address and its room are ours, `localVideo.current` is repaired, and socket.io's
// client comes from the bundle instead of a CDN.
const repairedSeed = {
  name: 'repaired-seed',
  setup({ onLoad, onResolve, resolve }) {
    onResolve({ filter: /socket\.io\.esm\.min\.js$/ }, () => resolve('socket.io-client', { kind: 'import-statement', resolveDir: root }));
    onLoad({ filter: /seed[/\\]client\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text
        .replaceAll("'http://localhost:3000'", 'location.origin')
        .replaceAll('Video.current', 'Video')
        .replace("room: '1234'", 'room: location.hash.slice(1)');
      return { contents };
    });
  },
};

const sources = {
  seed: { html: join(seed, 'index.html'), script: join(seed, 'client.js'), served: 'client.js' },
  simple_peer: { html: join(here, 'pages/index.html'), script: join(here, 'pages/simple_peer.js'), served: 'main.js' },
  peerjs: { html: join(here, 'pages/index.html'), script: join(here, 'pages/peerjs.js'), served: 'main.js' },
};

// Gives the folder that has the built page.
export async function buildPage(name) {
  const { html, script, served } = sources[name];
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [script],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
    plugins: [repairedSeed],
  });
  const files = { 'index.html': await readFile(html), [served]: await shrink(outputFiles[0].text) };
  const folder = join(root, 'build/compare', name);
  await mkdir(folder, { recursive: true });
  for (const [path, contents] of Object.entries(files)) {
    await writeFile(join(folder, path), contents);
    await writeFile(join(folder, `${path}.gz`), zip(contents));
  }
  return folder;
}
