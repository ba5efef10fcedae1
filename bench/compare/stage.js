// Where a round is played: a contestant's servers, each behind one proxy for each delay, and a room that nobody has used before.
import { startDelayingProxy } from './delaying_proxy.js';

export async function openStage(contestant, delays) {
  const served = await contestant.serve();
  const proxies = [];
  const portsAt = {};
  for (const delay of delays) {
    portsAt[delay] = {};
    for (const [name, target] of Object.entries(served.ports)) {
      const proxy = await startDelayingProxy({ target, delay });
      proxies.push(proxy);
      portsAt[delay][name] = proxy.port;
    }
  }
  let rooms = 0;
  return {
    contestant,
    at(browser, delay) {
      const room = `room${++rooms}`;
      return { browser, contestant, delay, url: (role) => served.url(portsAt[delay], room, role) };
    },
    async close() {
      for (const proxy of proxies) await proxy.close();
      await served.close();
    },
  };
}
