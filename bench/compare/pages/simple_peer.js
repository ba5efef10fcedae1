// simple-peer as its readme's "video/voice" has it: getUserMedia, then a Peer with the stream. What it leaves to the application, passing
// signals on, is done by socket.io: who comes second makes the offer.
import { io } from 'socket.io-client';
import SimplePeer from 'simple-peer/simplepeer.min.js';

const room = location.hash.slice(1);
const [localVideo, remoteVideo, join, leave] = ['localVideo', 'remoteVideo', 'join', 'leave'].map((id) => document.getElementById(id));
const socket = io();
let stream;
let peer;

socket.on('connect', () => (join.disabled = false));

function makePeer(initiator) {
  const made = new SimplePeer({ initiator, stream });
  made.on('signal', (data) => socket.emit('signal', data));
  made.on('stream', (remote) => (remoteVideo.srcObject = remote));
  made.on('error', (error) => console.log(`simple-peer: ${error.message}`));
  made.on('close', () => peer === made && (peer = null));
  return made;
}

join.addEventListener('click', async () => {
  stream = await navigator.mediaDevices.getUserMedia({ video: true, audio: true });
  localVideo.srcObject = stream;
  socket.emit('join', room);
});

socket.on('joined', (others) => {
  document.body.dataset.state = 'waiting';
  if (others > 0) peer = makePeer(true);
});

socket.on('signal', (data) => {
  if (data.type === 'offer') {
    peer?.destroy();
    peer = makePeer(false);
  }
  peer?.signal(data);
});

socket.on('left', () => peer?.destroy());

leave.addEventListener('click', () => {
  socket.emit('leave');
  peer?.destroy();
  for (const track of stream?.getTracks() ?? []) track.stop();
  localVideo.srcObject = remoteVideo.srcObject = null;
  document.body.dataset.state = 'left';
});
