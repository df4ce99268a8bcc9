// ---- what is sent leaves the page only where the server answers: the browser's own page of an error would take its place

/** How long it may take to, in ms: a slow line is one all the same. */
const ANSWERS = 8000;

/** Whether the server answers at all: asked for a file that everyone has. */
async function reached() {
  if (!navigator.onLine) return false;
  const { src } = document.querySelector('script[src]');
  const asked = fetch(src, { method: 'HEAD', cache: 'no-store' }).then(answer => answer.status < 500, () => false);
  return Promise.race([asked, new Promise(done => setTimeout(done, ANSWERS, true))]);
}

/** What an address answers, given up after so many ms in browsers of any age. */
async function answered(address, ms, options) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ms);
  try {
    const response = await fetch(address, { ...options, signal: stop.signal });
    if (!response.ok) throw new Error(response.status);
    return await response.text();
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks first, then sends a form with the button that was pressed, whose name says what to do. `away` tells where nobody
 * answers; `asks` hears when asking begins and ends, `leaves` that it goes out; `ready` is waited for, and says false in vain.
 */
function guard(form, { away, asks, leaves, ready }) {
  let sure = false, asking = false;
  form.addEventListener('submit', async event => {
    const { submitter } = event;
    if (sure || !form.requestSubmit) {
      sure = false;
      leaves?.();
      return;
    }
    event.preventDefault();
    if (asking) return;
    // Until it is known, nothing is changed and no other button is pressed.
    form.inert = asking = true;
    asks?.(true);
    sure = (await ready?.()) !== false && (await reached());
    form.inert = asking = false;
    asks?.(false);
    if (sure) form.requestSubmit(submitter);
    else {
      submitter?.focus();
      away(submitter);
    }
    sure = false;
  });
}

for (const form of document.querySelectorAll('form[method=post]:not(#ed):not([data-passkey])')) {
  let told;
  guard(form, {
    asks(on) { if (on) told?.remove(); },
    away() {
      told = document.createElement('p');
      told.className = 'warn';
      told.setAttribute('role', 'alert');
      told.textContent = say('Mất mạng: chưa gửi. Hãy bấm lại khi có mạng.', 'No network: not sent. Press again when it is back.');
      form.append(told);
    },
  });
}

// Whoever signs out leaves no text behind on this device, and is asked where one was not saved.
document.querySelector('form[action$="/ra"]')?.addEventListener('submit', event => {
  if (event.defaultPrevented) return;
  let kept = [];
  // What others left here when their session ended is theirs to take.
  try { kept = Object.keys(localStorage).filter(name => name.startsWith(event.target.dataset.keep)); } catch {}
  const ask = say('Trên máy này còn bản gõ dở chưa lưu. Đăng xuất và bỏ nó?', 'A text on this device was not saved. Sign out and drop it?');
  if (kept.length && !confirm(ask)) event.preventDefault();
  else for (const name of kept) localStorage.removeItem(name);
});
