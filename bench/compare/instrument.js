// What is noted in every page, before its own scripts run and in the same way for all: when it could be used, when the steps of a call
// happened, which connections are open. Times are milliseconds on the clock that all pages of this machine share.
//
// The steps, from arm() on: `click` on #join; `media`, getUserMedia gave a stream; `socket`, the first message went out; `description`, the
// connection has both; `ice` and `dtls`, it is connected; `frame`, #remoteVideo presented a picture that arrived after arm().
export function instrument({ connected }) {
  const at = (time = performance.now()) => performance.timeOrigin + time;
  const open = new Set();
  let steps = {};
  let armedAt = Infinity;
  let frameShown = () => {};
  let shown = new Promise(() => {});
  let isConnected = connected === null;

  const bench = {
    readyAt: null,
    gathered: false,
    made: 0,
    open: () => open.size,
    arm() {
      steps = {};
      armedAt = performance.now();
      shown = new Promise((resolve) => (frameShown = resolve));
      watchFrames(armedAt);
    },
    // The steps, once there is a frame or `limit` ms have gone by without one.
    async frame(limit) {
      await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, limit))]);
      return { ...steps };
    },
  };
  Object.defineProperty(window, '__bench', { value: bench });

  function note(step, time) {
    if (performance.now() >= armedAt) steps[step] ??= at(time);
  }

  function watchFrames(armed) {
    document.querySelector('#remoteVideo').requestVideoFrameCallback((now, { receiveTime }) => {
      if (armed !== armedAt) return;
      if (receiveTime < armed) return watchFrames(armed); // left over from the call before
      note('frame', now);
      frameShown();
    });
  }

  // Ready: #join can be pressed, and signaling is up.
  function checkReady() {
    if (bench.readyAt !== null || !isConnected || !document.querySelector('#join')?.matches(':enabled')) return;
    bench.readyAt = at();
    watcher.disconnect();
  }
  const watcher = new MutationObserver(checkReady);
  watcher.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['disabled'] });

  document.addEventListener('click', (event) => event.target.closest?.('#join') && note('click', event.timeStamp), { capture: true });

  const isHello = (data) => typeof data === 'string' && new RegExp(connected).test(data);
  const isPulse = (data) => typeof data === 'string' && (data.length < 3 || data.includes('HEARTBEAT'));
  const NativeSocket = window.WebSocket;
  window.WebSocket = class WebSocket extends NativeSocket {
    constructor(...args) {
      super(...args);
      const hear = ({ data }) => {
        if (!isHello(data)) return;
        isConnected = true;
        this.removeEventListener('message', hear);
        checkReady();
      };
      if (!isConnected) this.addEventListener('message', hear);
    }

    send(data) {
      if (!isPulse(data)) note('socket');
      super.send(data);
    }
  };

  const NativeConnection = window.RTCPeerConnection;
  window.RTCPeerConnection = class RTCPeerConnection extends NativeConnection {
    constructor(...args) {
      super(...args);
      ++bench.made;
      open.add(this);
      let described;
      let reached;
      this.addEventListener('icegatheringstatechange', () => (bench.gathered ||= this.iceGatheringState === 'complete'));
      this.addEventListener('signalingstatechange', () => {
        if (this.signalingState === 'stable') described = performance.now();
      });
      this.addEventListener('iceconnectionstatechange', () => {
        if (/connected|completed/.test(this.iceConnectionState)) reached = performance.now();
      });
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState !== 'connected' || performance.now() < armedAt) return;
        if (described) note('description', described);
        if (reached) note('ice', reached);
        note('dtls');
      });
    }

    close() {
      open.delete(this);
      super.close();
    }
  };

  if (!navigator.mediaDevices) return;
  const getUserMedia = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = async function (constraints) {
    const stream = await getUserMedia.call(this, constraints);
    note('media');
    return stream;
  };
}
