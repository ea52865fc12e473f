/* Messages: help asked without leaving the page, "read" said when it was on screen. Every page works without this. */
(() => {
  'use strict';
  if (window.messagesAreReady) return;
  window.messagesAreReady = true;
  const doc = document;

  // "J'ai besoin d'aide" is sent beside what one is writing: answers that are not sent yet stay.
  doc.querySelectorAll('form[data-here]').forEach((form) => {
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (form.hasAttribute('data-sent')) return;
      form.setAttribute('data-sent', '');
      const sent = new FormData(form);
      sent.append('here', '1');
      try {
        const answer = await fetch(form.action, { method: 'POST', body: sent });
        if (!answer.ok || answer.redirected) throw new Error();
        const told = doc.createElement('div');
        told.innerHTML = await answer.text();
        form.replaceWith(told);
      } catch {
        form.submit(); // the server says what is wrong, on a page of its own
      }
    });
  });

  // What is on screen is read; a new message below is announced.
  const news = doc.querySelector('[data-news]');
  let known = doc.querySelectorAll('[data-thread] .said').length;
  const look = () => {
    const thread = doc.querySelector('[data-thread]');
    const form = thread && thread.querySelector('form[data-read]');
    if (!thread || doc.hidden) return;
    const count = thread.querySelectorAll('.said').length;
    if (news && count > known) {
      news.textContent = news.dataset.words;
      thread.querySelector('.thread').lastElementChild.scrollIntoView({ block: 'nearest' });
    }
    known = count;
    if (!form) return;
    const sent = new FormData(form);
    sent.append('here', '1');
    form.remove();
    fetch(form.action, { method: 'POST', body: sent }).catch(() => {});
  };
  if (doc.querySelector('[data-thread]')) {
    look();
    doc.addEventListener('visibilitychange', look);
    new MutationObserver(look).observe(doc.getElementById('main'), { childList: true, subtree: true });
  }
})();
