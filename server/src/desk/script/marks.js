// ---- marks of a text: a button for each, and clean ones of what is pasted

function marks(form, typed) {
  const known = [
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
    for (const [sign, before, after, name] of known) {
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
        const chosen = value.slice(from, to);
        // Close around the words of each line, behind what makes an item of it; a row of a table has cells instead.
        const line = (all, lead, words, blank) => (words ? lead + before + words + after + blank : all);
        const marked = before === after && chosen
          ? chosen.split('\n').map(all => all.replace(/^(?!\s*\|)(\s*(?:(?:[->]|#+|\d+\.)\s+|\[[^\]]*\]\s*)?)(.*?)(\s*)$/, line)).join('\n')
          : start + chosen + after;
        area.setRangeText(marked, from, to, 'end');
        if (from === to && after) area.setSelectionRange(from + start.length, from + start.length);
        area.focus();
        typed();
      });
      bar.append(button);
    }
    area.before(bar);

    // Letters that an input method still puts together are not torn apart.
    let composing = false;
    area.addEventListener('compositionstart', () => { composing = true; });
    area.addEventListener('compositionend', () => { composing = false; });
    // From a word processor, a web page or Zalo: the server makes clean marks of it.
    area.addEventListener('paste', async event => {
      const html = event.clipboardData?.getData('text/html');
      if (!html || !/<(p|li|td|h\d|b|strong|div|br)\b/i.test(html)) return;
      event.preventDefault();
      // At once as it is; with marks when they come, where it still stands so.
      const plain = event.clipboardData.getData('text/plain').replace(/\r\n?/g, '\n');
      const from = area.selectionStart;
      area.setRangeText(plain, from, area.selectionEnd, 'end');
      typed();
      let text;
      try {
        const address = form.action.replace(/\/viec.*$/, '/dan');
        const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
        ({ text } = JSON.parse(await answered(address, 10000, { method: 'POST', headers, body: new URLSearchParams({ html }) })));
      } catch {}
      while (composing) await new Promise(done => area.addEventListener('compositionend', () => setTimeout(done), { once: true }));
      const { value, selectionStart, selectionEnd } = area;
      const at = value.startsWith(plain, from) ? from : value.indexOf(plain);
      // Which of two, nobody knows.
      if (!text || at < 0 || (at !== from && value.indexOf(plain, at + 1) >= 0)) return;
      const behind = selectionStart >= at + plain.length;
      area.setRangeText(text, at, at + plain.length, 'preserve');
      // A caret right behind it stays there.
      if (behind) area.setSelectionRange(...[selectionStart, selectionEnd].map(place => place + text.length - plain.length));
      typed();
    });
  }
}
