// The conformance scripts in a real browser: one page runs them all, several at once, and each becomes a test.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { launch as launchChromium } from '../support/browser.js';
import { serveFolder } from '../support/static_server.js';
import { parseScripts } from './script.js';

const folder = dirname(fileURLToPath(import.meta.url));
const limit = 120_000; // for all scripts; the slowest waits half a minute until a browser gives up a connection

function readScripts() {
  const files = readdirSync(folder).filter((name) => name.endsWith('.script'));
  const scripts = files.flatMap((file) => parseScripts(readFileSync(join(folder, file), 'utf8')).map((script) => ({ file, ...script })));
  // Those of the connections take longest, so they begin.
  return scripts.sort((a, b) => (b.file === 'connection.script') - (a.file === 'connection.script'));
}

// The path of Firefox, or undefined.
export function findFirefox() {
  if (process.env.FIREFOX) return process.env.FIREFOX;
  for (const name of ['firefox-esr', 'firefox']) {
    try {
      return execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      // not this one
    }
  }
  return undefined;
}

const launchers = {
  chromium: () => launchChromium(),
  firefox: () =>
    puppeteer.launch({
      browser: 'firefox',
      executablePath: findFirefox(),
      headless: true,
      extraPrefsFirefox: {
        'media.navigator.streams.fake': true,
        'media.navigator.permission.disabled': true,
        'media.peerconnection.ice.loopback': true,
      },
    }),
};

// Makes a test of each script. `who` is 'chromium' or 'firefox'.
export function testScripts(who) {
  const scripts = readScripts();
  let browser, server;
  let results = [];

  before(
    async () => {
      server = await serveFolder(folder);
      browser = await launchers[who]();
      const page = await browser.newPage();
      await page.goto(server.url);
      const code = `import('./page.js').then(({ runScripts }) => runScripts(${JSON.stringify(scripts)}, '${who}'))`;
      results = await page.evaluate(code);
    },
    { timeout: limit },
  );
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  for (const [index, { file, title }] of scripts.entries()) {
    test(title, () => {
      assert.ok(results[index], 'did not run');
      for (const { line, text, expected, got } of results[index].wrong) assert.equal(got, expected, `${file}:${line}: ${text}`);
    });
  }
}
