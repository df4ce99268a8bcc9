// What the phone tree knows without a screen, a key or a network: who is called first, what a pasted line means, how two
// lists become one, which alerts call for it. Pure functions, used by the page and by tests alike.

/** Why somebody in the house needs more time or hands, and where the house stands. */
export const PEOPLE = ['old', 'disabled', 'kids', 'pregnant'];
export const PLACES = ['low', 'stream', 'slope'];
export const NEEDS = [...PEOPLE, ...PLACES];

const WATER = ['low', 'stream'];
/** Which places a hazard reaches first; every place where it is not said, as in a storm. */
const REACHES = {
  flood: WATER, 'flash-flood': WATER, inundation: WATER, 'storm-surge': ['low'], tsunami: ['low'],
  landslide: ['slope'], earthquake: ['slope'], heat: [], drought: [], cold: [], frost: [], fog: [],
};
const words = new Intl.Collator('vi', { numeric: true, sensitivity: 'base' });

/** 3: needs help and stands in the way; 2: needs help; 1: stands in the way; 0. */
export function exposure(house, hazard) {
  const has = list => house.needs.some(need => list.includes(need));
  return (has(PEOPLE) ? 2 : 0) + (has(REACHES[hazard] || PLACES) ? 1 : 0);
}

export const byHamlet = (a, b) => words.compare(a.hamlet, b.hamlet) || words.compare(a.name, b.name);

/** The houses of a worklist by their mark: who needs help, who comes next, who is called again, who knows. */
export function queue(houses, marks, hazard) {
  const marked = state => houses.filter(house => (marks[house.id] || {}).s === state).sort((a, b) => marks[a.id].at - marks[b.id].at);
  const next = houses.filter(house => !marks[house.id]);
  next.sort((a, b) => exposure(b, hazard) - exposure(a, hazard) || byHamlet(a, b));
  return { help: marked('help'), next, again: marked('missed'), told: marked('told').reverse() };
}

export function counts(houses, marks) {
  const sum = { told: 0, missed: 0, help: 0, of: houses.length };
  for (const house of houses) if (marks[house.id]) sum[marks[house.id].s]++;
  return sum;
}

// ---- lines and lists

/** Without diacritics and capitals. */
export const fold = text => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/gi, 'd').toLowerCase().trim();
/** What a telephone dials: of several numbers that people wrote down together, the first. */
export const dial = phone => phone.split(/\s+-\s+|[/&,;]/)[0].replace(/[^\d+]/g, '');
const samePhone = phone => dial(phone).replace(/^\+84/, '0');
const looksLikePhone = text => /^\+?[\d\s.()/+-]+$/.test(text) && dial(text).length >= 8 && dial(text).length <= 13;
/** Two entries of one household. */
const same = (a, b) => fold(a.name) === fold(b.name) && samePhone(a.phone) === samePhone(b.phone);

const pieces = text => text.split(/[\t;,]|\s[-–:](?=\s|$)/).map(word => word.trim()).filter(Boolean);
/** `name, number, hamlet, note` a line, split by comma, semicolon or tab; in a line of a notebook the number stands among
 * words. `guess` has words that stand for a need. */
export function parse(text, guess) {
  const rows = [], bad = [];
  for (const line of text.normalize('NFC').split(/\r?\n/)) {
    if (!line.trim()) continue;
    const entry = line.replace(/^\s*\d{1,3}[.)]\s+/, '');
    let parts = entry.split(/[\t;,]/).map(part => part.trim());
    const number = !parts.some(looksLikePhone) && /(^|\s)((\+84|0)([ .-]?\d){8,11})(?!\d)/.exec(entry);
    if (number) parts = [...pieces(entry.slice(0, number.index)), number[2], ...pieces(entry.slice(number.index + number[0].length))];
    const at = parts.findIndex(looksLikePhone);
    const phone = at < 0 ? '' : parts.splice(at, 1)[0];
    // Where no number is known its place may have been left empty.
    if (at < 0 && parts[1] === '') parts.splice(1, 1);
    const [name, hamlet = '', ...rest] = parts;
    const note = rest.filter(Boolean).join(', ');
    // The first line of a table says what its columns are.
    if (at < 0 && !rows.length && !bad.length && /^((ho va )?ten( chu ho)?|name)$/.test(fold(name))) continue;
    if (!name || name.length > 80) { bad.push(line.trim()); continue; }
    const needs = NEEDS.filter(need => guess[need] && new RegExp(guess[need], 'i').test(note));
    rows.push({ name, phone, hamlet, note, needs, people: 0 });
  }
  return { rows, bad };
}

/** Those of `rows` that are not in the list yet. */
export const fresh = (houses, rows) => rows.filter((row, at) => ![...houses, ...rows.slice(0, at)].some(house => same(house, row)));

/** A list that came in a file into the one that is here: of the same entry the later change stays. */
export function merge(mine, theirs) {
  const houses = mine.slice();
  let added = 0, changed = 0;
  for (const house of theirs) {
    const at = houses.findIndex(own => own.id === house.id);
    if (at >= 0) {
      if (house.at > houses[at].at) { houses[at] = house; changed++; }
    } else if (!houses.some(own => same(own, house))) {
      houses.push(house);
      added++;
    }
  }
  return { houses, added, changed };
}

/** Whatever a file says, as an entry that the page can show; `null` for what is none. */
export function tidy(house) {
  if (!house || typeof house.name !== 'string' || !house.name || !/^[\w-]{8,40}$/.test(house.id)) return null;
  const text = (value, most) => (typeof value === 'string' ? value.slice(0, most) : '');
  return {
    id: house.id, name: text(house.name, 80), phone: text(house.phone, 30), hamlet: text(house.hamlet, 60), note: text(house.note, 300),
    people: Math.min(99, Math.max(0, house.people | 0)), needs: NEEDS.filter(need => (house.needs || []).includes(need)), at: +house.at || 0,
  };
}

// ---- alerts

/** Whether an alert opens the tree as a worklist: from the level on that wakes people. */
const calls = (level, urgency) => level >= (urgency === 'Immediate' ? 2 : 3);

/** Clocks differ, and are set right: what says that it comes after another does, and only of strangers time decides. */
const follows = (news, id) => (news.after || []).includes(id);
const older = (a, b) => (a.id === b.id ? a.rev < b.rev : follows(b, a.id) || (!follows(a, b.id) && a.issued < b.issued));

/**
 * What the server said of alerts (`/api/v1/alerts`) and what came by push, as chains that hold or will hold: ids of the
 * chain (the oldest first, as far as known), title, level, hazard, end in ms, whether people are to be called for it, whether
 * it concerns `place`, whether it is an exercise. Worst first, exercises last. `asked` are the units that push was asked for, all where there is none: a push that has
 * no level is for none of these.
 */
export function chains(items, pushed, place, now, lang, asked = []) {
  const all = items.filter(item => item.alert);
  const issued = id => Date.parse((all.find(other => other.id === id) || {}).issued) || 0;
  /** The chain of a message as far as it is known, the oldest first. */
  const chain = first => {
    const ids = [first];
    for (const id of ids) {
      const linked = all.filter(other => other.alert.references.includes(id)).map(other => other.id);
      const own = all.find(other => other.id === id);
      for (const next of [...(own ? own.alert.references : []), ...linked]) if (!ids.includes(next)) ids.push(next);
    }
    return ids.sort((a, b) => issued(a) - issued(b));
  };
  const found = [];
  for (const item of all) {
    if (!/^(in-force|coming)$/.test(item.alert.state) || (item.expires && Date.parse(item.expires) <= now)) continue;
    const head = item.headlines.find(head => head.lang === lang) || item.headlines[0];
    found.push({
      ids: chain(item.id), title: head.title, level: item.alert.level, calls: calls(item.alert.level, item.alert.urgency), hazard: item.alert.hazard, ends: item.expires ? Date.parse(item.expires) : 0, drill: item.alert.status === 'exercise',
      here: !item.places.length || item.places.includes(place) || item.places.some(code => code.length < place.length),
    });
  }
  // A push may be newer than the last answer. Of each chain its newest word counts; that it is not for others says nothing of here.
  const newest = {}, told = !asked.length || asked.includes(+place);
  for (const news of pushed.filter(news => told || news.level || news.type === 'cancel')) {
    const before = news.chain && newest[news.chain];
    if (news.chain && (!before || older(before, news))) newest[news.chain] = news;
  }
  for (const news of Object.values(newest)) {
    const cancel = news.type === 'cancel', last = chain(news.chain).pop();
    // The server has said the same, or more, since. What was withdrawn it does not name any more.
    const said = all.some(item => (item.id === news.id ? item.revision >= news.rev : item.alert.references.includes(news.id)));
    if (news.status === 'test' || said || (last !== news.id && !follows(news, last) && issued(last) > news.issued * 1000)) continue;
    const at = found.findIndex(chain => chain.ids.includes(news.chain));
    const before = at < 0 ? news.level && { ids: [news.chain], hazard: '', here: true } : found.splice(at, 1)[0];
    if (!before || cancel || (news.expires && news.expires * 1000 <= now)) continue;
    if (!news.level) found.push({ ...before, here: false });
    else found.push({ ...before, title: news.title, level: news.level, calls: calls(news.level, news.urgency), ends: news.expires * 1000 || 0, drill: news.status === 'exercise' });
  }
  return found.sort((a, b) => a.drill - b.drill || b.level - a.level);
}
