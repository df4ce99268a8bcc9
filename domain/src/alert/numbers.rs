//! Numbers, times, dates and units as Vietnamese is spoken: what a loudspeaker reads must not be guessed at.

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];
const SCALES: [&str; 4] = ["", " nghìn", " triệu", " tỷ"];
/// Longer runs of digits are no amounts.
const MAX_DIGITS: usize = 12;

/// Units that follow a number, longest first, and how they are read.
const UNITS: [(&str, &str); 18] = [
    ("m3/s", "mét khối một giây"),
    ("m³/s", "mét khối một giây"),
    ("km/h", "ki lô mét một giờ"),
    ("m/s", "mét một giây"),
    ("km2", "ki lô mét vuông"),
    ("km²", "ki lô mét vuông"),
    ("m2", "mét vuông"),
    ("m²", "mét vuông"),
    ("mm", "mi li mét"),
    ("cm", "xăng ti mét"),
    ("km", "ki lô mét"),
    ("kg", "ki lô gam"),
    ("ha", "héc ta"),
    ("°C", "độ C"),
    ("oC", "độ C"),
    ("%", "phần trăm"),
    ("m", "mét"),
    ("g", "gam"),
];

/// An amount: 21 `hai mươi mốt`, 105 `một trăm linh năm`, 1005 `một nghìn không trăm linh năm`. Below 10¹².
pub fn cardinal(n: u64) -> String {
    if n == 0 {
        return DIGITS[0].to_owned();
    }
    let mut out = String::new();
    for scale in (0..SCALES.len()).rev() {
        let group = (n / 1000u64.pow(scale as u32) % 1000) as usize;
        if group == 0 {
            continue;
        }
        let full = !out.is_empty();
        if full {
            out.push(' ');
        }
        hundreds(group, full, &mut out);
        out.push_str(SCALES[scale]);
    }
    out
}

/// 1–999; `full` says the hundreds even where there are none.
fn hundreds(n: usize, full: bool, out: &mut String) {
    let (hundred, ten, one) = (n / 100, n / 10 % 10, n % 10);
    let mut words: Vec<&str> = Vec::new();
    if hundred > 0 || full {
        words.extend([DIGITS[hundred], "trăm"]);
    }
    match ten {
        0 if one > 0 && !words.is_empty() => words.push("linh"),
        0 => {}
        1 => words.push("mười"),
        _ => words.extend([DIGITS[ten], "mươi"]),
    }
    match (ten, one) {
        (_, 0) => {}
        (2.., 1) => words.push("mốt"),
        (2.., 4) => words.push("tư"),
        (1.., 5) => words.push("lăm"),
        _ => words.push(DIGITS[one]),
    }
    out.push_str(&words.join(" "));
}

/// Digit by digit, as numbers to call are read; what is no digit parts them.
pub fn digits(text: &str) -> String {
    let said: Vec<&str> = text.bytes().filter(u8::is_ascii_digit).map(|b| DIGITS[usize::from(b - b'0')]).collect();
    said.join(" ")
}

/// `mười tám giờ`, `mười tám giờ năm phút`.
pub fn clock(hour: u8, minute: u8) -> String {
    let hour = [&cardinal(hour.into()), " giờ"].concat();
    if minute == 0 { hour } else { [&hour, " ", &cardinal(minute.into()), " phút"].concat() }
}

/// `mùng năm tháng tư`, `hai mươi ba tháng mười một năm hai nghìn không trăm hai mươi sáu`.
pub fn date(day: u8, month: u8, year: Option<u64>) -> String {
    let mut out = if day <= 10 { "mùng ".to_owned() } else { String::new() };
    out.push_str(&cardinal(day.into()));
    out.push_str(" tháng ");
    out.push_str(&if month == 4 { "tư".to_owned() } else { cardinal(month.into()) });
    if let Some(year) = year {
        out.push_str(" năm ");
        out.push_str(&cardinal(year));
    }
    out
}

/// A text with every number in words. `calls` are numbers to call, as they are written: read digit by digit.
pub fn spell(text: &str, calls: &[&str]) -> String {
    let mut out = String::new();
    let mut rest = text;
    // Digits after a space belong to a number to call that began before it.
    let mut dialing = false;
    while let Some(c) = rest.chars().next() {
        if !c.is_ascii_digit() {
            dialing &= c == ' ';
            rest = &rest[c.len_utf8()..];
            out.push(c);
            continue;
        }
        let (words, used) = number(rest, &out, calls, &mut dialing);
        if out.chars().next_back().is_some_and(|last| last.is_alphanumeric()) {
            out.push(' ');
        }
        out.push_str(&words);
        rest = &rest[used..];
        rest = range(rest, &mut out).unwrap_or(rest);
        rest = unit(rest, &mut out).unwrap_or(rest);
        if rest.chars().next().is_some_and(char::is_alphabetic) {
            out.push(' ');
        }
    }
    out
}

/// Length of the digits at the start.
fn run(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn value(digits: &str) -> u64 {
    digits.parse().unwrap_or(0)
}

/// The number at the start of `text` in words, and its bytes. `before` is what was said so far.
fn number(text: &str, before: &str, calls: &[&str], dialing: &mut bool) -> (String, usize) {
    let called = calls.iter().filter(|call| !call.is_empty() && text.starts_with(**call) && run(&text[call.len()..]) == 0);
    if let Some(call) = called.max_by_key(|call| call.len()) {
        return (digits(call), call.len());
    }
    let first = run(text);
    let counts = hour(text, first).is_some() || ":/".chars().any(|sign| after(text, first, sign).is_some());
    if *dialing || text.starts_with('0') && first > 1 && !counts {
        *dialing = true;
        return (digits(&text[..first]), first);
    }
    day(text, first, before)
        .or_else(|| hour(text, first))
        .or_else(|| grouped(text, first))
        .or_else(|| fraction(text, first))
        .unwrap_or_else(|| {
            let amount = &text[..first];
            (if first > MAX_DIGITS { digits(amount) } else { cardinal(value(amount)) }, first)
        })
}

/// Length of the digits that follow the sign behind the first `at` bytes.
fn after(text: &str, at: usize, sign: char) -> Option<usize> {
    text[at..].strip_prefix(sign).map(run).filter(|digits| *digits > 0)
}

fn day(text: &str, first: usize, before: &str) -> Option<(String, usize)> {
    let second = after(text, first, '/').filter(|second| first <= 2 && *second <= 2)?;
    let end = first + 1 + second;
    let (day, month) = (value(&text[..first]), value(&text[first + 1..end]));
    if !(1..=31).contains(&day) || !(1..=12).contains(&month) {
        return None;
    }
    let year = after(text, end, '/');
    let (year, used) = match year {
        Some(4) => (Some(value(&text[end + 1..end + 5])), end + 5),
        Some(_) => return None,
        None => (None, end),
    };
    let named = before.trim_end().to_lowercase().ends_with("ngày");
    let prefix = if named { "" } else { "ngày " };
    Some(([prefix, &date(day as u8, month as u8, year)].concat(), used))
}

/// `18:05`, `18h`, `18h30`, `18g30`.
fn hour(text: &str, first: usize) -> Option<(String, usize)> {
    let hour = value(&text[..first]);
    if first > 2 || hour > 24 {
        return None;
    }
    let sign = text[first..].chars().next().filter(|c| matches!(c, ':' | 'h' | 'g' | 'H'))?;
    let minutes = after(text, first, sign);
    let end = first + 1 + minutes.unwrap_or(0);
    let minute = value(text.get(first + 1..end)?);
    let alone = !text[end..].starts_with(char::is_alphabetic);
    let fits = match minutes {
        Some(2) => minute < 60,
        None => matches!(sign, 'h' | 'H') && alone,
        _ => false,
    };
    fits.then(|| (clock(hour as u8, minute as u8), end))
}

/// `1.200.000`: Vietnamese parts thousands by dots.
fn grouped(text: &str, first: usize) -> Option<(String, usize)> {
    let mut end = first;
    while after(text, end, '.') == Some(3) {
        end += 4;
    }
    let amount = text[..end].replace('.', "");
    (end > first && first <= 3 && amount.len() <= MAX_DIGITS).then(|| (cardinal(value(&amount)), end))
}

/// `1,5` and `1.5`.
fn fraction(text: &str, first: usize) -> Option<(String, usize)> {
    let tail = after(text, first, ',').or_else(|| after(text, first, '.'))?;
    if first > MAX_DIGITS {
        return None;
    }
    let end = first + 1 + tail;
    Some(([&cardinal(value(&text[..first])), " phẩy ", &digits(&text[first + 1..end])].concat(), end))
}

/// A dash between two numbers is "to"; a slash, as in numbers of documents, "over".
fn range<'a>(rest: &'a str, out: &mut String) -> Option<&'a str> {
    let tail = rest.trim_start_matches(' ');
    if let Some(tail) = tail.strip_prefix(['-', '–']) {
        let tail = tail.trim_start_matches(' ');
        if run(tail) > 0 {
            out.push_str(" đến ");
            return Some(tail);
        }
    }
    let tail = rest.strip_prefix('/').filter(|tail| run(tail) > 0)?;
    out.push_str(" trên ");
    Some(tail)
}

fn unit<'a>(rest: &'a str, out: &mut String) -> Option<&'a str> {
    let tail = rest.trim_start_matches([' ', '\u{a0}']);
    let alone = |tail: &&str| !tail.starts_with(|c: char| c.is_alphanumeric() || c == '/');
    let (words, tail) = UNITS.iter().find_map(|(sign, words)| Some((words, tail.strip_prefix(sign).filter(alone)?)))?;
    out.push(' ');
    out.push_str(words);
    Some(tail)
}
