//! The promises of the desk's rules: nothing unapproved is published, nobody acts outside his scope, nothing typed is lost.

use super::*;
use crate::content::{Block, Kind, Mark, MediaRef, PlaceCode, Style, Text, Time};
use crate::instance::instance;
use proptest::prelude::*;
use std::collections::{BTreeSet, HashMap};

const CITY: PlaceCode = PlaceCode(46);
const A_LUOI_2: PlaceCode = PlaceCode(20044);
const A_LUOI_3: PlaceCode = PlaceCode(20050);
const NOW: Time = Time(1_795_410_000);

/// What a witness knows of a text, by its bytes alone: whatever the desk counts as its `hands`.
#[derive(Clone, Default)]
struct Witness {
    /// Who wrote any of it.
    all: BTreeSet<i64>,
    /// Who wrote what nobody else has approved yet.
    fresh: BTreeSet<i64>,
    /// Who approved these very bytes last.
    judge: Option<i64>,
}

proptest! {
    /// Whatever people do in whatever order, readers get only what somebody approved who did not write it.
    #[test]
    fn no_path_publishes_unapproved_bytes(deeds in prop::collection::vec((any::<prop::sample::Index>(), 0i64..3, any::<bool>()), 1..250)) {
        let mut state = State::NEW;
        let (mut hands, mut standing) = (vec![0i64], Vec::new());
        let bytes = |n: usize| [n as u8 + 1; 32];
        let (mut text, mut published) = ([0u8; 32], [0u8; 32]);
        let mut known = HashMap::from([(text, Witness { all: [0].into(), fresh: [0].into(), judge: None })]);
        let mut last_seen = [[0u8; 32]; 3];
        for (n, (pick, actor, looks)) in deeds.into_iter().enumerate() {
            if looks {
                last_seen[actor as usize] = text;
            }
            let deed = Deed { actor, hands: &hands, text, seen: last_seen[actor as usize] };
            // A correction in which nobody wrote yet says nothing of what it changes, and is not taken in.
            let unsaid = |action: &Action| *action == Action::Submit && known[&text].fresh.is_empty();
            let open: Vec<(Action, State)> =
                Action::ALL.into_iter().filter(|action| !unsaid(action)).filter_map(|action| Some((action, transition(state, action, &deed).ok()?))).collect();
            let Some((action, after)) = (!open.is_empty()).then(|| pick.get(&open)).copied() else { continue };
            let mut witness = known[&text].clone();
            match action {
                Action::Write => {
                    text = bytes(n);
                    witness.all.insert(actor);
                    witness.fresh.insert(actor);
                    known.insert(text, Witness { judge: None, ..witness });
                    prop_assert_eq!(after.approved, None);
                }
                Action::Approve => known.get_mut(&text).unwrap().judge = Some(actor),
                Action::Publish => {
                    let judge = witness.judge.expect("somebody approved this very text");
                    prop_assert!(!witness.fresh.contains(&judge), "its author approved it");
                    prop_assert!(after.live);
                    published = text;
                }
                Action::Correct => {
                    text = bytes(n);
                    known.insert(text, Witness { fresh: BTreeSet::new(), judge: None, ..witness });
                }
                Action::Drop => text = published,
                Action::Withdraw => {
                    prop_assert!(!after.live);
                    let all = witness.all.clone();
                    known.insert(text, Witness { fresh: all, ..witness });
                }
                // Prepared words go out, under a name of their own; of this text nothing does any more.
                Action::Update | Action::Cancel => prop_assert_eq!((after.stage, after.live), (Stage::Closed, false)),
                _ => {}
            }
            credit(action, actor, &mut hands, &mut standing);
            prop_assert!(after.stage != Stage::Published || after.live);
            prop_assert!(!(matches!(after.stage, Stage::Withdrawn | Stage::Archived | Stage::Closed) && after.live));
            prop_assert!(state.stage != Stage::Closed, "a closed alert stays closed");
            state = after;
        }
    }

    #[test]
    fn text_survives_printing(plain in line(), runs in prop::collection::vec((1usize..6, any::<bool>()), 0..4)) {
        let text = marked(plain, &runs);
        prop_assert_eq!(markup::parse_inline(&markup::print_inline(&text)), text);
    }

    #[test]
    fn emphasis_within_words_never_costs_the_words(plain in line(), runs in prop::collection::vec((1usize..6, any::<bool>()), 0..4)) {
        let back = markup::parse_inline(&markup::print_inline(&scattered(plain.clone(), &runs)));
        prop_assert_eq!(&back.plain, &plain);
        prop_assert_eq!(back.marks.len(), marked(plain, &runs).marks.len());
    }

    #[test]
    fn blocks_survive_printing(blocks in prop::collection::vec(block(), 0..8)) {
        let known = |file: &str| (file == "a.avif").then(image);
        let printed = markup::print(&blocks);
        let (back, missing) = markup::parse(&printed, &known);
        prop_assert!(missing.is_empty());
        prop_assert_eq!(back, blocks, "{}", printed);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[\\PC\n]{0,200}") {
        let (blocks, _) = markup::parse(&text, &|_| None);
        let _ = advise(&text);
        let again = markup::print(&blocks);
        prop_assert_eq!(markup::parse(&again, &|_| None).0, blocks);
    }
}

#[test]
fn a_table_without_bounds_takes_no_memory() {
    let text = [&"|a".repeat(50_000), "\n", &"|b\n".repeat(50_000), "\n|x|y\n|z"].concat();
    let (blocks, _) = markup::parse(&text, &|_| None);
    let [Block::Table { head, rows }, ..] = &blocks[..] else { panic!("{}", blocks.len()) };
    assert_eq!(head.len(), 50_000);
    assert!(rows.iter().map(Vec::len).sum::<usize>() < 250_000);
    let (small, _) = markup::parse("|a|b|\n|c|\n|d|e|f|\n|x|y|||", &|_| None);
    let rows = [["c", ""].as_slice(), &["d", "e", "f"], &["x", "y"]]
        .map(|row| row.iter().map(|&cell| cell.to_owned()).collect())
        .to_vec();
    assert_eq!(small, [Block::Table { head: vec!["a".into(), "b".into()], rows }]);
}

#[test]
fn lines_to_fill_in_and_addresses_are_no_marks() {
    for text in ["Họ tên: ______ Ngày: ______", "https://x.vn/a__b__c", "2**3**4", "a ** b ** c", "****", "__a"] {
        assert_eq!(markup::parse_inline(text), Text::plain(text));
    }
    let text = markup::parse_inline("**Họ tên:**______ (__chữ in__)**!**__?__");
    assert_eq!((text.plain.as_str(), text.marks.len()), ("Họ tên:______ (chữ in)!?", 4));
    assert_eq!(markup::parse_inline(&markup::print_inline(&text)), text);
    let long = "**a ".repeat(200_000);
    assert_eq!(markup::parse_inline(&long).plain, long, "and are read in one go");
}

#[test]
fn a_space_keeps_its_backslash() {
    for text in ["\\\u{a0}!", "> \\\u{a0}!", "- \\ x", "| \\\u{a0} |"] {
        let (blocks, _) = markup::parse(text, &|_| None);
        assert_eq!(markup::parse(&markup::print(&blocks), &|_| None).0, blocks, "{text}");
    }
}

fn image() -> MediaRef {
    MediaRef { file: "a.avif".into(), bytes: 9, width: 4, height: 3, seconds: 0 }
}

/// A line as a person may leave it: marks of every sort, no space at its ends.
fn line() -> impl Strategy<Value = String> {
    "[a-zĐđữ0-9*_\\\\|#>•–—.)\\[\\]+-]([a-zĐđữ0-9 *_\\\\|#>•–—.)\\[\\]+-]{0,20}[a-zữ0-9*_\\\\|\\]-])?"
        .prop_map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// [`scattered`], as far as it can be typed: around whole words.
fn marked(plain: String, runs: &[(usize, bool)]) -> Text {
    let mut text = scattered(plain, runs);
    text.marks.retain(|mark| {
        let (start, end) = (mark.start as usize, mark.end as usize);
        let run = &text.plain[start..end];
        let beside = [text.plain[..start].chars().next_back(), text.plain[end..].chars().next()];
        run.trim() == run && !beside.into_iter().flatten().any(char::is_alphanumeric)
    });
    text
}

/// `plain` with every other run of some characters marked.
fn scattered(plain: String, runs: &[(usize, bool)]) -> Text {
    let mut text = Text { plain, marks: Vec::new() };
    let ends: Vec<usize> = text.plain.char_indices().map(|(at, _)| at).chain([text.plain.len()]).collect();
    let mut at = 0;
    for (count, strong) in runs {
        let (start, end) = (at + 1, at + 1 + count);
        let Some((start, end)) = ends.get(start).zip(ends.get(end)) else { break };
        let style = if *strong { Style::Strong } else { Style::Emphasis };
        text.marks.push(Mark { start: *start as u32, end: *end as u32, style });
        at += 2 + count;
    }
    text
}

fn block() -> impl Strategy<Value = Block> {
    let text = || (line(), prop::collection::vec((1usize..6, any::<bool>()), 0..3)).prop_map(|(line, runs)| marked(line, &runs));
    let texts = || prop::collection::vec(text(), 1..4);
    // Headings and names are taken as they stand.
    let name = || "[a-zđữ][a-zđữ0-9*|\\\\\\]-]{0,12}".prop_map(String::from);
    prop_oneof![
        text().prop_map(Block::Paragraph),
        (2u8..=3, name()).prop_map(|(level, text)| Block::Heading { level, text }),
        texts().prop_map(Block::List),
        texts().prop_map(Block::Steps),
        (text(), prop::option::of(name())).prop_map(|(text, by)| Block::Quote { text, by }),
        (1usize..4).prop_flat_map(move |width| {
            let row = prop::collection::vec("[a-z|\\\\-]{1,6}".prop_map(String::from), width);
            (row.clone(), prop::collection::vec(row, 0..3)).prop_map(|(head, rows)| Block::Table { head, rows })
        }),
        (name(), prop::option::of(name())).prop_map(|(alt, caption)| Block::Image { media: image(), alt, caption }),
        ("[0-9]{3,10}", name()).prop_map(|(number, label)| Block::Call { number, label }),
        ("https://[a-z]{1,8}/[a-z\\]\\\\]{0,8}[a-z]", name()).prop_map(|(url, label)| Block::Link { url, label }),
    ]
}

#[test]
fn what_an_author_types_becomes_blocks() {
    let text = "Lũ về nhanh.\nAi ở ven suối thì **lên đồi ngay**.\n\n## Cần mang theo\n- đèn pin\n• thuốc\n\n1. Tắt điện\n2) Khóa ga\n\n> Đừng chờ.\n> — Trưởng thôn\n\n| Nơi | Giờ |\n|---|---|\n| Nhà văn hoá | 18:00 |\n\n[gọi 112] Cứu nạn\n[liên kết https://hue.gov.vn] Trang của thành phố\n[ảnh mất.avif] cây cầu\n5*3 và a_b";
    let (blocks, missing) = markup::parse(text, &|_| None);
    let start = "Ai ở ven suối thì ".len() as u32;
    let strong = Mark { start, end: start + "lên đồi ngay".len() as u32, style: Style::Strong };
    assert_eq!(
        blocks,
        [
            Block::Paragraph(Text::plain("Lũ về nhanh.")),
            Block::Paragraph(Text { plain: "Ai ở ven suối thì lên đồi ngay.".into(), marks: vec![strong] }),
            Block::Heading { level: 2, text: "Cần mang theo".into() },
            Block::List(vec![Text::plain("đèn pin"), Text::plain("thuốc")]),
            Block::Steps(vec![Text::plain("Tắt điện"), Text::plain("Khóa ga")]),
            Block::Quote { text: Text::plain("Đừng chờ."), by: Some("Trưởng thôn".into()) },
            Block::Table { head: vec!["Nơi".into(), "Giờ".into()], rows: vec![vec!["Nhà văn hoá".into(), "18:00".into()]] },
            Block::Call { number: "112".into(), label: "Cứu nạn".into() },
            Block::Link { url: "https://hue.gov.vn".into(), label: "Trang của thành phố".into() },
            Block::Paragraph(Text::plain("5*3 và a_b")),
        ]
    );
    assert_eq!(missing, [markup::NoFile("mất.avif".into())]);
}

fn grant(role: Role, place: PlaceCode, topics: &[u8]) -> Grant {
    Grant { role, place, topics: topics.to_vec() }
}

#[test]
fn scopes_are_kept() {
    let scope = |places: &'static [PlaceCode], topics: &'static [u8]| Scope { places, topics, alert: false };
    let author = [grant(Role::Author, A_LUOI_2, &[])];
    assert!(allowed(&author, Action::Write, scope(&[A_LUOI_2], &[1])));
    assert!(!allowed(&author, Action::Approve, scope(&[A_LUOI_2], &[1])), "no author approves");
    assert!(!allowed(&author, Action::Write, scope(&[A_LUOI_3], &[1])), "another commune");
    assert!(!allowed(&author, Action::Write, scope(&[A_LUOI_2, A_LUOI_3], &[1])), "one place of two");
    assert!(!allowed(&author, Action::Write, scope(&[], &[1])), "nobody of a commune writes to everyone");
    assert!(!allowed(&author, Action::Write, scope(&[CITY], &[1])));
    let both = [grant(Role::Author, A_LUOI_2, &[]), grant(Role::Author, A_LUOI_3, &[])];
    assert!(allowed(&both, Action::Write, scope(&[A_LUOI_2, A_LUOI_3], &[])));
    let city = [grant(Role::Approver, CITY, &[1])];
    assert!(allowed(&city, Action::Approve, scope(&[], &[1])));
    assert!(allowed(&city, Action::Approve, scope(&[A_LUOI_2], &[1])));
    assert!(!allowed(&city, Action::Approve, scope(&[A_LUOI_2], &[1, 2])), "a topic of others");
    assert!(!allowed(&city, Action::Approve, scope(&[A_LUOI_2], &[])), "of no topic yet");
    assert!(!allowed(&[], Action::Read, Scope::ALL));
    assert!(sees(&author, scope(&[A_LUOI_2, A_LUOI_3], &[1])) && !sees(&author, scope(&[A_LUOI_3], &[1])));
    assert!(sees(&author, scope(&[], &[])), "what is for everyone concerns this commune too");
    assert!(!sees(&[grant(Role::Reporter, CITY, &[])], Scope::ALL));
}

/// The table itself: what nobody named is refused, and approving stands with nobody who only writes or administers.
#[test]
fn the_table_denies_what_it_does_not_name() {
    for role in Role::ALL {
        assert_eq!(Role::from_name(role.name()), Some(role));
        let grants = [grant(role, CITY, &[])];
        let may: Vec<Action> = Action::ALL.into_iter().filter(|action| allowed(&grants, *action, Scope::ALL)).collect();
        assert_eq!(may.contains(&Action::Approve), role == Role::Approver, "{role:?}");
        assert_eq!(may.contains(&Action::Withdraw), role == Role::Approver, "{role:?}");
        assert_eq!(may.contains(&Action::ManagePeople), role == Role::Administrator, "{role:?}");
        assert_eq!(may.contains(&Action::Write), matches!(role, Role::Author | Role::Approver), "{role:?}");
        assert_eq!(may.contains(&Action::Bring), matches!(role, Role::Author | Role::Approver), "{role:?}");
    }
}

pub(super) fn manuscript() -> Manuscript {
    let text = Script {
        lang: "vi".into(),
        title: " Tiêm sởi cho trẻ ".into(),
        summary: "Sáng thứ Bảy ở trạm y tế.".into(),
        text: "Mang theo sổ tiêm.".into(),
        papers: "Sổ tiêm\n\n Giấy khai sinh ".into(),
        ..Script::default()
    };
    Manuscript {
        kind: "guide".into(),
        topics: vec![1],
        places: vec![A_LUOI_2],
        source: "Trạm y tế".into(),
        texts: vec![text],
        ..Manuscript::default()
    }
}

#[test]
fn a_whole_manuscript_has_no_findings() {
    let (done, findings) = manuscript().compile(NOW, 1, &|_| None);
    assert_eq!(findings, []);
    assert_eq!((done.card.kind, done.card.issued, done.card.headlines[0].title.as_str()), (Kind::GUIDE, NOW, "Tiêm sởi cho trẻ"));
    let papers: Vec<&str> = done.body.variants[0].facts(crate::content::FactKind::PAPER).collect();
    assert_eq!(papers, ["Sổ tiêm", "Giấy khai sinh"]);
    assert!(instance().topics.len() > 1);
}

#[test]
fn an_event_that_ends_as_it_begins_has_no_end() {
    let end = |end: &str| {
        let (start, end) = ("2026-12-01T08:00".into(), end.into());
        let (done, _) = Manuscript { kind: "event".into(), start, end, ..manuscript() }.compile(NOW, 1, &|_| None);
        done.card.event().unwrap().end
    };
    assert_eq!(end("2026-12-01T08:00"), None);
    assert_eq!(end("2026-12-01T09:00"), crate::content::Time::parse("2026-12-01T09:00:00+07:00"));
}

#[test]
fn every_gap_is_named() {
    let empty = Manuscript { kind: "event".into(), texts: vec![Script::default()], ..Manuscript::default() };
    let (_, findings) = empty.compile(NOW, 2, &|_| None);
    for field in ["title", "summary", "text", "source", "start", "change"] {
        assert!(findings.contains(&Finding::Missing(field)), "{field} in {findings:?}");
    }
    assert!(findings.contains(&Finding::NoTopic));
    let odd = Manuscript {
        expires: "2026-11-01".into(),
        effective: "mai".into(),
        supersedes: "x".into(),
        kind: "alert".into(),
        ..manuscript()
    };
    let (_, findings) = odd.compile(NOW, 1, &|_| None);
    for finding in [Finding::BadTime("effective"), Finding::Over, Finding::BadId, Finding::UnknownKind] {
        assert!(findings.contains(&finding), "{finding:?} in {findings:?}");
    }
}

#[test]
fn a_template_that_nobody_filled_in_is_no_text() {
    let found = |text: &str| {
        let mut whole = manuscript();
        whole.texts[0].text = text.into();
        whole.compile(NOW, 1, &|_| None).1
    };
    let left = |line: &str| [Finding::Unwritten(line.into())];
    for template in [crate::words::Lang::Vi.desk().template_bulletin, crate::words::Lang::En.desk().template_guide] {
        let lines = template.replace(" / ", "\n");
        assert_eq!(found(&lines), left(lines.lines().next().unwrap()));
        assert_eq!(found(&[&lines, "\n\nTrạm tiêm sởi."].concat()), left(lines.lines().next().unwrap()), "it is named");
    }
    assert_eq!(found("Trạm tiêm sởi.\n\n## Bà con cần làm gì\n\n-"), left("-"));
    assert_eq!(found(""), [Finding::Missing("text")]);
    assert_eq!(found("Trạm tiêm sởi.\n\n## Bà con cần làm gì\n\n- Mang sổ tiêm"), []);
}

#[test]
fn a_translation_knows_when_its_original_moved_on() {
    let mut text = manuscript();
    let english = Script {
        lang: "en".into(),
        title: "Measles jabs".into(),
        summary: "Saturday".into(),
        text: "Bring the booklet.".into(),
        of: text.texts[0].fingerprint(),
        ..Script::default()
    };
    text.texts.push(english);
    assert_eq!(text.compile(NOW, 1, &|_| None).1, []);
    text.texts[0].text.push_str(" Đến trước 9 giờ.");
    let findings = text.compile(NOW, 1, &|_| None).1;
    assert_eq!(findings, [Finding::Outdated("en".into())]);
    assert!(findings[0].is_advice());
}

#[test]
fn a_correction_says_what_it_changes() {
    let text = Manuscript { change: "giờ tiêm".into(), ..manuscript() };
    let (done, findings) = text.compile(NOW, 2, &|_| None);
    assert_eq!(findings, []);
    assert_eq!(done.body.variants[0].blocks[0].texts(), ["Đã sửa ngày 23/11/2026: giờ tiêm"]);
}

#[test]
fn plainer_words_are_offered() {
    let long = "một ".repeat(45);
    let text = ["UBND xã Tiến hành triển khai tiêm trên địa bàn. ", &long].concat();
    let advice = advise(&text);
    assert!(matches!(&advice[0], Advice::LongSentence { syllables: 45, .. }), "{advice:?}");
    let terms: Vec<&str> =
        advice.iter().filter_map(|one| if let Advice::Officialese(one) = one { Some(one.term) } else { None }).collect();
    assert_eq!(terms, ["trên địa bàn", "tiến hành triển khai"]);
    assert_eq!(advise("Bà con mang theo sổ tiêm."), []);
    assert!(officialese().len() > 40);
}
