//! Turns data into code: the instance folder into one text, `locales/*.txt` into the typed [`Words`].
//! A missing, doubled or unknown key in a language, or bad instance data, fails the build.

#![allow(clippy::disallowed_methods, reason = "the rules of purity hold for the crate; its build script reads files")]

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

#[path = "src/instance/data.rs"]
mod data;
#[path = "src/search/fold.rs"]
#[allow(dead_code, reason = "the build folds names of places alone")]
mod fold;
#[path = "src/instance/packed.rs"]
mod packed;

#[derive(Deserialize)]
struct Named {
    slug: String,
    vi: String,
    en: String,
    /// Disaster levels of a hazard (Decision 18/2021/QĐ-TTg, chapter III); most begin with 1.
    #[serde(default = "one")]
    min_level: u8,
    #[serde(default)]
    max_level: u8,
    /// The hazard that services warn of in the same breath.
    with: Option<String>,
}

fn one() -> u8 {
    1
}

#[derive(Deserialize)]
struct Number {
    number: String,
    vi: String,
    en: String,
}

#[derive(Deserialize)]
struct Settings {
    name: String,
    area_vi: String,
    area_en: String,
    topics: Vec<Named>,
    hazards: Vec<Named>,
    hotlines: Vec<Number>,
}

#[derive(Deserialize)]
struct City {
    code: String,
    name_vi: String,
    name_en: String,
    valid_from: String,
    units: Vec<Unit>,
    /// Former units that ceased before the others did, and when.
    ended_before: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Unit {
    code: String,
    name_vi: String,
    name_en: String,
    formed_from: Vec<String>,
    former_districts: Vec<String>,
}

fn main() {
    let out = PathBuf::from(std::env::var("OUT_DIR").unwrap());
    println!("cargo::rerun-if-env-changed=BANTIN_INSTANCE");
    let folder = std::env::var("BANTIN_INSTANCE").map_or_else(|_| PathBuf::from("../instance/hue"), |f| Path::new("..").join(f));
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=locales");
    let settings: Settings = read(&folder.join("instance.json"));
    let levels: Vec<(u8, u8)> = settings.hazards.iter().map(|h| (h.min_level, h.max_level)).collect();
    std::fs::write(out.join("levels.rs"), format!("&{levels:?}")).unwrap();
    let at = |slug: &String| settings.hazards.iter().position(|h| h.slug == *slug).expect("a hazard");
    let with: Vec<Option<usize>> = settings.hazards.iter().map(|h| h.with.as_ref().map(at)).collect();
    std::fs::write(out.join("with.rs"), format!("&{with:?}")).unwrap();
    let instance = instance(settings, &folder);
    let packed = packed::pack(&instance);
    assert_eq!(packed::open(&packed), instance, "the data does not follow the rules by which it is packed");
    std::fs::write(out.join("instance.txt"), packed).unwrap();
    let (code, [vi, en]) = lines(Path::new("locales"));
    std::fs::write(out.join("words.rs"), code).unwrap();
    std::fs::write(out.join("vi.txt"), vi).unwrap();
    std::fs::write(out.join("en.txt"), en).unwrap();
    let desk = words(Path::new("locales/desk"), "Desk", &["DESK_VI", "DESK_EN"]);
    std::fs::write(out.join("desk.rs"), desk).unwrap();
    let page = words(Path::new("locales/page"), "Page", &["PAGE_VI", "PAGE_EN"]);
    std::fs::write(out.join("page.rs"), page).unwrap();
    let tree = table(Path::new("locales/tree"), ["TREE_VI", "TREE_EN"]);
    std::fs::write(out.join("tree.rs"), tree).unwrap();
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn short(name: &str) -> &str {
    ["Phường ", "Xã ", "Thị trấn ", "Huyện ", "Thành phố "].iter().find_map(|kind| name.strip_prefix(kind)).unwrap_or(name)
}

fn instance(settings: Settings, folder: &Path) -> data::Instance {
    let city: City = read(&folder.join("places.json"));
    let code = |text: &str| text.parse::<u32>().unwrap_or_else(|_| panic!("place code {text}"));
    let place = |c: &str, parent, vi: &str, en: &str| data::Place {
        code: code(c),
        parent,
        name: data::Label { vi: vi.into(), en: en.into() },
        short: short(vi).into(),
        slug: fold::slug(short(vi), 60),
        valid_from: city.valid_from.clone(),
    };
    let top = code(&city.code);
    let mut units: Vec<&Unit> = city.units.iter().collect();
    // In Vietnamese Đ follows D.
    let name = |u: &Unit| fold::fold(&short(&u.name_vi).replace('Đ', "dz"));
    units.sort_by_key(|u| (name(u), u.code.clone()));
    let mut places = vec![place(&city.code, None, &city.name_vi, &city.name_en)];
    places.extend(units.iter().map(|u| place(&u.code, Some(top), &u.name_vi, &u.name_en)));

    // In the order in which they are named, so that the first of two with the same address keeps it.
    let mut former: Vec<(&String, BTreeSet<u32>)> = Vec::new();
    for unit in &city.units {
        let whole = unit.formed_from.iter().filter(|n| n.contains(' ') && n.starts_with(char::is_uppercase));
        for name in whole.chain(&unit.former_districts) {
            let at = former.iter().position(|(known, _)| *known == name).unwrap_or(former.len());
            if at == former.len() {
                former.push((name, BTreeSet::new()));
            }
            former[at].1.insert(code(&unit.code));
        }
    }
    former.sort_by_key(|(name, _)| fold::slug(name, 60));
    let mut slugs = BTreeSet::new();
    let mut address = |name: &str| {
        let slug = fold::slug(name, 60);
        let slug = if slugs.contains(&slug) { slug + "-2" } else { slug };
        assert!(slugs.insert(slug.clone()), "{slug}: three former units of this address");
        slug
    };
    let label = |vi: String, en: String| data::Label { vi, en };
    data::Instance {
        name: settings.name,
        area: label(settings.area_vi, settings.area_en),
        topics: settings.topics.into_iter().map(|t| data::Topic { slug: t.slug, name: label(t.vi, t.en) }).collect(),
        hazards: settings.hazards.into_iter().map(|h| data::Hazard { slug: h.slug, name: label(h.vi, h.en) }).collect(),
        places,
        former: former
            .into_iter()
            .map(|(name, codes)| data::Former {
                name: name.clone(),
                slug: address(name),
                valid_to: city.ended_before.get(name).unwrap_or(&city.valid_from).clone(),
                successors: codes.into_iter().collect(),
            })
            .collect(),
        hotlines: settings.hotlines.into_iter().map(|h| data::Hotline { number: h.number, name: label(h.vi, h.en) }).collect(),
    }
}

/// `key = text` lines; `#` starts a comment line. The Vietnamese file is the list of keys.
fn locale(path: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut out = BTreeMap::new();
    for (n, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once(" = ").unwrap_or_else(|| panic!("{}:{}: not `key = text`", path.display(), n + 1));
        if out.insert(key.to_owned(), value.to_owned()).is_some() {
            panic!("{}:{}: {key} is there twice", path.display(), n + 1);
        }
    }
    out
}

/// The `{holes}` of a text.
fn holes(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(hole, _)| hole)).collect()
}

/// Both languages of a folder: the same keys, with the same holes.
fn both(folder: &Path) -> [BTreeMap<String, String>; 2] {
    let vi = locale(&folder.join("vi.txt"));
    let en = locale(&folder.join("en.txt"));
    for key in en.keys() {
        assert!(vi.contains_key(key), "{}/en.txt: {key} is not in vi.txt", folder.display());
    }
    for (key, text) in &vi {
        let other = en.get(key).unwrap_or_else(|| panic!("{}/en.txt: {key} is missing", folder.display()));
        assert_eq!(holes(text), holes(other), "{key}: other holes in vi and en");
    }
    [vi, en]
}

/// Words that are looked up by their key.
fn table(folder: &Path, languages: [&str; 2]) -> String {
    let mut code = String::new();
    for (language, texts) in languages.into_iter().zip(both(folder)) {
        writeln!(code, "static {language}: [(&str, &str); {}] = {:?};", texts.len(), texts.iter().collect::<Vec<_>>()).unwrap();
    }
    code
}

/// The words of readers' screens as lines, and their names in [`Words`]: a table of addresses would weigh more on the way to
/// phones than the loop that makes it there. Lines are in the order of their keys.
fn lines(folder: &Path) -> (String, [String; 2]) {
    let [vi, en] = both(folder);
    let mut code = format!("const KEYS: usize = {};\n", vi.len());
    code.push_str(
        "/// Every text of the readers' screens in one language.\n#[derive(Debug)]\npub struct Words([&'static str; KEYS]);\n",
    );
    code.push_str("impl Words {\n");
    for (at, (key, text)) in vi.iter().enumerate() {
        writeln!(code, "    /// {text}\n    #[inline]\n    pub fn {key}(&self) -> &'static str {{\n        self.0[{at}]\n    }}")
            .unwrap();
    }
    code.push_str("}\n");
    (code, [vi, en].map(|texts| texts.into_values().collect::<Vec<_>>().join("\n")))
}

/// `languages` are the names of the tables, Vietnamese first.
fn words(folder: &Path, name: &str, languages: &[&str]) -> String {
    let [vi, en] = both(folder);
    let mut code = format!("/// Every text of one program in one language.\n#[derive(Debug)]\npub struct {name} {{\n");
    for (key, text) in &vi {
        writeln!(code, "    /// {text}\n    pub {key}: &'static str,").unwrap();
    }
    code.push_str("}\n");
    for (language, texts) in languages.iter().zip([&vi, &en]) {
        writeln!(code, "pub static {language}: {name} = {name} {{").unwrap();
        for (key, text) in texts {
            writeln!(code, "    {key}: {text:?},").unwrap();
        }
        code.push_str("};\n");
    }
    code
}
