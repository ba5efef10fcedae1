// PeerJS as its readme has it: a Peer with an id of our own when the page loads; the guest calls with its stream, the host answers with its.
// `#me=…&call=…&port=…`: who has somebody to call is the guest.
import { Peer } from 'peerjs';

const address = new URLSearchParams(location.hash.slice(1));
const [localVideo, remoteVideo, join, leave] = ['localVideo', 'remoteVideo', 'join', 'leave'].map((id) => document.getElementById(id));
const peer = new Peer(address.get('me'), { host: location.hostname, port: Number(address.get('port')), path: '/signaling' });
let call;
let joined;
const stream = new Promise((resolve) => (joined = resolve));
let current; // the stream of the present visit

peer.on('open', () => (join.disabled = false));
peer.on('error', (error) => console.log(`PeerJS: ${error.type}`));

function show(newCall) {
  call?.close();
  call = newCall;
  call.on('stream', (remote) => (remoteVideo.srcObject = remote));
}

join.addEventListener('click', async () => {
  current = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
  localVideo.srcObject = current;
  joined(current);
  document.body.dataset.state = 'waiting';
  if (address.has('call')) show(peer.call(address.get('call'), current));
});

// Who is called before Join was pressed answers once it is.
peer.on('call', async (incoming) => {
  const answering = await stream;
  show(incoming);
  incoming.answer(answering);
});

leave.addEventListener('click', () => {
  call?.close();
  call = null;
  for (const track of current?.getTracks() ?? []) track.stop();
  localVideo.srcObject = remoteVideo.srcObject = null;
  document.body.dataset.state = 'left';
});
