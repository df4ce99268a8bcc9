//! Lists of works: what one asks for is on it, however many others there are, and nothing that is not for whoever asks.

mod lab;
mod office;

use domain::content::{PlaceCode, Time};
use domain::editorial::{Action, Grant, Manuscript, Role, Scope, Script, Stage, Warning, allowed, sees};
use lab::{Lab, NOW};
use office::*;
use server::store::desk::List;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const DESK: &str = "/ban-lam-viec";
const DAY: i64 = 86_400;

fn manuscript(title: &str, places: &[u32], topics: &[u8]) -> Manuscript {
    let script = Script { lang: "vi".into(), title: title.into(), summary: "Sáng thứ Bảy".into(), ..Script::default() };
    Manuscript {
        kind: "bulletin".into(),
        places: places.iter().copied().map(PlaceCode).collect(),
        topics: topics.to_vec(),
        texts: vec![script],
        ..Manuscript::default()
    }
}

/// Puts works straight into the store, in one transaction, at a stage and as changed at a time.
async fn put(lab: &Lab, by: i64, stage: Stage, works: impl IntoIterator<Item = (Manuscript, i64)>) -> Vec<i64> {
    let mut tx = lab.app.site.store.begin().await.unwrap();
    let mut ids = Vec::new();
    for (text, at) in works {
        let id = tx.add_work(&text, by, Time(at)).await.unwrap();
        let mut work = tx.work(id).await.unwrap().unwrap();
        work.state.stage = stage;
        work.state.live = stage == Stage::Published;
        tx.move_work(&work, Time(at)).await.unwrap();
        ids.push(id);
    }
    tx.commit().await.unwrap();
    ids
}

async fn id_of(lab: &Lab, login: &str) -> i64 {
    lab.app.site.store.people().await.unwrap().into_iter().find(|person| person.login == login).unwrap().id
}

/// Titles of a page, in their order.
fn titles(page: &str, heading: &str) -> Vec<String> {
    let open = format!("<{heading}>");
    let rows = page.split("<ul class=\"ls\">").skip(1).flat_map(|list| list.split("</ul>").next().unwrap().split(&open).skip(1));
    rows.map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

/// Pages of a list as whoever follows its link to the next one sees them.
async fn walk(lab: &Lab, who: &Browser, path: &str, heading: &str) -> Vec<String> {
    let (mut all, mut path) = (Vec::new(), path.to_owned());
    loop {
        let page = text(&get(lab, who, &path).await);
        let rows = titles(&page, heading);
        assert!(rows.len() <= 60, "{}", rows.len());
        all.extend(rows);
        let Some((before, _)) = page.split_once("\">Cũ hơn</a>").or_else(|| page.split_once("\">Xem tiếp</a>")) else {
            return all;
        };
        path = before.rsplit_once("href=\"").unwrap().1.replace("&amp;", "&");
    }
}

#[tokio::test]
async fn what_is_old_ends_soon_or_waits_is_found_behind_hundreds_that_changed_later() {
    let Office { lab, author, approver, .. } = office().await;
    let me = id_of(&lab, "lan.viet").await;
    let later = NOW + 190 * DAY;
    let text = |name: &'static str| move |n: i64| (manuscript(&format!("{name} {n}"), &[A_LUOI_2], &[1]), NOW + n);
    put(&lab, me, Stage::Published, (0..30).map(text("Cũ"))).await;
    let ending = |n: i64| {
        let (text, at) = (manuscript(&format!("Sắp hết {n}"), &[A_LUOI_2], &[1]), later - 40 * DAY);
        (Manuscript { expires: Time(later + DAY * (1 + n)).rfc3339()[..16].to_owned(), ..text }, at)
    };
    put(&lab, me, Stage::Published, (0..20).map(ending)).await;
    put(&lab, me, Stage::InReview, (0..25).map(text("Chờ"))).await;
    // All of these changed later, and none of them is asked for.
    put(&lab, me, Stage::Published, (0..260).map(|n| (manuscript(&format!("Mới {n}"), &[A_LUOI_2], &[1]), later + n))).await;
    let elsewhere = |n: i64| (manuscript(&format!("Nơi khác {n}"), &[A_LUOI_3], &[1]), later + n);
    put(&lab, 0, Stage::InReview, (0..260).map(elsewhere)).await;
    lab.time.store(later, std::sync::atomic::Ordering::SeqCst);
    let approver = again(&lab, approver).await;

    let names = |name: &str, all: std::ops::Range<i64>| all.map(|n| format!("{name} {n}")).collect::<Vec<_>>();
    let first = self::text(&get(&lab, &approver, DESK).await);
    let shown = titles(&first, "h3");
    for (name, count) in [("Cũ", 20), ("Sắp hết", 13), ("Chờ", 20), ("Mới", 10), ("Nơi khác", 0)] {
        let of: Vec<_> = shown.iter().filter(|title| title.starts_with(&format!("{name} "))).collect();
        assert_eq!(of.len(), count, "{name}: {shown:?}");
    }
    assert_eq!(walk(&lab, &approver, &format!("{DESK}/viec?loc=lau-chua-xem"), "h3").await, names("Cũ", 0..30));
    // Only the next two weeks.
    assert_eq!(walk(&lab, &approver, &format!("{DESK}/viec?loc=sap-het"), "h3").await, names("Sắp hết", 0..13));
    let mut waits = walk(&lab, &approver, &format!("{DESK}/viec?loc=cho-duyet"), "h3").await;
    waits.reverse();
    assert_eq!(waits, names("Chờ", 0..25));
    // Whoever wrote them does not wait for himself.
    let author = again(&lab, author).await;
    let first = self::text(&get(&lab, &author, DESK).await);
    assert!(!first.contains("Đang chờ tôi") && first.contains("Xem hết: "), "{first}");
}

/// Signs in again after a long time.
async fn again(lab: &Lab, who: Browser) -> Browser {
    let code = code(lab, &who.secret, 0);
    let answer = sign_in(lab, &who, PASSWORD, &code).await;
    Browser { cookie: cookie(&answer), ..who }
}

#[tokio::test]
async fn every_work_is_reached_by_leafing_and_by_what_is_written_in_it() {
    let Office { lab, author, .. } = office().await;
    let me = id_of(&lab, "lan.viet").await;
    // Many changed in the same second.
    let works = (0..190).map(|n| (manuscript(&format!("Lớp {} & {n}", n % 2), &[A_LUOI_2], &[1]), NOW + n / 100));
    put(&lab, me, Stage::Published, works).await;
    let mut odd = manuscript("Khác hẳn", &[A_LUOI_2], &[1]);
    odd.document = "45/2026/QĐ-UBND".into();
    odd.texts[0].summary = "Cấp giống lúa chịu hạn".into();
    put(&lab, me, Stage::Draft, [(odd, NOW - DAY)]).await;

    let all = walk(&lab, &author, &format!("{DESK}/viec"), "h2").await;
    assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (191, 191), "each once");
    assert_eq!(all[190], "Khác hẳn");
    let some = walk(&lab, &author, &format!("{DESK}/viec?q=L%E1%BB%9Bp+1+%26&stage=published"), "h2").await;
    assert_eq!(some.len(), 95, "the filters hold on every page");
    assert!(some.iter().all(|title| title.starts_with("Lớp 1 &amp; ")), "{some:?}");
    for words in ["giong+lua", "45/2026/q%C4%91", "khac+han"] {
        assert_eq!(walk(&lab, &author, &format!("{DESK}/viec?q={words}"), "h2").await, ["Khác hẳn"], "{words}");
    }
    assert_eq!(walk(&lab, &author, &format!("{DESK}/viec?q=%25"), "h2").await, Vec::<String>::new());
}

/// The store chooses by the very rules of the domain.
#[tokio::test]
async fn lists_show_what_the_rules_let_one_see_and_nothing_else() {
    let lab = Lab::new().await;
    let places: [&[u32]; 4] = [&[], &[A_LUOI_2], &[A_LUOI_3], &[A_LUOI_2, A_LUOI_3]];
    let topics: [&[u8]; 4] = [&[], &[1], &[2], &[1, 2]];
    let mut works = Vec::new();
    for stage in [Stage::InReview, Stage::Published] {
        for (places, topics, alert) in places
            .iter()
            .flat_map(|places| topics.iter().flat_map(move |topics| [(*places, *topics, false), (*places, *topics, true)]))
        {
            let mut text = manuscript("Tin", places, topics);
            text.alert = alert.then(Warning::default);
            let id = put(&lab, 9, stage, [(text.clone(), NOW)]).await[0];
            works.push((id, stage, text));
        }
    }
    let mut grants: Vec<Grant> = Vec::new();
    for role in Role::ALL {
        for place in [46, A_LUOI_2] {
            grants.extend([vec![], vec![1], vec![1, 2]].map(|topics| Grant { role, place: PlaceCode(place), topics }));
        }
    }
    let mut sets: Vec<Vec<Grant>> = grants.iter().map(|grant| vec![grant.clone()]).collect();
    let other = |role, topics: &[u8]| Grant { role, place: PlaceCode(A_LUOI_3), topics: topics.to_vec() };
    sets.extend(grants.iter().map(|grant| vec![grant.clone(), other(grant.role, &[2])]));
    sets.extend(grants.iter().map(|grant| vec![grant.clone(), other(Role::Approver, &[])]));
    sets.push(Vec::new());
    let mut shown = 0;
    for grants in sets {
        let scope = |text: &Manuscript| (text.places.clone(), text.topics.clone(), text.is_alert());
        let rule = |wanted: &dyn Fn(Scope, Stage) -> bool| -> BTreeSet<i64> {
            let fits = works.iter().filter(|(_, stage, text)| {
                let (places, topics, alert) = scope(text);
                wanted(Scope { places: &places, topics: &topics, alert }, *stage)
            });
            fits.map(|(id, ..)| *id).collect()
        };
        let who = person(7, grants.clone());
        let list = async |list| -> BTreeSet<i64> {
            lab.app.site.store.works(&who, list, None, 1_000).await.unwrap().iter().map(|work| work.id).collect()
        };
        let seen = list(List::Found { stages: &Stage::ALL, words: "" }).await;
        assert_eq!(seen, rule(&|scope, _| sees(&grants, scope)), "{grants:?}");
        for alert in [false, true] {
            let judged = rule(&|scope, stage| {
                stage == Stage::InReview && scope.alert == alert && allowed(&grants, Action::Approve, scope)
            });
            assert_eq!(list(List::ToJudge { alert }).await, judged, "{grants:?}");
            shown += judged.len();
        }
        let live = rule(&|scope, stage| stage == Stage::Published && !scope.alert && sees(&grants, scope));
        assert_eq!(list(List::At { stages: &[Stage::Published], alert: false }).await, live, "{grants:?}");
        assert_eq!(list(List::Untouched { since: Time(NOW + 1) }).await, live, "{grants:?}");
        let away = rule(&|scope, stage| stage == Stage::Published && !scope.alert && !sees(&grants, scope));
        assert_eq!(list(List::Elsewhere { words: "" }).await, away, "{grants:?}");
    }
    assert!(shown > 100, "{shown}");
}

/// Half of them elsewhere, and few of what is asked for: whoever has a small place and one topic waits longest.
#[tokio::test]
async fn ten_thousand_works_are_listed_in_time() {
    let lab = Lab::new().await;
    let places: [&[u32]; 4] = [&[A_LUOI_3], &[A_LUOI_2], &[A_LUOI_3], &[]];
    let stages = [Stage::Published, Stage::InReview];
    for (stage, count) in stages.into_iter().zip([9_000usize, 1_000]) {
        let works = (0..count).map(|n| {
            let title = format!("Tiêm vắc xin sởi cho trẻ dưới năm tuổi ở thôn số {n}");
            let mut text = manuscript(&title, places[n % 4], &[(n % 10) as u8]);
            text.texts[0].summary = "Sáng thứ Bảy tuần này ở trạm y tế, mang theo sổ tiêm và giấy khai sinh của cháu.".into();
            text.texts[0].text = TEXT.repeat(20);
            text.expires = Time(NOW + 10 * DAY).rfc3339()[..16].to_owned();
            (text, NOW - 200 * DAY + n as i64)
        });
        put(&lab, 9, stage, works).await;
    }
    let who = person(7, vec![Grant { role: Role::Approver, place: PlaceCode(A_LUOI_2), topics: vec![3] }]);
    let all = [
        List::Found { stages: &Stage::ALL, words: "" },
        List::Found { stages: &Stage::ALL, words: "không có ở đâu" },
        List::Elsewhere { words: "" },
        List::Elsewhere { words: "không có ở đâu" },
        List::At { stages: &[Stage::Published], alert: false },
        List::At { stages: &[Stage::Published], alert: true },
        List::ToJudge { alert: false },
        List::Begun { stages: &[Stage::Draft] },
        List::Ending { from: Time(NOW), until: Time(NOW + 14 * DAY) },
        List::Untouched { since: Time(NOW - DAY) },
    ];
    for list in all {
        let mut times: Vec<Duration> = Vec::new();
        for _ in 0..9 {
            let start = Instant::now();
            lab.app.site.store.works(&who, list, None, 61).await.unwrap();
            times.push(start.elapsed());
        }
        times.sort();
        println!("{list:?}: {:?}, longest {:?}", times[4], times[8]);
        assert!(times[4] < Duration::from_millis(100), "{list:?}: {times:?}");
    }
}
