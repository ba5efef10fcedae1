// @ts-check
// Opens the signaling socket while the page's other parts are on their way, and says socket.io's first word on it, with the room
// in the address: what is parked there comes a round trip sooner than if the call asked (docs/signaling.md, peek). signaling.js
// takes it over. The build writes this into index.html, because a file of its own would take the round trip that is to be saved.
// Whatever fails here, signaling.js tries in its own time.
if (location.protocol !== 'file:' && 'RTCPeerConnection' in window && typeof WebAssembly === 'object') {
  try {
    const meta = document.querySelector('meta[name="duet-signaling"]');
    const { origin } = new URL(meta?.getAttribute('content') || '/', location.href);
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    /** @type {MessageEvent[]} */
    const heard = [];
    const named = new URLSearchParams(location.hash.slice(1)).get('room') ?? '';
    const room = /^[\w-]{1,64}$/.test(named) ? named : undefined;
    socket.onopen = () => socket.send(room ? `40{"peek":"${room}"}` : '40');
    socket.onmessage = (event) => heard.push(event);
    window.duetEarly = { socket, heard, room };
  } catch {
    // The policy, or a page by https whose server has none.
  }
}
