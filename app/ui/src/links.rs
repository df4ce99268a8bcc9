//! Links that leave the phone's browser.

use domain::content::Card;
use domain::route::item_path;
use domain::words::Lang;

/// `tel:` of a number as people write it; `None` when there is no digit in it.
pub fn tel(number: &str) -> Option<String> {
    let mut out = String::from("tel:");
    if number.trim_start().starts_with('+') {
        out.push('+');
    }
    out.extend(number.chars().filter(char::is_ascii_digit));
    out.ends_with(|c: char| c.is_ascii_digit()).then_some(out)
}

/// The address if it is one that may be followed from an item: `http` or `https`.
pub fn web(url: &str) -> Option<&str> {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https")).then_some(url)
}

/// An SMS with this text, ready to send.
pub fn sms_of(text: &str) -> String {
    let mut out = String::from("sms:?body=");
    for c in text.chars() {
        // Browsers encode other letters themselves when they follow the link; here each would weigh three times as much.
        if c.is_ascii_alphanumeric() || !c.is_ascii() || "-_.~:/,;!()".contains(c) {
            out.push(c);
        } else {
            out.push('%');
            out.extend([c as u32 >> 4, c as u32 & 15].map(|half| char::from_digit(half, 16).unwrap_or('0')));
        }
    }
    out
}

/// The shortest address of an item, for whatever people send, print or read out.
pub fn short(card: &Card, lang: Lang, origin: &str) -> String {
    [origin, &domain::route::Route::Item(card.id).path(lang)].concat()
}

/// The canonical address of an item, for machines.
pub fn full(card: &Card, lang: Lang, origin: &str) -> String {
    [origin, &item_path(card, lang)].concat()
}
