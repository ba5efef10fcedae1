// @ts-check
// Builds the page into build/page/: plain static files for any web server, each with a .gz and a .br beside it.
// What main.js imports becomes one file with it, the compiled call's glue included (`import … from 'duet-wasm'`); what it
// imports dynamically is a file of its own under lazy/, as in web/, and shares nothing with main.js. The styles and the classic
// scripts are written into index.html.
// DUET_SIGNALING=https://… names a signaling server other than the page's own host.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { shrink, zip } from './lib/shrink.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const web = join(root, 'web');
const wasm = join(root, 'build/wasm');
const page = join(root, 'build/page');

/** @typedef {Map<string, Uint8Array>} Files by path below build/page */

// web/signaling.js never asks for this transport, and without it main.js is 0.8 kB smaller.
/** @type {import('esbuild').Plugin} */
const withoutWebTransport = {
  name: 'without-webtransport',
  setup: ({ onLoad }) =>
    onLoad({ filter: /engine\.io-client.*webtransport\.js$/ }, () => ({ contents: 'export const WT = undefined;' })),
};

/** @returns {Promise<Files>} */
async function bundle() {
  /** @type {import('esbuild').BuildOptions} */
  const options = {
    absWorkingDir: root,
    outdir: page,
    bundle: true,
    charset: 'utf8',
    write: false,
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
    alias: { 'duet-wasm': join(wasm, 'duet.mjs') },
    external: ['*.svg', './lazy/*'],
    plugins: [withoutWebTransport],
  };
  const results = await Promise.all([
    build({ ...options, entryPoints: ['web/main.js', 'web/lazy/record.js'], format: 'esm' }),
    build({ ...options, entryPoints: ['web/early.js', 'web/file.js'], format: 'iife' }),
    build({ ...options, entryPoints: ['web/style.css'], minify: true }),
  ]);
  const files = results.flatMap((each) => each.outputFiles ?? []);
  return new Map(await Promise.all(files.map(async (file) => [relative(page, file.path), await shipped(file)])));
}

/** @param {import('esbuild').OutputFile} file */
const shipped = (file) => (file.path.endsWith('.js') ? shrink(file.text) : file.contents);

/**
 * @param {string} html
 * @param {string} origin of the signaling server; empty: the page's own
 */
function nameSignaling(html, origin) {
  if (!origin) return html;
  if (!/^https?:/.test(origin) || new URL(origin).origin !== origin) {
    throw new Error(`DUET_SIGNALING must be an origin like https://call.example, not "${origin}".`);
  }
  const sources = `${origin} ${origin.replace(/^http/, 'ws')}`;
  const named = html.replace('<meta name="duet-signaling" content="">', `<meta name="duet-signaling" content="${origin}">`);
  const allowed = named.replace("connect-src 'self'", `connect-src 'self' ${sources}`);
  if (named === html || allowed === named) throw new Error('web/index.html lacks the metas that DUET_SIGNALING fills in.');
  return allowed;
}

/**
 * What the page needs at once is written into it, and its policy allows it there by a hash: a file would come a round trip
 * later, and the signaling socket that early.js opens with it.
 * @param {string} html
 * @param {Files} files those that are written into the page are taken out
 */
function inline(html, files) {
  /** @type {Record<string, string>} */
  const hashes = { script: '', style: '' };
  const put = (/** @type {string} */ tag, /** @type {string} */ name) => {
    const text = Buffer.from(files.get(name) ?? '').toString().trim();
    if (!text || text.includes('</')) throw new Error(`${name} cannot be written into index.html.`);
    files.delete(name);
    hashes[tag] += ` 'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    return `<${tag}>${text}</${tag}>`;
  };
  return html
    .replace(/<script src="([^"]*)"><\/script>/g, (_, name) => put('script', name))
    .replace(/<link rel="stylesheet" href="([^"]*)">/g, (_, name) => put('style', name))
    .replace(/(script|style)-src 'self'/g, (allowed, tag) => allowed + hashes[tag]);
}

/** @param {Files} files */
async function addStatic(files) {
  const html = nameSignaling(await readFile(join(web, 'index.html'), 'utf8'), process.env.DUET_SIGNALING ?? '');
  files.set('index.html', Buffer.from(inline(html, files)));
  for (const name of await readdir(web)) {
    if (/\.(svg|png|ico|webmanifest)$/.test(name)) files.set(name, await readFile(join(web, name)));
  }
  files.set('duet.wasm', await readFile(join(wasm, 'duet.wasm')));
}

/**
 * A running server may be serving the folder, so what has not changed stays, and the rest is replaced file by file.
 * @param {Files} files
 */
async function update(files) {
  for (const [path, contents] of files) {
    const target = join(page, path);
    if (existsSync(target) && Buffer.compare(await readFile(target), contents) === 0) continue;
    await mkdir(dirname(target), { recursive: true });
    await writeFile(`${target}.new`, contents);
    await rename(`${target}.new`, target);
  }
  for (const path of await readdir(page, { recursive: true })) {
    if (!files.has(path) && (await stat(join(page, path))).isFile()) await rm(join(page, path));
  }
}

/** @param {Files} files */
function report(files) {
  const row = (/** @type {string} */ name, /** @type {number} */ raw, /** @type {number} */ zipped) =>
    console.log(`  ${name.padEnd(24)} ${String(raw).padStart(8)} ${String(zipped).padStart(8)}`);
  console.log('  build/page                  bytes  gzipped');
  let total = 0;
  let totalZipped = 0;
  for (const [path, contents] of [...files].sort()) {
    const zipped = files.get(`${path}.gz`)?.length;
    if (zipped === undefined || path.endsWith('.txt')) continue;
    row(path, contents.length, zipped);
    total += contents.length;
    totalZipped += zipped;
  }
  row('all', total, totalZipped);
}

async function main() {
  const files = await bundle();
  await addStatic(files);
  for (const [path, contents] of [...files]) {
    files.set(`${path}.gz`, zip(contents));
    files.set(`${path}.br`, brotliCompressSync(contents));
  }
  await mkdir(page, { recursive: true });
  await update(files);
  report(files);
}

try {
  await main();
} catch (error) {
  // esbuild has said already what is wrong with a source.
  if (!(error instanceof Error && 'errors' in error)) console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
