/* Writing: what is typed saves itself, the result follows, rows are dragged, pasted text keeps its shape. All optional. */
(() => {
  'use strict';
  const doc = document;
  const wait = 3000;

  const say = (form, text) => { const place = form.querySelector('[data-state]'); if (place && place.textContent !== text) place.textContent = text; };

  const follow = async () => {
    const part = doc.querySelector('[data-result]');
    if (!part) return;
    const answer = await fetch(part.dataset.result);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-result]');
    if (!fresh) return;
    const at = part.querySelector('.seen')?.scrollTop || 0;
    part.replaceWith(fresh);
    const seen = fresh.querySelector('.seen');
    if (seen) seen.scrollTop = at;
  };

  doc.querySelectorAll('form[data-saves]').forEach((form) => {
    let timer = 0;
    let busy = false;
    let dirty = false;
    let stopped = false;
    const later = (after) => { clearTimeout(timer); timer = setTimeout(save, after); };
    async function save() {
      if (busy || stopped || !dirty) return;
      busy = true;
      dirty = false;
      const sent = new FormData(form);
      sent.delete('act');
      try {
        const answer = await fetch(form.action, { method: 'POST', body: sent, headers: { Accept: 'application/json' } });
        const speaks = (answer.headers.get('Content-Type') || '').includes('json');
        const said = speaks ? await answer.json() : {};
        if (speaks && answer.ok) {
          form.elements.token.value = said.token;
          say(form, form.dataset.saved);
          await follow();
        } else if (said.conflict) {
          stopped = true;
          say(form, form.dataset.conflict);
        } else if (said.gone || answer.status === 404) {
          stopped = true;
          say(form, form.dataset.gone);
        } else if (said.problems) say(form, said.problems.join(' '));
        else {
          // Signed out, or a server that is busy: what is typed stays, and is tried again.
          dirty = true;
          say(form, answer.status === 401 ? form.dataset.out : form.dataset.offline);
          later(10000);
        }
      } catch {
        dirty = true;
        say(form, form.dataset.offline);
        later(10000);
      }
      busy = false;
      if (dirty) later(wait);
    }
    form.addEventListener('input', () => { dirty = true; if (!stopped) say(form, form.dataset.saving); later(wait); });
    form.addEventListener('change', (event) => { if ('decides' in event.target.dataset) form.requestSubmit(); });
    form.addEventListener('submit', (event) => {
      // The save that is under way has a newer token: wait for it.
      if (busy) { event.preventDefault(); setTimeout(() => form.requestSubmit(event.submitter), 300); return; }
      clearTimeout(timer);
      dirty = false;
    });
    addEventListener('beforeunload', (event) => { if (dirty) event.preventDefault(); });
    // A file goes where the cursor stands, after what was typed is saved.
    doc.querySelectorAll('form[data-inserts]').forEach((other) => other.addEventListener('submit', async (event) => {
      const text = form.elements[other.dataset.inserts];
      if (text) other.elements.at.value = text.selectionStart;
      if (!dirty) return;
      event.preventDefault();
      await save();
      other.removeAttribute('data-sent');
      other.requestSubmit();
    }));
  });

  // Leaving a page of the course with something typed asks first.
  doc.querySelectorAll('form[data-warns]').forEach((form) => {
    let dirty = false;
    form.addEventListener('input', () => { dirty = true; });
    form.addEventListener('submit', () => { dirty = false; });
    addEventListener('beforeunload', (event) => { if (dirty) event.preventDefault(); });
  });

  // A picture or a voice is described; a paper is not.
  doc.querySelectorAll('form[data-inserts]').forEach((form) => form.addEventListener('change', () => {
    form.elements.alt.required = [...form.querySelectorAll('[data-media]')].some((one) => one.dataset.media !== 'file' && one.files.length);
  }));

  // Dragging: the buttons stay, and do the same.
  let held = null;
  doc.querySelectorAll('[data-arrange]').forEach((list) => {
    [...list.children].forEach((item) => { if (item.dataset.key) item.draggable = true; });
    list.addEventListener('dragstart', (event) => { held = event.target.closest('[data-key]'); });
    list.addEventListener('dragover', (event) => {
      if (!held) return;
      event.preventDefault();
      const over = event.target.closest('[data-arrange]>li');
      if (!over) { list.append(held); return; }
      const { top, height } = over.getBoundingClientRect();
      if (over !== held) over[event.clientY < top + height / 2 ? 'before' : 'after'](held);
    });
  });
  doc.addEventListener('dragend', async () => {
    const list = held && held.closest('[data-arrange]');
    held = null;
    if (!list) return;
    const sent = new FormData();
    [...list.children].forEach((item) => { if (item.dataset.key) sent.append('key', item.dataset.key); });
    const answer = await fetch(list.dataset.arrange, { method: 'POST', body: sent });
    if (!answer.ok) location.reload();
  });

  // A text pasted from a word processor keeps its headings, lists and tables.
  doc.querySelectorAll('form[data-pastes]').forEach((form) => {
    form.elements.text.addEventListener('paste', (event) => {
      const html = event.clipboardData.getData('text/html');
      if (!html) return;
      const files = new DataTransfer();
      files.items.add(new File([html], 'texte.html', { type: 'text/html' }));
      form.elements.document.files = files.files;
      say(form, form.dataset.pastes);
    });
  });
})();
