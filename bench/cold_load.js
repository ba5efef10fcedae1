// What a browser with an empty cache is sent at one address, in bytes.
import { once } from 'node:events';
import { get } from 'node:http';
import { gunzipSync } from 'node:zlib';

const isSignaling = (path) => /^\/(socket\.io|signaling)\//.test(path);

// The body as the server sends it to a browser: compressed beforehand by the build.
async function served(address) {
  const [answer] = await once(get(address, { headers: { 'accept-encoding': 'gzip' } }), 'response');
  const body = Buffer.concat(await answer.toArray());
  const encoding = answer.headers['content-encoding'] ?? 'plain';
  return { encoding, gzip: body.length, raw: encoding === 'gzip' ? gunzipSync(body).length : body.length };
}

// Everything that the page asks for by itself, signaling apart.
export async function measureLoad(browser, url) {
  const profile = await browser.createBrowserContext();
  const page = await profile.newPage();
  const session = await page.createCDPSession();
  await session.send('Network.enable');
  const paths = [];
  session.on('Network.responseReceived', ({ response }) => {
    const { protocol, pathname } = new URL(response.url);
    if (/^https?:/.test(protocol) && !isSignaling(pathname)) paths.push(pathname);
  });
  await page.goto(url, { waitUntil: 'networkidle0' });
  await profile.close();
  const assets = await Promise.all(paths.map(async (path) => ({ path, ...(await served(new URL(path, url))) })));
  const total = { path: 'total', encoding: '' };
  for (const part of ['raw', 'gzip']) total[part] = assets.reduce((sum, asset) => sum + asset[part], 0);
  return { assets, total };
}
