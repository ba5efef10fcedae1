// Chromium with the media path of the coming WARP drafts switched on: DTLS inside STUN, SCTP's parameters in the description.
// With the latter the data channel often opens before setRemoteDescription(answer) has settled, and Chromium 156.0.8078.79 crashes if
// something is sent on it then: so Duet does not (31 of 80 calls crashed before, none of 25 since).
import { after } from 'node:test';
import { openHouse, press, situation, talk } from '../support/browser.js';

const house = openHouse({ after }, { flags: ['--force-fieldtrials=WebRTC-IceHandshakeDtls/Enabled/', '--enable-features=WebRtcSctpSnap'] });

situation('a call with DTLS in STUN and SCTP in the description', house, async ({ open, diagnostic }) => {
  const [ada, grace] = [await open(), await open()];
  for (const page of [ada, grace]) await press(page, '#join');
  await talk(ada, grace);
  const lines = await ada.evaluate(() => window.__seen.connections[0].localDescription.sdp.match(/^a=(ice-options|sctp-init).*$/gm));
  diagnostic(`described as ${[...new Set(lines)].join(', ')}`);
});
