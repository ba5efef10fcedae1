// @ts-check
// Plays what the other one sends.
//
// A <video> waits for the first frame of a stream that has a picture and is silent until then, in Chromium. So whoever sends sound but no
// picture is played without one, until one comes. To do so from the start would cost each call the time in which the player is made anew.

const PICTURE_WAIT = 1000; // ms for which a picture may come later than the sound; usually it is a tenth of that

/**
 * @param {HTMLVideoElement} video
 * @param {{blocked(isBlocked: boolean): void, firstFrame(): void}} told `blocked`: sound must not be played before something was pressed
 */
export function createPlayback(video, { blocked, firstFrame }) {
  let listening = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function play() {
    try {
      await video.play();
      blocked(false);
    } catch (error) {
      // Any other error means that the stream was replaced meanwhile.
      if (/** @type {Error} */ (error).name === 'NotAllowedError') blocked(true);
    }
  }

  /** @param {MediaStream | null} stream */
  function attach(stream) {
    clearTimeout(timer);
    if (video.srcObject === stream) return;
    video.srcObject = stream;
    blocked(false);
    if (!stream) return;
    play();
    video.requestVideoFrameCallback?.(() => video.srcObject === stream && firstFrame());
  }

  /**
   * To be called again when the stream has got a track.
   * @param {MediaStream | null} stream
   */
  function show(stream) {
    listening.abort();
    listening = new AbortController();
    attach(stream);
    const [picture] = stream?.getVideoTracks() ?? [];
    const [sound] = stream?.getAudioTracks() ?? [];
    if (!stream || !sound || !picture?.muted) return;
    const { signal } = listening;
    picture.addEventListener('unmute', () => attach(stream), { signal });
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => picture.muted && attach(new MediaStream([sound])), PICTURE_WAIT);
    };
    if (sound.muted) sound.addEventListener('unmute', wait, { signal });
    else wait();
  }

  video.addEventListener('playing', () => blocked(false));
  return { show, play };
}
