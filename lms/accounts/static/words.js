/* The preview of a learner's page follows the words as they are typed. Without it, a button shows the same. */
(() => {
  'use strict';
  const form = document.querySelector('form[data-words]');
  if (!form) return;
  form.addEventListener('input', (event) => {
    const field = event.target;
    if (!field.name) return;
    document.querySelectorAll(`[data-word="${CSS.escape(field.name)}"]`).forEach((place) => {
      place.textContent = field.value.trim() || field.placeholder;
    });
  });
})();
