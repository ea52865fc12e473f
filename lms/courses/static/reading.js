/* Active time, for a form with `data-reading`: it runs while the page is seen and someone is there. */
(() => {
  'use strict';
  const form = document.querySelector('form[data-reading]');
  if (!form) return;
  const IDLE = 60000;
  let active = 0;
  let last = document.hidden ? null : performance.now();
  let sign = performance.now();

  // Adds what has passed since the last count, up to a minute after the last sign of someone.
  const count = () => {
    const now = performance.now();
    if (last !== null) active += Math.max(0, Math.min(now, sign + IDLE) - last);
    last = document.hidden ? null : now;
  };
  const alive = () => { count(); sign = performance.now(); };
  ['scroll', 'pointerdown', 'pointermove', 'keydown', 'touchstart'].forEach((name) => {
    addEventListener(name, alive, { passive: true });
  });
  document.addEventListener('visibilitychange', alive);
  form.addEventListener('submit', () => {
    count();
    form.elements.seconds.value = Math.round(active / 1000);
  });
})();
