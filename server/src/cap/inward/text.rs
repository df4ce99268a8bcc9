//! The words of a message as readers get them: a headline and a body in each language.

use super::{Earlier, places_of};
use crate::publish::{MAX_SHORT, MAX_SUMMARY, MAX_TITLE, check_url};
use crate::short::cut;
use domain::alert::cap::{Alert, Info, Stamp};
use domain::content::{Block, Fact, FactKind, Headline, Status, Text, Time, Variant};
use domain::words::{Lang, date_time, fill};

/// Clear things to do; what is said beyond them is text.
const STEPS: usize = 3;
/// Paragraphs of one part.
const PARAGRAPHS: usize = 40;

/// A headline as everybody sees at once that it is not real.
pub fn marked(status: Status, lang: &str, title: &str) -> String {
    let marked = domain::alert::marked(title, status, lang);
    if marked == title { marked } else { cut(&marked, MAX_TITLE) }
}

/// Who says it, as readers know him.
pub fn source(alert: &Alert, infos: &[&Info]) -> String {
    let vietnamese = infos.iter().filter(|info| tag(info) == "vi").chain(infos);
    let name = vietnamese.filter_map(|info| info.sender_name.as_deref()).map(line).find(|name| !name.is_empty());
    cut(&name.unwrap_or_else(|| alert.sender.clone()), MAX_SUMMARY)
}

pub fn web(infos: &[&Info]) -> Option<String> {
    infos.iter().filter_map(|info| info.web.clone()).find(|url| check_url(url).is_ok())
}

/// Our languages by their first part, others as they are.
fn tag(info: &Info) -> String {
    let tag = info.language().to_ascii_lowercase();
    let first = tag.split('-').next().unwrap_or_default();
    if matches!(first, "vi" | "en") { first.to_owned() } else { info.language().chars().take(35).collect() }
}

/// One for each language, Vietnamese first; a second part in the same language goes on below the first.
pub fn variants(alert: &Alert, infos: &[&Info], earlier: &[Earlier], cancel: bool) -> Vec<(Headline, Variant)> {
    let mut all: Vec<(Headline, Variant)> = Vec::new();
    for info in infos {
        let lang = tag(info);
        match all.iter_mut().find(|(headline, _)| headline.lang == lang) {
            None => all.push(variant(info, lang, alert.sent)),
            Some((headline, variant)) => {
                let (more, blocks) = self::variant(info, lang, alert.sent);
                if more.title != headline.title {
                    variant.blocks.push(Block::Heading { level: 2, text: more.title });
                }
                variant
                    .blocks
                    .extend(blocks.blocks.into_iter().filter(|block| !variant.blocks.contains(block)).collect::<Vec<_>>());
                for fact in blocks.facts {
                    if !variant.facts.contains(&fact) {
                        variant.facts.push(fact);
                    }
                }
            }
        }
    }
    if cancel {
        all = cancelled(alert, earlier, all);
    }
    all.sort_by_key(|(headline, _)| match headline.lang.as_str() {
        "vi" => 0,
        "en" => 1,
        _ => 2,
    });
    all
}

/// A cancellation in the languages of what it cancels; it often says nothing itself.
fn cancelled(alert: &Alert, earlier: &[Earlier], own: Vec<(Headline, Variant)>) -> Vec<(Headline, Variant)> {
    let Some(newest) = earlier.iter().max_by_key(|earlier| earlier.item.card.issued) else { return own };
    let mut out = Vec::new();
    for old in &newest.item.card.headlines {
        let words = if old.lang == "vi" { Lang::Vi.desk() } else { Lang::En.desk() };
        let said = own.iter().find(|(headline, _)| headline.lang == old.lang);
        let title = cut(&fill(words.cap_cancelled, &[("title", &old.title)]), MAX_TITLE);
        let note = alert.note.as_deref().map(line).filter(|note| !note.is_empty());
        let summary = said.map(|(headline, _)| headline.summary.clone()).or(note);
        let summary = cut(&summary.unwrap_or_else(|| words.cap_cancelled_summary.to_owned()), MAX_SUMMARY);
        let mut variant = said.map(|(_, variant)| variant.clone());
        let variant = variant.get_or_insert_with(|| Variant {
            lang: old.lang.clone(),
            facts: Vec::new(),
            blocks: vec![Block::Paragraph(Text::plain(summary.clone()))],
            audio: None,
        });
        out.push((Headline { lang: old.lang.clone(), title, summary, audio: false }, variant.clone()));
    }
    out
}

fn variant(info: &Info, lang: String, sent: Stamp) -> (Headline, Variant) {
    let description = paragraphs(info.description.as_deref().unwrap_or_default());
    let title = info.headline.as_deref().map(line).filter(|title| !title.is_empty()).unwrap_or_else(|| line(&info.event));
    let summary = description.first().cloned().unwrap_or_else(|| line(&info.event));
    let mut blocks = instruction(info.instruction.as_deref().unwrap_or_default());
    // When it is expected to come, where that is later than the message itself.
    if let Some(onset) = info.onset.filter(|onset| onset.at > info.effective.unwrap_or(sent).at) {
        let own = if lang == "en" { Lang::En } else { Lang::Vi };
        let text = fill(own.desk().cap_onset, &[("at", &date_time(onset.at, Time(0), own))]);
        blocks.push(Block::Paragraph(Text::plain(text)));
    }
    blocks.extend(description.into_iter().map(|text| Block::Paragraph(Text::plain(text))));
    if blocks.is_empty() {
        blocks.push(Block::Paragraph(Text::plain(line(&info.event))));
    }
    if let Some(contact) = info.contact.as_deref().map(line).filter(|contact| !contact.is_empty()) {
        blocks.push(match phone(&contact) {
            Some(number) => Block::Call { number, label: cut(&contact, MAX_SHORT) },
            None => Block::Paragraph(Text::plain(contact)),
        });
    }
    let places = info.areas.iter().filter(|area| !places_of(area).is_empty()).map(|area| line(&area.desc));
    let area = cut(&places.filter(|desc| !desc.is_empty()).collect::<Vec<_>>().join("; "), MAX_SUMMARY);
    let facts = if area.is_empty() { Vec::new() } else { vec![Fact { kind: FactKind::AREA, text: area }] };
    let headline =
        Headline { lang: lang.clone(), title: cut(&title, MAX_TITLE), summary: cut(&summary, MAX_SUMMARY), audio: false };
    (headline, Variant { lang, facts, blocks, audio: None })
}

/// At most three steps, the rest as text.
fn instruction(text: &str) -> Vec<Block> {
    let mut lines = paragraphs(text);
    if let [single] = &lines[..] {
        lines = single.split_inclusive(". ").map(|sentence| sentence.trim().to_owned()).collect();
    }
    let bullet = |c: char| matches!(c, '-' | '–' | '•' | '*' | '+');
    let bare = |text: &String| {
        let text = text.trim_start_matches(bullet).trim();
        let number = text.split_once(['.', ')']).filter(|(n, _)| n.len() <= 2 && n.parse::<u8>().is_ok());
        number.map_or(text, |(_, rest)| rest.trim()).to_owned()
    };
    let lines: Vec<String> = lines.iter().map(bare).filter(|text| !text.is_empty()).collect();
    let (steps, rest) = lines.split_at(lines.len().min(STEPS));
    let mut blocks = Vec::new();
    if !steps.is_empty() {
        blocks.push(Block::Steps(steps.iter().map(Text::plain).collect()));
    }
    blocks.extend(rest.iter().map(|text| Block::Paragraph(Text::plain(text))));
    blocks
}

/// Lines with something in them; some senders put HTML there, which is only ever text here.
fn paragraphs(text: &str) -> Vec<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        plain.push_str(before);
        let named = tag.get(1..2).is_some_and(|c| c == "/" || c.bytes().all(|byte| byte.is_ascii_alphabetic()));
        let end = tag.find('>').filter(|_| named);
        rest = match end {
            Some(end) => {
                plain.push('\n');
                tag.get(end + 1..).unwrap_or_default()
            }
            None => {
                plain.push('<');
                tag.get(1..).unwrap_or_default()
            }
        };
    }
    plain.push_str(rest);
    plain.lines().map(line).filter(|line| !line.is_empty()).take(PARAGRAPHS).collect()
}

/// On one line, with single blanks.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first number in a text that one can call.
fn phone(text: &str) -> Option<String> {
    let pieces = text.split(|c: char| !(c.is_ascii_digit() || matches!(c, ' ' | '+' | '-' | '.')));
    pieces.map(|piece| piece.replace(['-', '.'], " ").split_whitespace().collect::<Vec<_>>().join(" ")).find(|number| {
        let digits = number.strip_prefix('+').unwrap_or(number);
        let count = digits.bytes().filter(u8::is_ascii_digit).count();
        (3..=15).contains(&count) && !digits.contains('+')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_steps_and_the_rest_as_text() {
        let blocks = instruction("- Lên đồi\n2. Mang nước\n• Tắt điện\n- Chờ tin");
        let steps = ["Lên đồi", "Mang nước", "Tắt điện"].map(Text::plain).to_vec();
        assert_eq!(blocks, [Block::Steps(steps), Block::Paragraph(Text::plain("Chờ tin"))]);
        let blocks = instruction("TAKE COVER NOW. STAY AWAY FROM WINDOWS.");
        assert_eq!(blocks, [Block::Steps(["TAKE COVER NOW.", "STAY AWAY FROM WINDOWS."].map(Text::plain).to_vec())]);
        assert!(instruction("  ").is_empty());
    }

    #[test]
    fn what_is_to_come_says_when() {
        let message = crate::cap::read::alert(include_bytes!("../../../tests/cap/vietnam.cap")).unwrap().alert;
        let told = |onset, effective| {
            let info = Info { onset, effective, ..message.infos[0].clone() };
            let (_, variant) = variant(&info, "vi".into(), message.sent);
            variant.blocks.into_iter().any(|block| matches!(block, Block::Paragraph(text) if text.plain.starts_with("Dự kiến")))
        };
        let later = Some(Stamp::here(message.sent.at.plus(3_600)));
        assert!(told(later, None) && told(later, Some(message.sent)));
        assert!(!told(None, None) && !told(Some(message.sent), None) && !told(later, later));
    }

    #[test]
    fn markup_in_a_description_is_only_text() {
        assert_eq!(paragraphs("A<br />B <b>c</b>\n\n1 < 2 & 3"), ["A", "B", "c", "1 < 2 & 3"]);
        assert_eq!(paragraphs("<script>x"), ["x"]);
        assert_eq!(paragraphs("a <"), ["a <"]);
    }

    #[test]
    fn numbers_to_call() {
        assert_eq!(phone("Đài: 0234.3822.425, số 1").as_deref(), Some("0234 3822 425"));
        assert_eq!(phone("DET. SMITH, 5TH DIV, AT 202-727-9099").as_deref(), Some("202 727 9099"));
        assert_eq!(phone("cap@ec.gc.ca"), None);
    }

    #[test]
    fn long_texts_are_cut_at_a_word() {
        let text = "mưa lớn ".repeat(100);
        let short = cut(text.trim(), 200);
        assert!(short.chars().count() <= 200 && short.ends_with("lớn…") || short.ends_with("mưa…"), "{short}");
    }
}
