/* Small improvements; every page works without them. */
(() => {
  'use strict';
  const doc = document;
  const all = (selector, root) => [...(root || doc).querySelectorAll(selector)];
  const words = doc.body.dataset;

  // A form that was posted rests: its buttons wait, and come back with the page.
  const rest = (form, resting) => {
    form.toggleAttribute('data-sent', resting);
    [...form.elements].forEach((button) => {
      if (button.type !== 'submit') return;
      if (resting) button.setAttribute('aria-busy', 'true');
      else button.removeAttribute('aria-busy');
    });
  };
  // Files that are too heavy are said before they leave: nothing is sent for nothing, nothing typed is lost.
  const heavy = (form) => {
    const said = form.querySelector('[data-heavy]');
    if (!said) return null;
    let note = form.querySelector('.too-heavy');
    const size = all('input[type=file]', form).flatMap((input) => [...input.files]).reduce((sum, file) => sum + file.size, 0);
    if (size <= said.dataset.most * 1e6) { if (note) note.remove(); return null; }
    if (!note) {
      note = doc.createElement('p');
      note.className = 'problem too-heavy';
      note.tabIndex = -1;
      note.setAttribute('role', 'alert');
      said.after(note);
    }
    note.textContent = said.dataset.heavy.replace('{size}', Math.ceil(size / 1e6));
    return note;
  };
  doc.addEventListener('change', (event) => { if (event.target.type === 'file' && event.target.form) heavy(event.target.form); });
  doc.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== 'post') return;
    const note = heavy(form);
    if (note) { event.preventDefault(); note.focus(); return; }
    if (form.hasAttribute('data-sent')) { event.preventDefault(); return; }
    if (form.dataset.confirm && !form.confirmed) {
      event.preventDefault();
      ask(form.dataset.confirm, () => { form.confirmed = true; form.requestSubmit(event.submitter); });
      return;
    }
    form.confirmed = false;
    rest(form, true);
    setTimeout(rest, 10000, form, false);
  });
  addEventListener('pageshow', (event) => {
    if (event.persisted) all('form[data-sent]').forEach((form) => rest(form, false));
  });

  const button = (text, kind, act) => {
    const made = doc.createElement('button');
    made.type = 'button';
    made.className = 'btn ' + kind;
    made.textContent = text;
    made.onclick = act;
    return made;
  };
  function ask(question, then) {
    const dialog = doc.createElement('dialog');
    const text = doc.createElement('p');
    const acts = doc.createElement('div');
    text.id = 'asked';
    text.textContent = question;
    acts.className = 'acts';
    acts.append(
      button(words.yes, 'main', () => { dialog.close(); then(); }),
      button(words.no, 'quiet', () => dialog.close()),
    );
    dialog.setAttribute('aria-labelledby', 'asked');
    dialog.append(text, acts);
    dialog.onclose = () => dialog.remove();
    doc.body.append(dialog);
    dialog.showModal();
  }

  // Ordering: buttons take the place of the choices of a number, which still are what is sent.
  const order = (list) => {
    const said = doc.createElement('p');
    said.className = 'vh';
    said.setAttribute('role', 'status');
    list.after(said);
    const number = () => [...list.children].forEach((item, at) => {
      item.querySelector('select').value = at + 1;
      const [up, down] = all('button', item);
      up.setAttribute('aria-disabled', at === 0);
      down.setAttribute('aria-disabled', at === list.children.length - 1);
    });
    const move = (item, step, clicked) => {
      const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
      if (!other) return;
      if (step < 0) other.before(item); else other.after(item);
      number();
      clicked.focus();
      said.textContent = list.dataset.at
        .replace('{item}', item.querySelector('.grow').textContent)
        .replace('{place}', [...list.children].indexOf(item) + 1);
    };
    [...list.children]
      .sort((a, b) => a.querySelector('select').value - b.querySelector('select').value)
      .forEach((item) => {
        const name = item.querySelector('.grow').textContent;
        const choice = item.querySelector('select');
        choice.hidden = true;
        if (!choice.disabled) {
          [['↑', list.dataset.up, -1], ['↓', list.dataset.down, 1]].forEach(([sign, word, step]) => {
            const made = button(sign, 'quiet', () => move(item, step, made));
            made.setAttribute('aria-label', word + ' : ' + name);
            item.append(made);
          });
        }
        list.append(item);
      });
    if (all('button', list).length) number();
  };

  // Work under way: asks again every 10 seconds, and only what changed comes back.
  const poll = (id, tag) => {
    const part = doc.getElementById(id);
    const url = part && part.dataset.pollUrl;
    if (!url) return;
    setTimeout(async () => {
      let next = tag;
      try {
        const answer = doc.hidden ? null
          : await fetch(url, { headers: tag ? { 'If-None-Match': tag } : {}, cache: 'no-store' });
        if (answer && answer.ok) {
          next = answer.headers.get('ETag');
          const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(id);
          if (fresh) {
            const held = part.contains(doc.activeElement) && doc.activeElement.id;
            part.replaceWith(fresh);
            const again = held && doc.getElementById(held);
            if (again) again.focus();
          }
        }
      } catch { /* no network: asks again later */ }
      poll(id, next);
    }, 10000);
  };

  doc.addEventListener('click', async (event) => {
    const hit = event.target.closest('[data-copy],[data-print],[data-reveal]');
    if (!hit) return;
    const { copy, copied, reveal, hide } = hit.dataset;
    if (copy) {
      await navigator.clipboard.writeText(copy);
      const before = hit.textContent;
      hit.textContent = copied;
      setTimeout(() => { hit.textContent = before; }, 2000);
    } else if (reveal) {
      const input = doc.getElementById(reveal);
      const shown = input.type === 'text';
      input.type = shown ? 'password' : 'text';
      hit.dataset.hide = hit.textContent;
      hit.textContent = hide;
    } else print();
  });

  all('[data-copy],[data-print],[data-reveal]').forEach((hit) => {
    hit.hidden = 'copy' in hit.dataset && !navigator.clipboard;
  });
  all('[data-ordering]').forEach(order);
  all('[data-poll-url][id]').forEach((part) => poll(part.id));
  all('[data-focus]').forEach((part) => part.focus());

  // What was open stays open, in this tab.
  all('details[id]:not([data-forget])').forEach((part) => {
    const key = location.pathname + '#' + part.id;
    try {
      const was = sessionStorage.getItem(key);
      if (was) part.open = was === 'open';
      part.addEventListener('toggle', () => sessionStorage.setItem(key, part.open ? 'open' : 'closed'));
    } catch { /* storage refused */ }
  });
})();
