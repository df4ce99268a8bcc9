
// ---- the composer of alerts: the map ticks boxes, buttons of hours fill in the end. The boxes and fields are what is sent.
{
  const map = document.querySelector('.pk');
  const form = document.getElementById('ed');
  if (map && form) {
    const told = document.querySelector('.pkn');
    const units = [...map.querySelectorAll('[data-place]')];
    const box = unit => form.querySelector(`[name=place][value="${unit.dataset.place}"]`);
    const all = () => [...form.querySelectorAll('[name=place]:checked')];
    const changed = () => form.dispatchEvent(new Event('input', { bubbles: true }));
    const name = input => input.parentElement.textContent;

    /** The map follows the boxes. */
    function draw() {
      for (const unit of units) {
        const on = box(unit)?.checked;
        unit.classList.toggle('hit', !!on);
        unit.setAttribute('aria-selected', !!on);
      }
      const names = all().map(name);
      told.textContent = say(`Đã chọn ${names.length} nơi`, `${names.length} chosen`) + (names.length ? ': ' + names.join(', ') : '');
    }
    function toggle(unit) {
      const input = box(unit);
      if (!input) return;
      input.checked = !input.checked;
      input.closest('details').open = true;
      draw();
      changed();
    }
    // One stop for the keyboard: arrows go to the nearest unit that way, space ticks it.
    let at = units[0];
    const middle = unit => { const b = unit.getBBox(); return [b.x + b.width / 2, b.y + b.height / 2]; };
    function go(unit) {
      at.classList.remove('at');
      at = unit;
      at.classList.add('at');
      map.setAttribute('aria-activedescendant', at.id);
    }
    if (units.length) {
      map.setAttribute('role', 'listbox');
      map.setAttribute('aria-multiselectable', 'true');
      map.setAttribute('tabindex', '0');
      map.setAttribute('aria-label', say('Bản đồ: mũi tên để đi, phím cách để chọn', 'Map: arrows to move, space to choose'));
      for (const unit of units) {
        unit.id = 'm' + unit.dataset.place;
        unit.setAttribute('role', 'option');
        if (box(unit)) unit.setAttribute('aria-label', name(box(unit)));
      }
      map.addEventListener('click', event => { const unit = event.target.closest('[data-place]'); if (unit) { go(unit); toggle(unit); } });
      map.addEventListener('focus', () => go(at));
      map.addEventListener('blur', () => at.classList.remove('at'));
      map.addEventListener('keydown', event => {
        const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
        if (event.key === ' ' || event.key === 'Enter') { event.preventDefault(); return toggle(at); }
        if (!way) return;
        event.preventDefault();
        const [x, y] = middle(at);
        let best, cost = Infinity;
        for (const unit of units) {
          const [dx, dy] = [middle(unit)[0] - x, middle(unit)[1] - y];
          const along = dx * way[0] + dy * way[1], aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
          if (unit !== at && along > 0 && along + 2 * aside < cost) [best, cost] = [unit, along + 2 * aside];
        }
        if (best) go(best);
      });
    }
    form.addEventListener('change', event => {
      const { name, value, checked } = event.target;
      if (name === 'place' || event.target === form) draw();
      if (name === 'hours' && checked) {
        form.elements.expires.value = inHours(value);
        event.target.checked = false;
        changed();
      }
    });
    draw();
    templates(form, changed);
  }
}

/** So many hours from now, at a full step and no longer than an alert may hold, as the field of the end has it. */
function inHours(hours) {
  const end = Math.ceil((Date.now() + hours * 3600e3) / 300e3) * 300e3;
  return new Date((end - Date.now() > 72 * 3600e3 ? end - 300e3 : end) + 7 * 3600e3).toISOString().slice(0, 16);
}

/**
 * Fields with words of a template follow hazard and level; an officer's own words stay, and it is told for which they were
 * written. The page stays: nobody who goes through a list with arrow keys is thrown out of it.
 */
function templates(form, changed) {
  const { elements } = form;
  const read = from => JSON.parse(from.getAttribute('data-words') || '{}');
  const chosen = () => Number(form.querySelector('[name=level]:checked')?.value || 0);
  const whole = () => [elements.hazard.selectedOptions[0].textContent, level];
  const { of, frame } = read(form);
  let book = of, level = chosen();
  let hazard = [...elements.hazard.options].find(option => option.defaultSelected)?.value;
  // For which own words were written, and which fields have them.
  let meant = whole();
  const stay = new Set();
  let levels = form.querySelector('.lcs').closest('fieldset');
  const told = document.createElement('p');
  told.setAttribute('role', 'status');
  levels.after(told);
  const tell = text => { told.textContent = text; told.className = text ? 'warn' : ''; };
  // Fields that he changed here.
  const own = new Set();

  const group = (book, level) => book.levels.find(({ to }) => level <= to) || book.levels[book.levels.length - 1];
  /** What a template says, by the id of the field. */
  function said(book, group) {
    const out = {};
    for (const lang of ['vi', 'en']) {
      const { title, summary, actions, contingency } = group[lang];
      const framed = (of, text) => (frame ? frame[lang][of].replace('{tin}', () => text) : text);
      const all = { title: framed('title', title), summary: framed('summary', summary), contingency, area: book.area[lang] };
      for (const at of [0, 1, 2]) all['action' + at] = actions[at] || '';
      for (const name in all) out[`f-${name}.${lang}`] = all[name];
    }
    return out;
  }

  /** Puts in what stands in `book` at `level`: in `all` fields, or where that of `before`, at level `was`, still stands. */
  function follow(before, was, all) {
    if (!book) return;
    const words = said(book, group(book, level));
    const former = before ? before.levels.map(one => said(before, one)) : [];
    stay.clear();
    for (const id in words) {
      const field = document.getElementById(id);
      if (!field || field.value === words[id]) continue;
      if (all || former.some(words => words[id] === field.value)) field.value = words[id];
      else if (field.value.trim()) stay.add(id);
    }
    for (const name of ['urgency', 'certainty']) {
      if (all) own.delete(name);
      const theirs = group(book, level)[name];
      if (all || (before && !own.has(name) && elements[name].value === group(before, was)[name])) elements[name].value = theirs;
      else if (elements[name].value !== theirs) stay.add(name);
    }
    if (all || before !== book) {
      const calls = [...form.querySelectorAll('[name=call][type=checkbox]')];
      if (all || (before && calls.every(box => box.checked === before.calls.includes(box.value))))
        for (const box of calls) box.checked = book.calls.includes(box.value);
      // The end is his from when he chose it or saved the text. Nobody is told less of an end than stands already.
      const { expires } = elements, end = inHours(book.hours);
      if (elements.once && !own.has('expires') && !(frame && expires.value > end)) expires.value = end;
    }
    const now = whole();
    if (!stay.size) meant = now;
    const [name, at] = meant;
    const stale = say(`Phần bạn viết hoặc chọn vẫn là của ${name}, cấp ${at} – hãy đọc lại.`, `What you wrote or chose is still for ${name}, level ${at} – read it again.`);
    tell(String(meant) === String(now) ? '' : stale);
    changed();
  }

  /** Brings words and levels of another hazard, or says false: then the form stays of the one before, and what was kept is kept. */
  async function another(back) {
    const { value, selectedOptions: [option] } = elements.hazard;
    const [from, to] = option.dataset.levels.split('-').map(Number);
    tell(say('Đang lấy chữ mẫu…', 'Fetching the prepared words…'));
    let page, fresh, next;
    try {
      const query = `?loai=${value}&cap=${Math.min(Math.max(level, from), to)}`;
      page = new DOMParser().parseFromString(await answered(form.action.replace(/\/viec.*$/, '/canh-bao/moi') + query, ANSWERS), 'text/html');
      fresh = page.querySelector('.lcs').closest('fieldset');
      next = read(page.getElementById('ed')).of;
    } catch {}
    // He went on in the list meanwhile.
    if (elements.hazard.value !== value) return form.words;
    form.words = null;
    if (!next) {
      elements.hazard.value = hazard;
      if (!back) changed();
      tell(say('Mất mạng: loại vẫn như cũ. Hãy chọn lại khi có mạng.', 'No network: the hazard is as it was. Choose again when it is back.'));
      return false;
    }
    const [before, was] = [book, level];
    for (const symbol of page.querySelectorAll('.sprite symbol')) if (!document.getElementById(symbol.id)) document.querySelector('.sprite')?.append(symbol);
    levels.replaceWith(fresh);
    levels = fresh;
    const same = levels.querySelector(`[value="${was}"]`);
    if (same) same.checked = true;
    [hazard, book, level] = [value, next, chosen()];
    // What was kept is all his own.
    follow(back ? null : before, was);
    return true;
  }
  function check(back) {
    if (form.words) tell('');
    form.words = elements.hazard.value === hazard ? null : another(back);
  }

  form.addEventListener('input', ({ target }) => {
    own.add(target.name);
    // The last of them was written, or chosen, anew.
    const was = stay.size;
    stay.delete(target.id);
    stay.delete(target.name);
    if (!was || stay.size) return;
    meant = whole();
    tell('');
  });
  form.addEventListener('change', ({ target, detail }) => {
    if (target.name === 'hours') own.add('expires');
    if (target.name === 'level') {
      const was = level;
      level = chosen();
      follow(book, was);
    }
    // What was kept is back.
    if (target === form) {
      own.add('expires');
      // Its hazard may have levels that are not on the page yet.
      level = Number(detail.get('level')) || chosen();
      meant = whole();
    }
    if (target.name === 'hazard' || target === form) check(target === form);
  });
  form.querySelector('[name=refill]').addEventListener('click', event => {
    if (!book || form.words) return;
    event.preventDefault();
    follow(book, level, true);
  });
  // A browser that comes back puts in what was chosen.
  check();
}
