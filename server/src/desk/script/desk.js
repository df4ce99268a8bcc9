// The desk with scripts: sends only where the server answers, saves by itself (here and on the server), shows the page of a
// phone beside the text, helps with marks, and cleans what is pasted. Everything also works without it. One file for browsers:
// this one, send.js, files.js, marks.js, write.js and alert.js, in this order.
'use strict';
document.documentElement.classList.add('js');
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

// A form that was sent and led on to this page was taken: the copy of it here is old. Of any other page that comes first,
// a browser's own among them, nobody knows.
try {
  const sent = sessionStorage['desk-sent'];
  forgetSent();
  const { keep, from, once } = JSON.parse(sent || '{}');
  const [way] = performance.getEntriesByType('navigation');
  const came = from && document.referrer === from;
  // What that form began: whoever goes back to it comes here, see write.js.
  const begun = way?.redirectCount ? location.pathname : /\/viec$/.test(location.pathname) && document.getElementById('ed')?.getAttribute('action');
  if (came && once && /\/viec\/\d+$/.test(begun)) sessionStorage['desk-begun:' + once] = begun;
  if (came && way?.redirectCount && document.querySelector('.mn')) localStorage.removeItem(keep);
} catch {}
function forgetSent() {
  try { delete sessionStorage['desk-sent']; } catch {}
}

// Why something was not done is read first.
const why = document.querySelector('main .warn[role=alert]:not([hidden])');
if (why) {
  why.tabIndex = -1;
  why.focus();
}

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

const frame = document.querySelector('iframe.ph');
let dark = false;
const show = () => { if (frame?.dataset.src) frame.src = frame.dataset.src + (dark ? '?nen=dark' : '?nen=light'); };
show();
document.querySelector('[data-do=dark]')?.addEventListener('click', event => {
  dark = !dark;
  event.currentTarget.setAttribute('aria-pressed', dark);
  show();
});
