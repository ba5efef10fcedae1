// @ts-check
// What must be said where main.js cannot say it: on a page opened from disk, in an old browser, when a part did not load.
// A classic script in old syntax: module scripts are blocked on file:, and an old browser stops at the first new word.
(function () {
  'use strict';
  var server = 'http://localhost:3000/';

  /** @param {string} problem one of the data-problem sentences of index.html */
  function say(problem) {
    var sentence = document.querySelector('[data-problem="' + problem + '"]');
    if (sentence) sentence.removeAttribute('hidden');
  }

  /** @param {string} problem */
  function stop(problem) {
    if (document.body.getAttribute('data-stopped')) return;
    document.body.setAttribute('data-stopped', problem);
    say(problem);
  }

  function goToServer() {
    location.replace(server + location.hash);
  }

  function askServer() {
    fetch(server + 'healthz', { mode: 'no-cors' }).then(goToServer, function () {
      stop('file');
    });
  }

  if (location.protocol === 'file:') {
    if (typeof fetch !== 'function') return stop('file');
    askServer();
    // Whoever comes back from the terminal where the server now runs goes on without a click.
    addEventListener('focus', askServer);
    return;
  }
  if (!('noModule' in HTMLScriptElement.prototype) || typeof WebAssembly !== 'object') return stop('old');
  if (!isSecureContext) say('insecure');
  // An error of a <script> does not bubble; it is seen on its way down.
  addEventListener(
    'error',
    function (event) {
      if (event.target instanceof HTMLScriptElement) stop('load');
    },
    true,
  );
})();
