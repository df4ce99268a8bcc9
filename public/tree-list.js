// The list of households: reading, writing, pasting, a file to keep elsewhere, and paper.
import { byHamlet, dial, fresh, merge, NEEDS, parse, tidy } from './tree-rules.js';
import { draw, unseal } from './tree-box.js';
import { tags } from './tree-work.js';

const line = (app, id, words, value, props = {}) => app.h('p', { class: 'fd' }, app.h('label', { for: id }, words), app.h('input', { id, value, autocomplete: 'off', ...props }));
/** What this list is called for. */
export const inForce = app => app.alerts.filter(alert => alert.here && alert.calls);

/** An alert over the list, or over its locked door. An exercise never looks like the real thing. */
export const banner = (app, alert, more) => app.h('div', { class: `al ${alert.drill ? 'dr' : `l${alert.level}`}` },
  alert.drill ? app.h('p', { class: 'dm' }, app.h('b', {}, app.t('drill_line'))) : null,
  app.h('b', {}, app.t('level', { n: alert.level })), ' ', alert.title || app.t('pushed_alert'), more);

export function list(app) {
  const { t, h, button, data } = app;
  const houses = data.houses.slice().sort(byHamlet);
  const hamlets = [...new Set(houses.map(house => house.hamlet))];
  const open = data.works.filter(work => !work.closed && !inForce(app).some(alert => alert.ids.includes(work.alert)));
  return [
    h('h2', {}, t('houses_n', { n: houses.length })),
    inForce(app).map(alert => banner(app, alert,
      houses.length ? h('p', { class: 'ac' }, button(t('call_now'), () => app.go('work', alert), { class: 'bt go' }, 'phone')) : null)),
    open.map(work => button(t('go_on', { title: work.title }), () => app.go('work', { ...work, ids: work.alert ? [work.alert] : [] }), { class: 'bt wide' }, 'phone')),
    houses.length ? null : h('p', { class: 'em' }, t('empty')),
    h('p', { class: 'ac' },
      houses.length ? button(t('begin'), () => app.go('choose'), { class: 'bt go' }, 'phone') : null,
      button(t('add'), () => app.go('form'), {}, 'add'), button(t('paste'), () => app.go('paste'))),
    hamlets.map(hamlet => h('section', {}, h('h3', {}, hamlet || t('no_hamlet')), h('ul', { class: 'ls' }, houses.filter(house => house.hamlet === hamlet).map(house => h('li', {}, button([h('b', {}, house.name), ' ', h('small', {}, house.phone || t('no_phone')), tags(app, house)], () => app.go('form', house), { class: 'row' })))))),
    h('p', { class: 'ac' }, button(t('safe'), () => app.go('safe'), {}, 'download'), houses.length ? button(t('print'), () => window.print(), {}, 'print') : null, button(t('lock'), app.lock, {}, 'shield')),
  ];
}

/** One household, new or known. */
export function form(app) {
  const { t, h, button, arg } = app;
  const house = arg || { name: '', phone: '', hamlet: (app.data.houses.slice(-1)[0] || {}).hamlet || '', people: 0, needs: [], note: '' };
  const save = event => {
    event.preventDefault();
    const field = id => event.target.elements[id].value.normalize('NFC').trim();
    const next = tidy({
      id: arg ? arg.id : draw(), name: field('name'), phone: field('phone'), hamlet: field('hamlet'), note: field('note'),
      people: field('people'), needs: NEEDS.filter(need => event.target.elements[`need-${need}`].checked), at: Date.now(),
    });
    if (!next) return;
    app.go('list');
    app.change(t('saved', { name: next.name }), data => {
      const at = data.houses.findIndex(known => known.id === next.id);
      if (at < 0) data.houses.push(next);
      else data.houses[at] = next;
    });
  };
  const remove = () => {
    app.go('list');
    app.change(t('removed', { name: arg.name }), data => { data.houses = data.houses.filter(known => known.id !== arg.id); });
  };
  return [
    h('h2', {}, arg ? arg.name : t('add')),
    h('form', { onsubmit: save },
      line(app, 'name', t('name'), house.name, { required: true, maxlength: 80 }),
      line(app, 'phone', t('phone'), house.phone, { type: 'tel', inputmode: 'tel', maxlength: 30 }),
      line(app, 'hamlet', t('hamlet'), house.hamlet, { maxlength: 60 }),
      line(app, 'people', t('people'), house.people || '', { type: 'number', inputmode: 'numeric', min: 0, max: 99 }),
      h('fieldset', {}, h('legend', {}, t('needs')), NEEDS.map(need => h('label', { class: 'ck' }, h('input', { type: 'checkbox', name: `need-${need}`, checked: house.needs.includes(need) }), h('span', {}, t(`need_${need}`))))),
      line(app, 'note', t('note'), house.note, { maxlength: 300 }),
      h('p', { class: 'ac' }, h('button', { class: 'bt go' }, t('save')), button(t('back'), () => app.go('list')), arg ? button(t('remove'), remove) : null)),
  ];
}

/** Many lines at once, as they stand in a message or a table. What was understood is shown before it is taken. */
export function paste(app) {
  const { t, h, button } = app;
  const guess = Object.fromEntries(NEEDS.map(need => [need, t(`guess_${need}`)]));
  const found = h('div', { 'aria-live': 'polite' });
  const look = event => {
    const { rows, bad } = parse(event.target.value, guess);
    const rest = fresh(app.data.houses, rows);
    const take = () => {
      app.go('list');
      app.change(t('added_n', { n: rest.length }), data => { for (const row of rest) data.houses.push({ ...row, id: draw(), at: Date.now() }); });
    };
    found.textContent = '';
    found.append(
      bad.length ? h('p', { class: 'warn' }, t('not_read', { lines: bad.join(' / ') })) : '',
      rows.length > rest.length ? h('p', {}, t('known_n', { n: rows.length - rest.length })) : '',
      h('ul', { class: 'ls' }, rest.map(row => h('li', {}, h('b', {}, row.name), ' ', row.phone || t('no_phone'), ' · ', row.hamlet || t('no_hamlet'), tags(app, row), row.note ? h('small', {}, row.note) : null))),
      h('p', { class: 'ac' }, rest.length ? button(t('add_n', { n: rest.length }), take, { class: 'bt go' }, 'add') : null, button(t('back'), () => app.go('list'))),
    );
  };
  return [
    h('h2', {}, t('paste')),
    h('p', { class: 'fd' }, h('label', { for: 'lines' }, t('paste_what')), h('textarea', { id: 'lines', rows: 8, spellcheck: 'false', oninput: look })),
    found,
    h('p', {}, t('paste_example')),
  ];
}

// ---- a file: locked with the passphrase of this list, whichever way it goes

const day = () => new Date().toLocaleDateString('sv');
const file = (envelope, name, type) => new File([JSON.stringify(envelope)], name, { type });
/** Share sheets take only kinds of files that they know. */
const SHARED = 'text/plain';
const canShare = () => navigator.canShare && navigator.canShare({ files: [file({}, 'a.txt', SHARED)] });

export function safe(app) {
  const { t, h, button } = app;
  const share = async () => {
    const shared = file(await app.sealed(), `cay-goi-${day()}.bantin-cay.txt`, SHARED);
    navigator.share({ files: [shared] }).then(() => app.say(t('exported')), () => {});
  };
  const download = async () => {
    const address = URL.createObjectURL(file(await app.sealed(), '', 'application/octet-stream'));
    h('a', { href: address, download: `cay-goi-${day()}.bantin-cay` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60e3);
    app.say(t('exported'));
  };
  const take = async event => {
    event.preventDefault();
    const { elements } = event.target;
    app.said = '';
    try {
      const text = await elements.file.files[0].text();
      let envelope;
      try { envelope = JSON.parse(text); } catch {}
      const { value } = await unseal(envelope, elements['p-f'].value);
      const houses = (Array.isArray(value.houses) ? value.houses : []).map(tidy).filter(Boolean);
      // Another screen may have been opened, or the box locked, while the key was made.
      if (!app.data) return;
      const { added, changed } = merge(app.data.houses, houses);
      app.go('list');
      await app.change(t('imported', { added, changed }), data => { data.houses = merge(data.houses, houses).houses; });
    } catch (cause) {
      const said = document.querySelector('.said');
      if (said) said.textContent = cause.code === 'wrong' ? t('wrong') : cause.code === 'newer' ? t('newer') : t('damaged');
    }
  };
  return [
    h('h2', {}, t('safe')),
    h('p', {}, t('export_what')),
    h('p', { class: 'ac' }, canShare() ? button(t('export_share'), share, { class: 'bt go' }, 'share') : null, button(t('export_file'), download, {}, 'download')),
    h('h3', {}, t('import')),
    h('p', {}, t('import_what')),
    h('form', { onsubmit: take },
      line(app, 'file', t('import_file'), '', { type: 'file', required: true }),
      line(app, 'p-f', t('import_passphrase'), '', { type: 'password', required: true, autocapitalize: 'none' }),
      h('p', { class: 'ac' }, h('button', { class: 'bt go' }, t('import_go')), button(t('back'), () => app.go('list')))),
  ];
}

/** The whole list as a sheet with room for three ticks. */
export function print(app) {
  const { t, h, data } = app;
  const heads = [t('name'), t('phone'), t('needs'), t('told'), t('missed'), t('help')];
  const row = house => h('tr', {}, h('td', {}, h('b', {}, house.name), ' ', house.people ? t('people_n', { n: house.people }) : '', house.note ? h('small', {}, house.note) : null), h('td', {}, house.phone), h('td', {}, house.needs.map(need => t(`need_${need}`)).join(', ')), [1, 2, 3].map(() => h('td', {}, '☐')));
  const hamlets = [...new Set(data.houses.map(house => house.hamlet))].sort();
  return h('div', { class: 'sheet' },
    h('p', {}, `${day()} · ${t('houses_n', { n: data.houses.length })} · `, app.facts.numbers.map(([number, name]) => `${dial(number)} ${name}`).join(' · ')),
    hamlets.map(hamlet => h('section', {}, h('h2', {}, hamlet || t('no_hamlet')), h('table', {}, h('thead', {}, h('tr', {}, heads.map(head => h('th', {}, head)))), h('tbody', {}, data.houses.filter(house => house.hamlet === hamlet).sort(byHamlet).map(row))))));
}
