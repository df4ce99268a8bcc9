//! The instance data as it lies in the program: lines of text with only what cannot be worked out, since every phone
//! downloads it. Included by `build.rs` too, which packs it, opens it again and compares.

use super::data::{Former, Hazard, Hotline, Instance, Label, Place, Topic};
use super::fold::{fold, slug};

/// Longest segment of an address.
const SLUG: usize = 60;

/// Kinds of unit, Vietnamese before the name and English behind it.
const KINDS: [(&str, &str); 2] = [("Phường ", " Ward"), ("Xã ", " Commune")];

/// Name without the kind of unit.
fn short(name: &str) -> &str {
    KINDS.iter().find_map(|(kind, _)| name.strip_prefix(kind)).unwrap_or(name)
}

/// `Xã A Lưới 2` as `A Luoi 2 Commune`.
fn english(name: &str) -> String {
    let mut out = String::new();
    for word in fold(short(name)).split(' ') {
        if !out.is_empty() {
            out.push(' ');
        }
        let (first, rest) = word.split_at(word.len().min(1));
        out.push_str(&first.to_ascii_uppercase());
        out.push_str(rest);
    }
    let kind = KINDS.iter().find(|(kind, _)| name.starts_with(kind));
    out.push_str(kind.map_or("", |(_, english)| english));
    out
}

/// One line for each thing: a letter for what it is, then its fields between bars.
#[allow(dead_code, reason = "only `build.rs` packs")]
pub fn pack(all: &Instance) -> String {
    let (city, units) = all.places.split_first().expect("the city and its units");
    let at = |code: &u32| units.iter().position(|unit| unit.code == *code).expect("a unit of today").to_string();
    let mut lines = vec![
        format!("i{}|{}|{}", all.name, all.area.vi, all.area.en),
        format!("c{}|{}|{}|{}|{}|{}", city.code, city.name.vi, city.name.en, city.short, city.slug, city.valid_from),
    ];
    let own = |slug: &str, name: &str| if slug == made("", name) { String::new() } else { slug.to_owned() };
    lines.extend(all.topics.iter().map(|t| format!("t{}|{}|{}", own(&t.slug, &t.name.vi), t.name.vi, t.name.en)));
    let hazard = |h: &Hazard| format!("h{}|{}|{}", own(&h.slug, &h.name.en), h.name.vi, h.name.en);
    lines.extend(all.hazards.iter().map(hazard));
    lines.extend(all.hotlines.iter().map(|h| format!("p{}|{}|{}", h.number, h.name.vi, h.name.en)));
    lines.extend(units.iter().map(|u| format!("u{}|{}", u.code, u.name.vi)));
    lines.extend(all.former.iter().map(|f| {
        let units: Vec<String> = f.successors.iter().map(at).collect();
        let until = if f.valid_to == city.valid_from { String::new() } else { ["|", &f.valid_to].concat() };
        format!("f{}|{}{until}", f.name, units.join(" "))
    }));
    lines.join("\n")
}

/// The segment of an address: the one given, or what its name says before a comma (of hazards the English one).
fn made(given: &str, name: &str) -> String {
    if given.is_empty() { slug(name.split(',').next().unwrap_or_default(), SLUG) } else { given.to_owned() }
}

/// The whole again. Units exist since the day on which the former ones ceased, but for those that say another.
pub fn open(text: &str) -> Instance {
    let mut all = Instance::default();
    let (mut city, mut since) = (0, "");
    for line in text.lines() {
        let (what, fields) = line.split_at(1);
        let mut fields = fields.split('|');
        let mut next = || fields.next().unwrap_or_default();
        let (first, vi) = (next(), next());
        let en = next();
        let name = || Label { vi: vi.to_owned(), en: en.to_owned() };
        match what {
            "i" => (all.name, all.area) = (first.to_owned(), name()),
            "t" => all.topics.push(Topic { slug: made(first, vi), name: name() }),
            "h" => all.hazards.push(Hazard { slug: made(first, en), name: name() }),
            "p" => all.hotlines.push(Hotline { number: first.to_owned(), name: name() }),
            "f" => {
                let units = vi.split(' ').filter_map(|at| all.places.get(number(at) as usize + 1));
                let successors = units.map(|unit| unit.code).collect();
                let mut slug = slug(first, SLUG);
                // Names may differ in a diacritic alone; they are sorted by address.
                if all.former.last().is_some_and(|before| before.slug == slug) {
                    slug.push_str("-2");
                }
                let until = if en.is_empty() { since } else { en };
                all.former.push(Former { name: first.to_owned(), slug, valid_to: until.to_owned(), successors });
            }
            _ => {
                let code = number(first);
                let unit = what == "u";
                if !unit {
                    city = code;
                }
                let (short, slug) =
                    if unit { (short(vi).to_owned(), slug(short(vi), SLUG)) } else { (next().to_owned(), next().to_owned()) };
                if !unit {
                    since = next();
                }
                all.places.push(Place {
                    code,
                    parent: unit.then_some(city),
                    name: if unit { Label { vi: vi.to_owned(), en: english(vi) } } else { name() },
                    short,
                    slug,
                    valid_from: since.to_owned(),
                });
            }
        }
    }
    all
}

fn number(text: &str) -> u32 {
    text.parse().unwrap_or_default()
}
