/* A voice recorded in the page, and what was chosen shown before it is sent. Without this, the phone's own recorder serves. */
(() => {
  'use strict';
  const form = (input) => input.closest('fieldset');
  const shown = (input) => form(input).querySelector('[data-media-chosen]');
  const note = (input, text) => { shown(input).textContent = text; };

  document.querySelectorAll('input[data-media]').forEach((input) => {
    input.addEventListener('change', () => {
      const place = shown(input);
      place.querySelectorAll(`[data-from="${input.id}"]`).forEach((one) => one.remove());
      [...input.files].forEach((file) => {
        const line = document.createElement('p');
        line.dataset.from = input.id;
        if (file.type.startsWith('image/')) {
          const picture = document.createElement('img');
          picture.src = URL.createObjectURL(file);
          picture.alt = '';
          picture.onload = () => URL.revokeObjectURL(picture.src);
          line.append(picture);
        } else if (file.type.startsWith('audio/')) {
          const sound = document.createElement('audio');
          sound.controls = true;
          sound.src = URL.createObjectURL(file);
          line.append(sound);
        }
        line.append(file.name);
        place.append(line);
      });
    });
  });

  if (!window.MediaRecorder || !navigator.mediaDevices) return;
  document.querySelectorAll('input[data-media="voice"]').forEach((input) => {
    const button = document.createElement('button');
    const time = document.createElement('span');
    let recorder = null;
    let clock = 0;
    button.type = 'button';
    button.className = 'btn quiet';
    button.textContent = input.dataset.record;
    const stop = () => recorder && recorder.state === 'recording' && recorder.stop();
    const begin = async () => {
      let stream;
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      } catch {
        note(input, input.dataset.denied);
        return;
      }
      const parts = [];
      const start = Date.now();
      recorder = new MediaRecorder(stream, { audioBitsPerSecond: 32000 });
      recorder.ondataavailable = (event) => parts.push(event.data);
      recorder.onstop = () => {
        clearInterval(clock);
        stream.getTracks().forEach((track) => track.stop());
        const type = recorder.mimeType || 'audio/webm';
        const ending = type.includes('mp4') ? 'm4a' : type.includes('ogg') ? 'ogg' : 'webm';
        const kept = new DataTransfer();
        kept.items.add(new File(parts, `voix.${ending}`, { type }));
        input.files = kept.files;
        input.dispatchEvent(new Event('change'));
        button.textContent = input.dataset.again;
        time.textContent = '';
      };
      recorder.start(1000);
      button.textContent = input.dataset.stop;
      clock = setInterval(() => {
        const seconds = Math.round((Date.now() - start) / 1000);
        time.textContent = ` ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
        if (seconds >= 590) stop();
      }, 500);
    };
    button.onclick = () => (recorder && recorder.state === 'recording' ? stop() : begin());
    input.closest('label').after(button, time);
  });
})();
