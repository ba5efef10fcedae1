// The compiled call. The bundler puts build/wasm/duet.mjs in this name's place.
declare module 'duet-wasm' {
  import type { Wasm, createHost } from './host.js';
  export default function createDuet(options: {
    host: ReturnType<ReturnType<typeof createHost>['functions']>;
  }): Promise<Wasm>;
}

// What early.js leaves to main.js.
interface Window {
  duetEarly?: import('./signaling.js').EarlySocket;
}
