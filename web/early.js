// @ts-check
// Opens the signaling socket while the page's other parts are on their way, and says socket.io's first word on it:
// signaling.js takes it over. The build writes this into index.html, because a file of its own would take the round trip that
// is to be saved. Whatever fails here, signaling.js tries in its own time.
if (location.protocol !== 'file:' && 'RTCPeerConnection' in window) {
  try {
    const meta = document.querySelector('meta[name="duet-signaling"]');
    const { origin } = new URL(meta?.getAttribute('content') || '/', location.href);
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    /** @type {MessageEvent[]} */
    const heard = [];
    socket.onopen = () => socket.send('40');
    socket.onmessage = (event) => heard.push(event);
    window.duetEarly = { socket, heard };
  } catch {
    // The policy, or a page by https whose server has none.
  }
}
