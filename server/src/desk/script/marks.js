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
