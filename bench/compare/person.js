// One person: a page in a window and a profile of its own, instrumented, and what such a person does. Every wait is bounded.
import { newWindow, press, until } from '../../tests/support/browser.js';
import { instrument } from './instrument.js';

const PATIENCE = 12_000; // ms for a first frame

export async function openPerson(browser, contestant, url) {
  const profile = await browser.createBrowserContext();
  const page = await newWindow(browser, profile);
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(String(error.message ?? error)));
  page.on('console', (message) => /error|warn/.test(message.type()) && complaints.push(message.text()));
  await page.evaluateOnNewDocument(instrument, { connected: contestant.connected });
  const session = await page.createCDPSession();

  const person = {
    page,
    complaints,
    // Gives the time from the start of the navigation on.
    async load() {
      await page.goto(url, { waitUntil: 'domcontentloaded' });
      return person.ready();
    },
    async reload() {
      await page.reload({ waitUntil: 'domcontentloaded' });
      return person.ready();
    },
    async ready() {
      await until(page, 'a page that can be used', () => window.__bench.readyAt);
      return page.evaluate(() => window.__bench.readyAt - performance.timeOrigin);
    },
    join: () => press(page, '#join'),
    arm: () => page.evaluate(() => window.__bench.arm()),
    // The steps to the first frame since arm().
    async frame() {
      const steps = await page.evaluate((limit) => window.__bench.frame(limit), PATIENCE);
      if (steps.frame === undefined) throw new Error(`No frame within ${PATIENCE / 1000} s. ${complaints.slice(-3).join(' ')}`.trim());
      return steps;
    },
    openConnections: () => page.evaluate(() => window.__bench.open()),
    // Bytes of the JavaScript heap that are still in use after everything that can go is gone.
    async heap() {
      await session.send('Runtime.discardConsoleEntries').catch(() => {});
      for (let pass = 0; pass < 3; ++pass) await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Runtime.getHeapUsage')).usedSize;
    },
    close: () => profile.close().catch(() => {}),
  };
  return person;
}
