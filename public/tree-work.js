// The worklist of the phone tree: one house after the other, most exposed first, with three large answers.
import { draw } from './tree-box.js';
import { counts, dial, NEEDS, queue } from './tree-rules.js';

/** What a house is like, in words. */
export const tags = (app, house) => house.needs.filter(need => NEEDS.includes(need)).map(need => app.h('b', { class: `tag ${need}` }, app.t(`need_${need}`)));
const people = (app, house) => (house.people ? app.t('people_n', { n: house.people }) : '');

/** The large button that dials; a house without a number is walked to. */
function caller(app, house) {
  if (!dial(house.phone)) return app.h('p', { class: 'note' }, app.t('no_phone'));
  return app.h('a', { class: 'bt go dial', href: `tel:${dial(house.phone)}` }, app.icon('phone'), app.h('span', {}, app.t('call_number', { number: house.phone.replace(/ /g, '\u00a0') })));
}

/** Which alert to call for, or none: an exercise of the hamlet's own. */
export function choose(app) {
  const { t, h, button } = app;
  const begin = () => app.go('work', { ids: [], title: t('drill'), level: 0, hazard: app.hazard || '', ends: 0, token: draw() });
  return [
    h('h2', {}, t('choose_alert')),
    app.alerts.length ? null : h('p', { class: 'em' }, t('no_alerts')),
    app.alerts.map(alert => button(`${t('level', { n: alert.level })} – ${alert.title || t('pushed_alert')}`, () => app.go('work', alert), { class: 'bt wide' }, 'alert')),
    h('h3', {}, t('drill')),
    h('p', {}, t('drill_what')),
    h('p', { class: 'fd' }, h('label', { for: 'hazard' }, t('drill_hazard')), h('select', { id: 'hazard', onchange: event => { app.hazard = event.target.value; } }, h('option', { value: '' }, t('any_hazard')), app.facts.hazards.map(([slug, name]) => h('option', { value: slug, selected: slug === app.hazard }, name)))),
    h('p', { class: 'ac' }, button(t('begin'), begin, { class: 'bt go' }, 'phone'), button(t('back'), () => app.go('list'))),
  ];
}

export function work(app) {
  const { t, h, button, data, arg } = app;
  // Kept from the first answer on; until then it is only looked at.
  const held = data.works.find(work => (arg.token ? work.token === arg.token : arg.ids.includes(work.alert)));
  arg.token = held ? held.token : arg.token || draw();
  const marks = held ? held.marks : {};
  const { help, next, again, told } = queue(data.houses, marks, arg.hazard);
  const sum = counts(data.houses, marks);
  const current = data.houses.find(house => house.id === app.current) || next[0] || again[0];

  const mark = (house, state) => {
    app.current = null;
    app.change(t(`did_${state}`, { name: house.name }), data => {
      let work = data.works.find(work => work.token === arg.token);
      if (!work) {
        work = { alert: arg.ids[0] || '', token: arg.token, title: arg.title, level: arg.level, hazard: arg.hazard, at: Date.now(), marks: {} };
        data.works.push(work);
      }
      delete work.closed;
      work.marks[house.id] = { s: state, at: Date.now() };
    });
    show('nearest');
  };
  const show = block => {
    const name = document.getElementById('now');
    if (!name) return;
    name.focus({ preventScroll: true });
    name.parentNode.scrollIntoView({ block });
  };
  const row = house => h('li', {}, button([h('b', {}, house.name), ' ', h('small', {}, [house.hamlet, people(app, house)].filter(Boolean).join(' · ')), tags(app, house)], () => {
    app.current = house.id;
    app.say('');
    show('start');
  }, { class: 'row' }));
  const group = (title, houses) => houses.length && h('section', {}, h('h3', {}, `${title} (${houses.length})`), h('ul', { class: 'ls' }, houses.map(row)));
  const anew = () => app.change(t('begun_anew'), data => { for (const work of data.works) if (work.token === arg.token) work.marks = {}; });
  const close = () => {
    app.change('', data => { for (const work of data.works) if (work.token === arg.token) work.closed = Date.now(); });
    app.go('list');
  };

  return [
    h('h2', {}, arg.level ? h('span', { class: `lv chip l${arg.level}` }, arg.level > 2 ? app.icon(`l${arg.level}`) : null, h('b', {}, t('level', { n: arg.level }))) : null, ' ', arg.title || t('pushed_alert')),
    arg.ends && arg.ends < app.now() ? h('p', { class: 'warn' }, t('past_end')) : null,
    h('p', { class: 'bars' }, h('progress', { max: sum.of || 1, value: sum.told + sum.help, 'aria-label': t('progress') }), h('b', {}, t('progress_n', { n: sum.told + sum.help, of: sum.of }))),
    h('p', { class: 'sum' }, t('sums', sum), held && h('small', { role: 'status' }, app.sent(held.token))),
    help.length ? h('section', { class: 'help' }, h('h3', {}, `${t('help')} (${help.length})`), help.map(house => h('div', {}, row(house).firstChild, caller(app, house))), h('p', { class: 'sos' }, app.facts.numbers.map(([number, name]) => h('a', { class: 'bt', href: `tel:${dial(number)}` }, h('b', {}, number), ' ', h('span', {}, name))))) : null,
    current ? h('section', { class: 'house', 'aria-labelledby': 'now' },
      h('p', { class: 'when' }, !marks[current.id] ? t('call_next') : marks[current.id].s === 'missed' ? t('call_again') : t('answered')),
      h('h3', { id: 'now', tabindex: -1 }, current.name),
      h('p', {}, [current.hamlet, people(app, current)].filter(Boolean).join(' · '), ' ', tags(app, current)),
      current.note ? h('p', { class: 'note' }, current.note) : null,
      caller(app, current),
      h('div', { class: 'three' },
        button(t('told'), () => mark(current, 'told'), { class: 'bt told' }, 'check'),
        button(t('missed'), () => mark(current, 'missed'), { class: 'bt missed' }, 'clock'),
        button(t('help'), () => mark(current, 'help'), { class: 'bt needs' }, 'alert')),
    ) : h('p', { class: 'ok' }, data.houses.length ? t('all_called') : t('no_houses')),
    group(t('to_call'), next.filter(house => house !== current)),
    group(t('to_call_again'), again.filter(house => house !== current)),
    group(t('told'), told),
    h('p', { class: 'ac' }, button(t('to_list'), () => app.go('list')), held ? [button(t('finish'), close), button(t('anew'), anew)] : null, button(t('lock'), app.lock, {}, 'shield')),
  ];
}
