
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
    let own = !form.hasAttribute('data-template');
    form.addEventListener('input', event => { own ||= event.target.matches('textarea, input:not([type=radio], [type=checkbox])'); });
    form.addEventListener('change', event => {
      const { name, value, checked } = event.target;
      if (name === 'place' || event.target === form) draw();
      if (name === 'hours' && checked) {
        const end = new Date(Math.ceil((Date.now() + value * 3600e3) / 300e3) * 300e3 + 7 * 3600e3);
        form.elements.expires.value = end.toISOString().slice(0, 16);
        event.target.checked = false;
        changed();
      }
      // Another hazard has other levels and words; another level other words, which take the place of no one's own.
      if (name === 'hazard' || (name === 'level' && !own)) form.querySelector('[name=refill]').click();
    });
    draw();
  }
}
