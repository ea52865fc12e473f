/* "Ce soir" by keyboard: j and k go from line to line, Enter opens, x ticks. Without it, Tab does. */
(() => {
  'use strict';
  const lines = [...document.querySelectorAll('[data-wait]')];
  let at = -1;
  const go = (step) => {
    at = Math.min(Math.max(at + step, 0), lines.length - 1);
    lines[at].querySelector('h2 a').focus();
    lines[at].scrollIntoView({ block: 'nearest' });
  };
  document.addEventListener('keydown', (event) => {
    if (!lines.length || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== 'checkbox') return;
    if (event.key === 'j') go(1);
    else if (event.key === 'k') go(-1);
    else if (event.key === 'x' && at >= 0) lines[at].querySelector('input[type=checkbox]').click();
  });
})();
