// web/index.html opened with a double click. The browser is told that localhost:3000 is a port of this test's, so that it does not
// matter who else uses that port here.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after } from 'node:test';
import { pathToFileURL } from 'node:url';
import { launch, phaseOf, situation, sourcePage, startDuet, until } from '../support/browser.js';

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

const port = await freePort();
const browser = launch({ flags: [`--host-resolver-rules=MAP localhost:3000 127.0.0.1:${port}`] });
after(async () => (await browser).close());
const house = { browser, server: null };

const page = pathToFileURL(join(sourcePage, 'index.html')).href;
// Chromium reports that it loads no module and no wasm from disk, and that nobody answers at the port.
const forgive = /from origin 'null' has been blocked by CORS|net::ERR_(FAILED|CONNECTION_REFUSED|FILE_NOT_FOUND)/;

situation('no server is running: one sentence says what to start and where to go; then it starts, and the page goes there', house, async ({ open, later }) => {
  const tab = await open(`${page}#room=library`, { forgive });
  await until(tab, 'the sentence', () => document.body.dataset.stopped === 'file');
  const said = await tab.$$eval('.problem', (problems) => problems.filter((p) => !p.hidden && p.offsetParent).map((p) => p.innerText));
  assert.deepEqual(said, [
    'This page was opened from disk, and a call needs its server. Run script/server in Duet’s folder, then open http://localhost:3000/.',
  ]);
  assert.equal(await tab.$eval('.problem:not([hidden]) a', (link) => link.href), 'http://localhost:3000/');
  assert.deepEqual(
    await tab.$$eval('button', (buttons) => buttons.filter((button) => button.matches(':enabled') && button.offsetParent).map((button) => button.id)),
    [],
    'no button that does nothing',
  );

  later((await startDuet({ port })).close);
  const arrived = tab.waitForNavigation();
  await tab.evaluate(() => void window.dispatchEvent(new Event('focus')));
  await arrived;
  assert.equal(tab.url(), 'http://localhost:3000/#room=library');
});

situation('a server is running: the page goes to it, and takes the room along', house, async ({ open, later }) => {
  later((await startDuet({ port })).close);
  const tab = await open('about:blank', { forgive });
  await tab.goto(`${page}#room=library&name=Ada`).catch(() => {}); // it may be gone before it has loaded
  while (tab.url().startsWith('file:')) await tab.waitForNavigation();
  await until(tab, 'the page to be ready', () => document.querySelector('#join')?.matches(':enabled'));
  assert.equal(tab.url(), 'http://localhost:3000/#room=library&name=Ada');
  assert.equal(await phaseOf(tab), 'idle');
  assert.deepEqual(await tab.$eval('#form', (form) => [form.room.value, form.name.value].map(String)), ['library', 'Ada']);
});
