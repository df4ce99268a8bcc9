// ---- the editor: what is typed is kept here, and saved on the server by itself

{
  const form = document.getElementById('ed');
  if (form) write(form);
}

function write(form) {
  const status = document.getElementById('saved');
  const { elements } = form;
  // What names a form and is not typed: the version it is of, or what it begins.
  const NAMES = ['version', 'once', 'tu'];
  const fields = () => new URLSearchParams([...new FormData(form)].filter(([name]) => !NAMES.includes(name))).toString();
  let known = fields(), timer, sending = false, leaving = false, left = 0;
  // Said with every save from when somebody pressed a button that sends, in vain.
  let unsent = '';
  const PAUSE = 2500, AWAY = 15000;
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
      made.addEventListener('click', async () => { if ((await act()) !== false) offer.remove(); });
      return made;
    };
    const row = document.createElement('p');
    row.className = 'ac';
    row.append(
      button(say('Lấy lại', 'Take it'), async () => {
        const before = fields();
        fill(new URLSearchParams(kept.fields));
        // What it needs did not come: all stays as it was, and as it is kept.
        if ((await form.words) === false) {
          fill(new URLSearchParams(before));
          return false;
        }
        // It may have reached the server before: then it goes on there.
        if (elements.once && kept.once) elements.once.value = kept.once;
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
    form.dispatchEvent(new CustomEvent('change', { detail: values }));
  }

  function typed() {
    const now = fields();
    // On its way out: what comes in by itself meanwhile goes with it.
    if (form.inert) return keep(now);
    clearTimeout(timer);
    if (now === known && !sending) {
      // Taken back before it was sent: the text stands on the server as it is here.
      keep(null);
      return tell('');
    }
    keep(now);
    tell(say('Đang gõ…', 'Typing…'));
    stays();
    // What was sent may still be on its way: the same text is not sent beside it at once.
    timer = setTimeout(send, Math.max(PAUSE, left + AWAY - Date.now()));
  }

  /** The way out was stopped, or there is more to save than what was sent. */
  function stays() {
    if (leaving) forgetSent();
    leaving = false;
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
    // With words of another hazard that are still on their way, see alert.js, the text is none.
    if (sending || leaving || form.words || !(elements.version || (elements.once && !form.classList.contains('al-f')))) return;
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

  // The page stays, with all that was typed.
  guard(form, {
    // Words of another hazard that are still on their way, see alert.js.
    ready: () => form.words,
    asks(on) {
      leaving = on;
      if (!on) return;
      clearTimeout(timer);
      tell(say('Đang gửi…', 'Sending…'));
    },
    leaves() {
      leaving = true;
      left = Date.now();
      clearTimeout(timer);
      const [from] = location.href.split('#');
      const once = elements.once?.value;
      if (once) history.replaceState({ once }, '');
      try { sessionStorage['desk-sent'] = JSON.stringify({ keep: form.dataset.keep, from, once }); } catch {}
    },
    away(submitter) {
      const now = fields();
      if (now !== known) keep(now);
      if (submitter?.name === 'do') unsent = say(' Chưa gửi: hãy bấm lại nút gửi.', ' Not sent: press the button again.');
      tell(say('Mất mạng: đã cất trên máy này, chưa gửi. Hãy bấm lại khi có mạng.', 'No network: kept on this device, not sent. Press again when it is back.'));
      timer = setTimeout(send, AWAY);
    },
  });
  addEventListener('beforeunload', event => { if (!leaving && fields() !== known) { send(); event.preventDefault(); } });
  for (const other of document.querySelectorAll('form:not(#ed)'))
    other.addEventListener('submit', event => {
      if (event.defaultPrevented) return;
      forgetSent();
      leaving = true;
    });
  /** Back to a form that was sent: what it began stands there instead. While nobody knows that, it goes on with the same. */
  function begun() {
    const once = elements.once && history.state?.once;
    if (!once) return;
    elements.once.value = once;
    let at;
    try { at = sessionStorage['desk-begun:' + once]; } catch {}
    if (!at) return;
    leaving = true;
    location.replace(at + '?sua=1');
  }
  begun();
  // Come back to as it was left.
  addEventListener('pageshow', event => {
    if (!event.persisted) return;
    stays();
    begun();
  });

  files(form, typed, change => {
    const clean = fields() === known;
    change();
    if (clean) known = fields();
  });
  marks(form, typed);
}
