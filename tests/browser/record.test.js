// A person saves the record of a call as a file, and can give it away.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { openHouse, press, situation, startDuet, talk, until, untilPhase } from '../support/browser.js';

const house = openHouse({ after });

// Presses Save and gives the file's name and text.
async function save(browser, page, later) {
  const downloadPath = mkdtempSync(join(tmpdir(), 'duet-saved-'));
  later(() => rmSync(downloadPath, { recursive: true, force: true }));
  const session = await browser.target().createCDPSession();
  const { id: browserContextId } = page.browserContext();
  await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath, browserContextId, eventsEnabled: true });
  const done = new Promise((resolve) => {
    session.on('Browser.downloadProgress', ({ state }) => state !== 'inProgress' && resolve(state));
  });
  await press(page, '#save');
  assert.equal(await done, 'completed');
  await session.detach();
  const [name] = readdirSync(downloadPath);
  return { name, text: readFileSync(join(downloadPath, name), 'utf8') };
}

// What nobody else is to know, as the page's own browser tells it.
const secretsOf = (page) =>
  page.evaluate(() => {
    const secrets = [sessionStorage.getItem('duet-seat')];
    for (const connection of window.__seen.connections) {
      // One that was parked and given up has no answer.
      for (const which of ['currentLocal', 'currentRemote', 'pendingLocal', 'pendingRemote']) {
        const { sdp } = connection[`${which}Description`] ?? { sdp: '' };
        secrets.push(...[...sdp.matchAll(/^a=ice-(?:ufrag|pwd):(.+)\r$/gm)].map(([, secret]) => secret));
        secrets.push(...[...sdp.matchAll(/^a=candidate:\S+ \d \S+ \d+ (\S+) /gm)].map(([, address]) => address));
      }
    }
    return [...new Set(secrets)].filter(Boolean);
  });

situation('the record is saved as one file, from which nobody learns who called whom', house, async ({ open, url, browser, later }) => {
  const [ada, grace] = [await open(`${url}/#room=hidden_library&name=Ada`), await open(`${url}/#room=hidden_library&name=Grace`)];
  assert.equal(await ada.$eval('#save', (button) => button.hidden), true, 'there is no call yet');
  for (const page of [ada, grace]) await press(page, '#join');
  await talk(ada, grace);
  const secrets = [...(await secretsOf(ada)), 'hidden_library', 'Ada', 'Grace'];
  assert.ok(secrets.length > 8, secrets.join(' '));

  const { name, text } = await save(browser, ada, later);
  assert.match(name, /^duet-room-1-\d{12}\.log$/);
  assert.match(text, /^# duet record 1\n# Mozilla.*\n\d+ < \["/);
  for (const secret of secrets) assert.ok(!text.includes(secret), secret);
  const ids = await ada.evaluate(() => window.duet.log());
  assert.ok(ids.startsWith(text), 'the same as window.duet.log() gives');

  await press(ada, '#leave');
  await untilPhase(ada, 'ended');
  const { text: whole } = await save(browser, ada, later);
  assert.match(whole, /< \["LeaveRequested"\]\n/);
});

// Chromium writes such a line for each attempt at a server that is not there, or is just going.
const forgive = /ERR_CONNECTION_(REFUSED|RESET|CLOSED)|ERR_EMPTY_RESPONSE|WebSocket is closed before|response code: 503/;

situation('the record is saved though the server is gone, if the page had a moment before', house, async ({ open, server, browser, later }) => {
  const page = await open(undefined, { forgive });
  await press(page, '#join');
  await untilPhase(page, 'waiting');
  await until(page, 'the part that saves', () => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/lazy/record.js')));
  await server.close();
  await untilPhase(page, 'waiting', 'serverUnreachable');
  const { text } = await save(browser, page, later);
  assert.match(text, /< \["SignalingLost"\]\n/);
});

situation('before that moment, the page says that nothing was saved; later it is', house, async ({ open, server, browser, later }) => {
  const page = await open(undefined, { forgive });
  await server.close();
  await press(page, '#join');
  await press(page, '#save');
  await until(page, 'a sentence', () => /^The server cannot be reached, so nothing was saved\./.test(document.querySelector('#save').textContent));
  const again = await startDuet({ port: server.port });
  later(again.close);
  await untilPhase(page, 'waiting');
  await save(browser, page, later);
  await until(page, 'another one', () => document.querySelector('#save').textContent === 'Record saved. Save it again');
});
