// The desk with scripts: saves by itself (here and on the server), shows the page of a phone beside the text, helps with
// marks, and cleans what is pasted. Everything also works without it.
'use strict';
document.documentElement.classList.add('js');
const form = document.getElementById('ed');
const english = document.documentElement.lang === 'en';
const say = (vi, en) => (english ? en : vi);

for (const button of document.querySelectorAll('[data-do=print]')) button.addEventListener('click', () => print());
/** Hands a link to whoever it is for: by what the phone has for that, else by the clipboard. */
for (const button of document.querySelectorAll('[data-do=pass]')) {
  button.addEventListener('click', async () => {
    const { value } = button.closest('div').querySelector('input');
    try {
      if (navigator.share) return await navigator.share({ url: value });
      await navigator.clipboard.writeText(value);
      button.textContent = say('Đã chép đường dẫn', 'Copied');
    } catch {}
  });
}

// Said once: of this page loaded again nothing was just saved.
if (location.search.includes('da-luu')) history.replaceState(null, '', location.pathname + '?sua=1');

// A form that was sent and led on to another page was taken: the copy of it here is old.
try {
  const [way] = performance.getEntriesByType('navigation');
  if (way?.redirectCount && document.querySelector('.mn') && sessionStorage['desk-sent']) {
    localStorage.removeItem(sessionStorage['desk-sent']);
    delete sessionStorage['desk-sent'];
  }
} catch {}

// ---- what unlocks this device

const unpack = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
const pack = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
for (const ask of document.querySelectorAll('form[data-passkey]')) {
  if (!window.PublicKeyCredential) ask.hidden = true;
  ask.addEventListener('submit', async event => {
    event.preventDefault();
    const told = ask.querySelector('[role=status]');
    told.textContent = '';
    try {
      const response = await fetch(ask.dataset.passkey, {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: new URLSearchParams(new FormData(ask)),
      });
      if (response.status === 422) {
        told.textContent = (await response.json()).told;
        return;
      }
      if (!response.ok) throw new Error(response.status);
      const { ceremony, options } = await response.json();
      options.challenge = unpack(options.challenge);
      for (const known of [...(options.excludeCredentials || []), ...(options.allowCredentials || [])]) known.id = unpack(known.id);
      if (options.user) options.user.id = unpack(options.user.id);
      const made = await navigator.credentials[options.user ? 'create' : 'get']({ publicKey: options });
      const answer = { id: made.id, rawId: pack(made.rawId), type: made.type, extensions: {}, response: {} };
      for (const part of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'])
        if (made.response[part]) answer.response[part] = pack(made.response[part]);
      ask.elements.ceremony.value = ceremony;
      ask.elements.answer.value = JSON.stringify(answer);
      ask.submit();
    } catch (cause) {
      // Whoever closed the question knows why.
      told.textContent = cause.name === 'NotAllowedError'
        ? say('Đã dừng. Bấm lại khi sẵn sàng.', 'Stopped. Press again when you are ready.')
        : say('Chưa được. Hãy thử lại, hoặc dùng mật khẩu và mã.', 'It did not work. Try again, or use password and code.');
    }
  });
}

// Whoever signs out leaves no text behind on this device, and is asked where one was not saved.
document.querySelector('form[action$="/ra"]')?.addEventListener('submit', event => {
  let kept = [];
  // What others left here when their session ended is theirs to take.
  try { kept = Object.keys(localStorage).filter(name => name.startsWith(event.target.dataset.keep)); } catch {}
  const ask = say('Trên máy này còn bản gõ dở chưa lưu. Đăng xuất và bỏ nó?', 'A text on this device was not saved. Sign out and drop it?');
  if (kept.length && !confirm(ask)) event.preventDefault();
  else for (const name of kept) localStorage.removeItem(name);
});

const frame = document.querySelector('iframe.ph');
let dark = false;
const show = () => { if (frame?.dataset.src) frame.src = frame.dataset.src + (dark ? '?nen=dark' : '?nen=light'); };
show();
document.querySelector('[data-do=dark]')?.addEventListener('click', event => {
  dark = !dark;
  event.currentTarget.setAttribute('aria-pressed', dark);
  show();
});

if (form) {
  const status = document.getElementById('saved');
  const { elements } = form;
  // What names a form and is not typed: the version it is of, or what it begins.
  const NAMES = ['version', 'once', 'tu'];
  const fields = () => new URLSearchParams([...new FormData(form)].filter(([name]) => !NAMES.includes(name))).toString();
  let known = fields(), timer, sending = false, asking = false, sure = false, leaving = false;
  // Said with every save from when somebody pressed a button that sends, in vain.
  let unsent = '';
  const PAUSE = 2500, AWAY = 15000, PATIENCE = 8000;
  // Browsers that know no such limit (Chrome before 103) wait as long as they wait by themselves.
  const patience = ms => AbortSignal.timeout?.(ms);
  const tell = text => { if (status) status.textContent = text; };
  const clock = () => new Date().toLocaleTimeString(english ? 'en-GB' : 'vi-VN', { hour: '2-digit', minute: '2-digit' });
  const keep = text => {
    const { keep } = form.dataset;
    try { text ? localStorage.setItem(keep, JSON.stringify({ fields: text, once: elements.once?.value })) : localStorage.removeItem(keep); } catch {}
  };

  // What was typed while the network was away, or before the browser died.
  let kept = null;
  try { kept = JSON.parse(localStorage.getItem(form.dataset.keep)); } catch {}
  if (kept && kept.fields !== known) {
    const offer = document.createElement('div');
    offer.className = 'warn';
    offer.setAttribute('role', 'status');
    const text = document.createElement('p');
    text.textContent = say('Trên máy này có bản gõ dở chưa lưu.', 'This device has a text that was not saved.');
    const button = (words, act) => {
      const made = document.createElement('button');
      made.type = 'button';
      made.className = 'bt';
      made.textContent = words;
      made.addEventListener('click', () => { act(); offer.remove(); });
      return made;
    };
    const row = document.createElement('p');
    row.className = 'ac';
    row.append(
      button(say('Lấy lại', 'Take it'), () => {
        // It may have reached the server before: then it goes on there.
        if (elements.once && kept.once) elements.once.value = kept.once;
        fill(new URLSearchParams(kept.fields));
        typed();
      }),
      button(say('Bỏ', 'Drop it'), () => keep(null)),
    );
    offer.append(text, row);
    form.before(offer);
  }

  function fill(values) {
    const taken = {};
    for (const input of elements) {
      if (!input.name || input.type === 'hidden') continue;
      const all = values.getAll(input.name);
      if (/checkbox|radio/.test(input.type)) input.checked = all.includes(input.value);
      // Several fields of one name take their values in turn.
      else if (all.length) input.value = all[taken[input.name] = (taken[input.name] ?? -1) + 1] ?? input.value;
    }
    form.dispatchEvent(new Event('change'));
  }

  function typed() {
    const now = fields();
    clearTimeout(timer);
    if (now === known && !sending) {
      // Taken back before it was sent: the text stands on the server as it is here.
      keep(null);
      return tell('');
    }
    keep(now);
    tell(say('Đang gõ…', 'Typing…'));
    timer = setTimeout(send, PAUSE);
  }

  /** The text stands on the server from now on: this page becomes its page. */
  function settle({ id }) {
    keep(null);
    const action = `${form.getAttribute('action')}/${id}`;
    form.setAttribute('action', action);
    form.dataset.keep = form.dataset.keep.replace(/moi:.*/, id);
    elements.tu?.remove();
    elements.once.name = 'version';
    history.replaceState(null, '', action + '?sua=1');
    if (frame) {
      frame.dataset.src = action + '/xem';
      frame.parentElement.hidden = false;
    }
  }

  // A new alert alone waits for whoever writes it to save it first.
  async function send() {
    if (sending || leaving || !(elements.version || elements.once)) return;
    const now = fields();
    if (now === known) return;
    sending = true;
    let pause = PAUSE, retry = true;
    try {
      const response = await fetch(form.action, {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body: now + NAMES.map(name => (elements[name] ? `&${name}=${elements[name].value}` : '')).join(''),
        signal: patience(20000),
      });
      const answer = await response.json();
      if (response.ok) {
        if (answer.id) settle(answer);
        elements.version.value = answer.version;
        // It stood there already, as it was when no answer came: what was typed since goes next.
        if (!answer.again) known = now;
        keep(fields() === known ? null : fields());
        tell(say('Đã lưu lúc ', 'Saved at ') + clock() + unsent);
        show();
      } else {
        retry = false;
        if (answer.code === 'signed-out') tell(say('Phiên đã hết: hãy bấm Lưu.', 'Signed out: press Save.'));
        else if (answer.code === 'overtaken') tell(say('Có người vừa lưu bài này: hãy bấm Lưu để xem.', 'Somebody has just saved this: press Save to see.'));
        else if (['denied', 'no-place'].includes(answer.code) && elements.once) tell(say('Đã cất trên máy này. Chọn nơi nhận và chủ đề để tự lưu.', 'Kept on this device. Choose for whom and the topic, to have it saved.'));
        else tell(say('Chưa lưu được: hãy bấm Lưu để xem vì sao.', 'Not saved: press Save to see why.'));
      }
    } catch {
      tell(say('Mất mạng: đã cất trên máy này, sẽ tự lưu khi có mạng.', 'No network: kept on this device, saved when it is back.') + unsent);
      pause = AWAY;
    } finally {
      sending = false;
      clearTimeout(timer);
      if (retry && fields() !== known) timer = setTimeout(send, pause);
    }
  }

  form.addEventListener('input', typed);
  addEventListener('online', send);

  /** Whether the server answers at all: asked for a file that everyone has. A slow line is one all the same. */
  async function reached() {
    if (!navigator.onLine) return false;
    const { src } = document.querySelector('script[src]');
    const asked = fetch(src, { method: 'HEAD', cache: 'no-store' }).then(answer => answer.status < 500, () => false);
    return Promise.race([asked, new Promise(done => setTimeout(done, PATIENCE, true))]);
  }

  // Where it does not, the page stays, with all that was typed: the browser's own page of an error would take its place.
  form.addEventListener('submit', async event => {
    // Words of another template come from the server: without it, the choice that asks for them must not stay.
    if (sure || !form.requestSubmit || event.submitter?.name === 'refill') {
      sure = false;
      leaving = true;
      clearTimeout(timer);
      try { sessionStorage['desk-sent'] = form.dataset.keep; } catch {}
      return;
    }
    event.preventDefault();
    if (asking) return;
    // Until it is known, nothing is changed and no other button is pressed.
    form.inert = asking = leaving = true;
    clearTimeout(timer);
    tell(say('Đang gửi…', 'Sending…'));
    const { submitter } = event;
    sure = await reached();
    form.inert = asking = leaving = false;
    // With the button that was pressed, whose name says what to do.
    if (sure) form.requestSubmit(submitter);
    else {
      const now = fields();
      if (now !== known) keep(now);
      if (submitter?.name === 'do') unsent = say(' Chưa gửi: hãy bấm lại nút gửi.', ' Not sent: press the button again.');
      tell(say('Mất mạng: đã cất trên máy này, chưa gửi. Hãy bấm lại khi có mạng.', 'No network: kept on this device, not sent. Press again when it is back.'));
      timer = setTimeout(send, AWAY);
    }
    sure = false;
  });
  addEventListener('beforeunload', event => { if (!leaving && fields() !== known) { send(); event.preventDefault(); } });

  // ---- pictures and recordings

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
      if (fresh && !part.contains(document.activeElement)) {
        // What appears by itself (a recording to choose) was not typed by anybody.
        const clean = fields() === known;
        part.replaceWith(fresh);
        if (clean) known = fields();
      }
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
  for (const other of document.querySelectorAll('form:not(#ed)')) other.addEventListener('submit', () => { leaving = true; });

  // ---- marks

  const marks = [
    ['B', '**', '**', say('Chữ đậm', 'Bold')],
    ['I', '__', '__', say('Nghiêng', 'Italic')],
    ['H', '\n## ', '', say('Đề mục', 'Heading')],
    ['•', '\n- ', '', say('Danh sách', 'List')],
    ['1.', '\n1. ', '', say('Các bước', 'Steps')],
    ['❝', '\n> ', '', say('Trích lời', 'Quotation')],
    ['▦', '\n| Cột 1 | Cột 2 |\n| ', ' |  |', say('Bảng', 'Table')],
    ['☎', '\n[gọi ', '] ', say('Số để gọi', 'Number to call')],
    ['↗', '\n[liên kết https://', '] ', say('Liên kết', 'Link')],
  ];
  for (const area of form.querySelectorAll('textarea.tt')) {
    const bar = document.createElement('div');
    bar.className = 'tb2';
    bar.setAttribute('role', 'toolbar');
    for (const [sign, before, after, name] of marks) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'bt';
      button.textContent = sign;
      button.title = name;
      button.setAttribute('aria-label', `${sign} ${name}`);
      button.addEventListener('click', () => {
        const { selectionStart: from, selectionEnd: to, value } = area;
        let start = before;
        if (start.startsWith('\n') && (from === 0 || value[from - 1] === '\n')) start = start.slice(1);
        area.setRangeText(start + value.slice(from, to) + after, from, to, 'end');
        if (from === to && after) area.setSelectionRange(from + start.length, from + start.length);
        area.focus();
        typed();
      });
      bar.append(button);
    }
    area.before(bar);

    // From a word processor, a web page or Zalo: the server makes clean marks of it.
    area.addEventListener('paste', async event => {
      const html = event.clipboardData?.getData('text/html');
      if (!html || !/<(p|li|td|h\d|b|strong|div|br)\b/i.test(html)) return;
      const plain = event.clipboardData.getData('text/plain');
      event.preventDefault();
      let text = plain;
      try {
        const response = await fetch(form.action.replace(/\/viec.*$/, '/dan'), {
          method: 'POST',
          headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({ html }),
        });
        if (response.ok) text = (await response.json()).text || plain;
      } catch {}
      area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end');
      typed();
    });
  }
}
