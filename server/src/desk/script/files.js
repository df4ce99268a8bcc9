// ---- pictures and recordings of a text: put in where the cursor was, spoken here, and waited for until they are prepared

/** `typed` hears that the text was changed, `untyped` makes a change that counts for none. */
function files(form, typed, untyped) {
  let last = form.querySelector('textarea.tt');
  form.addEventListener('focusin', event => { if (event.target.matches('textarea.tt')) last = event.target; });
  form.addEventListener('click', event => {
    const button = event.target.closest('[data-insert]');
    if (!button || !last) return;
    const at = last.selectionEnd;
    last.setRangeText('\n\n' + button.dataset.insert + '\n\n', at, at, 'end');
    const tick = button.parentNode.querySelector('[name=insert]');
    if (tick) tick.checked = false;
    last.focus();
    typed();
  });

  /** Asks until everything is prepared, and changes only this part of the page. */
  async function wait() {
    const part = document.getElementById('tep');
    if (!part?.hasAttribute('data-waiting')) return;
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html');
      const fresh = page.getElementById('tep');
      // What appears by itself (a recording to choose) was not typed by anybody.
      if (fresh && !part.contains(document.activeElement)) untyped(() => part.replaceWith(fresh));
    } catch {}
    setTimeout(wait, 2000);
  }
  wait();

  const record = document.querySelector('[data-do=record]');
  if (record && !(window.MediaRecorder && navigator.mediaDevices)) record.hidden = true;
  let recorder = null;
  record?.addEventListener('click', async () => {
    if (recorder) return recorder.stop();
    const name = record.textContent;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
      const parts = [], began = Date.now();
      recorder = new MediaRecorder(stream, { audioBitsPerSecond: 64000 });
      recorder.addEventListener('dataavailable', event => parts.push(event.data));
      recorder.addEventListener('stop', () => {
        for (const track of stream.getTracks()) track.stop();
        const files = new DataTransfer();
        files.items.add(new File(parts, say('Ghi âm ', 'Recording ') + Math.round((Date.now() - began) / 1000) + ' s', { type: recorder.mimeType }));
        bring.elements.file.files = files.files;
        needs();
        recorder = null;
        record.textContent = name;
      });
      recorder.start();
      record.textContent = say('■ Dừng ghi', '■ Stop');
    } catch {
      recorder = null;
      record.textContent = say('Máy không cho ghi âm: hãy chọn tệp', 'No microphone: choose a file');
    }
  });
  // Who speaks, and that he agrees, is asked of sound alone, and before it is sent.
  const bring = document.querySelector('#bring form');
  const needs = () => {
    const { file } = bring.elements, [chosen] = file.files;
    const sound = chosen?.type.startsWith('audio/') || false;
    for (const name of ['speaker', 'consent']) bring.elements[name].required = sound;
    const large = document.getElementById('large');
    large.hidden = !(chosen?.size > file.dataset.max);
    file.setCustomValidity(large.hidden ? '' : large.textContent);
  };
  bring?.elements.file.addEventListener('change', needs);
}
