//! Alerts of authorities and the officers who confirm them, put them aside, or call them off.

mod authority;
mod lab;
mod office;
mod web;

use authority::*;
use axum::http::StatusCode;
use domain::alert::State;
use domain::content::{Block, FactKind, MsgType, PlaceCode, Status};
use domain::editorial::{Grant, Role, Stage};
use lab::NOW;
use office::*;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn an_official_confirms_what_waits() {
    let desk = desk().await;
    desk.web.put("/canh-bao.xml", 200, XML, VIETNAM.as_bytes().to_vec());
    let source = desk.follow("/canh-bao.xml").await;
    assert!(source.cap && !source.at_once && source.trouble.is_empty(), "{source:?}");
    assert_eq!(desk.states().await, states(&[("waiting", "")]));
    assert!(desk.cards().is_empty(), "nothing is published by itself");
    assert!(works(&desk.lab, &[Stage::Draft]).await.is_empty());
    let page = text(&get(&desk.lab, &desk.officer, "/ban-lam-viec/nguon").await);
    assert!(page.contains("Cảnh báo lũ quét vùng núi phía tây") && page.contains("Đăng cảnh báo này"), "{page}");
    let id = desk.messages().await[0].id;
    let path = format!("/ban-lam-viec/nguon/cap/{id}");
    let waits = "Cảnh báo từ nơi khác chờ bạn xác nhận";
    for (browser, told) in [(&desk.officer, true), (&desk.author, false)] {
        let page = text(&get(&desk.lab, browser, "/ban-lam-viec").await);
        assert_eq!((page.contains(waits), page.contains(&path)), (told, told), "the first page says so to who may confirm it");
        for words in ["Cấp 2", "đến 18:00, Thứ Hai 23/11", "Không qua ngầm tràn."] {
            assert_eq!(page.contains(words), told, "{words} in {page}");
        }
    }
    assert_eq!(post(&desk.lab, &desk.author, &path, &[("do", "publish")]).await.status, StatusCode::NOT_FOUND);
    for _ in 0..2 {
        assert_eq!(post(&desk.lab, &desk.officer, &path, &[("do", "publish")]).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(desk.states().await, states(&[("published", "")]));
    assert!(!text(&get(&desk.lab, &desk.officer, "/ban-lam-viec").await).contains(waits));
    assert_eq!(desk.lab.app.site.live.now().seq(), 1, "pressed twice, published once");
    let card = desk.cards().remove(0);
    let info = card.alert().unwrap();
    assert_eq!((info.level, info.msg_type, card.status()), (2, MsgType::Alert, Status::Actual));
    assert_eq!(domain::instance::instance().hazard(info.hazard).unwrap().slug, "flash-flood");
    assert_eq!(card.places, [PlaceCode(20044), PlaceCode(20050)]);
    assert_eq!(card.headlines.iter().map(|head| head.lang.as_str()).collect::<Vec<_>>(), ["vi", "en"]);
    assert_eq!((card.source.as_str(), card.expires.map(|at| at.0)), ("Đài khí tượng thủy văn (mẫu)", Some(NOW + 6 * 3_600)));
    let snapshot = desk.lab.app.site.live.now();
    let body = &snapshot.items[&card.id].body;
    let vi = &body.variants[0];
    assert!(matches!(&vi.blocks[0], Block::Steps(steps) if steps.len() == 3 && steps[0].plain == "Rời nhà gần suối ngay."));
    assert!(vi.blocks.iter().any(|block| matches!(block, Block::Call { number, .. } if number == "024 0000 0000")));
    let onset = Block::Paragraph(domain::content::Text::plain("Dự kiến xảy ra: 13:00, Thứ Hai 23/11/2026."));
    assert!(vi.blocks.contains(&onset), "{:?}", vi.blocks);
    assert_eq!(vi.fact(FactKind::AREA), Some("Xã A Lưới 2 và xã A Lưới 5"));
    assert_eq!(body.source_url.as_deref(), Some("https://kttv.example/canh-bao/1"));
    let audit = desk.lab.app.site.store.audit(None, None, 50).await.unwrap();
    assert!(audit.iter().any(|line| line.action == "cap-publish" && !line.actor.is_empty()));
    assert_eq!(desk.lab.app.site.store.broken_audit().await.unwrap(), None);
}

/// Trust is in an authority, not in everybody between it and here.
#[tokio::test]
async fn what_came_over_an_open_line_waits_whoever_sent_it() {
    let desk = desk().await;
    desk.put("/feed", &[message(1, "Alert", &[])]);
    let open = desk.web.url("/feed").replace("127.0.0.1", "localhost");
    let source = desk.follow_at(open).await;
    desk.let_through(source.id).await;
    desk.put("/feed", &[message(2, "Update", &[1])]);
    desk.poll(ROUND).await;
    assert_eq!(desk.states().await, states(&[("refused", "superseded"), ("waiting", "")]));
    assert!(desk.cards().is_empty());
    let page = text(&get(&desk.lab, &desk.officer, "/ban-lam-viec/nguon").await);
    assert!(page.contains("không mã hóa") && page.contains("Hãy hỏi lại nguồn"), "{page}");
    let waits = desk.messages().await.into_iter().find(|message| message.state == "waiting").unwrap();
    let path = format!("/ban-lam-viec/nguon/cap/{}", waits.id);
    assert_eq!(post(&desk.lab, &desk.officer, &path, &[("do", "publish")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.stand(), [State::InForce]);
    assert_eq!(desk.states().await, states(&[("refused", "superseded"), ("published", "")]));
}

/// Who is on the line once can keep nothing of what the authority really says from going out.
#[tokio::test]
async fn what_was_forged_on_an_open_line_holds_up_nothing() {
    let desk = desk().await;
    desk.put("/feed", &[message(1, "Alert", &[])]);
    // Entries of a safe feed that lead over an open line, and later do so no more.
    let source = desk.follow("/feed").await;
    desk.let_through(source.id).await;
    let forge = |n: usize, text: String| {
        let path = format!("/tin{n}.cap");
        desk.web.put(&path, 200, XML, text.into_bytes());
        let open = desk.web.url(&path).replace("127.0.0.1", "localhost");
        let link = format!("<link rel=\"alternate\" type=\"application/cap+xml\" href=\"{open}\"/>");
        let feed = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Cảnh báo</title>";
        desk.web.put("/feed", 200, ATOM, format!("{feed}<entry><id>{n}</id>{link}</entry></feed>").into_bytes());
    };
    let softened = |n: usize| message(n, "Alert", &[]).replace("Lên chỗ cao", "Ở lại nhà");
    let forgeries = [
        ("waiting", "", softened(2)),
        ("waiting", "", softened(3)),
        ("waiting", "no-level", softened(4).replace("Severe", "Unknown").replace("Cấp 2", "không rõ")),
        ("refused", "status", softened(5).replace("<status>Actual", "<status>Draft")),
        ("foreign", "", softened(6).replace("20044", "00001").replace("20050", "00002")),
    ];
    for (n, (state, reason, forged)) in (2..).zip(forgeries) {
        forge(n, forged);
        desk.poll(ROUND).await;
        let name = format!("2026.11.23.{n}");
        let mut tx = desk.lab.app.site.store.begin().await.unwrap();
        let known = tx.cap_known(&format!("cap:du-bao@kttv.example,urn:oid:2.49.0.0.704.0.{name}")).await.unwrap();
        tx.roll_back().await;
        assert_eq!(known.map(|(_, state, _, secure)| (state, secure)), Some((state.to_owned(), false)), "{n}");
        let row = desk.messages().await.into_iter().find(|one| one.identifier.ends_with(&name));
        assert_eq!(row.as_ref().map_or("", |row| &row.reason), reason);
        if n == 3 {
            let path = format!("/ban-lam-viec/nguon/cap/{}", row.unwrap().id);
            assert_eq!(post(&desk.lab, &desk.officer, &path, &[("do", "dismiss")]).await.status, StatusCode::SEE_OTHER);
        }
        let before = desk.cards().len();
        desk.put("/feed", &[message(n, "Alert", &[])]);
        desk.poll(ROUND).await;
        assert_eq!(desk.cards().len(), before + 1, "{n} {:?}", desk.states().await);
    }
    // Nor from one source to another: trust in an authority does not reach over an open line.
    desk.put("/khac", &[message(7, "Alert", &[])]);
    desk.follow("/khac").await;
    forge(7, softened(7));
    desk.poll(ROUND).await;
    let seven = async || desk.messages().await.into_iter().find(|one| one.identifier.ends_with("23.7")).unwrap();
    assert!(seven().await.secure && !seven().await.message.contains("Ở lại nhà"));
    forge(8, softened(8));
    desk.poll(ROUND).await;
    desk.put("/khac", &[message(8, "Alert", &[])]);
    desk.poll(ROUND).await;
    let eight = desk.messages().await.into_iter().find(|one| one.identifier.ends_with("23.8")).unwrap();
    assert!(eight.secure && eight.state == "waiting" && !eight.message.contains("Ở lại nhà"), "{eight:?}");
    // A cancel that anybody could have written ends nothing that nobody could: that goes out once an officer has looked.
    let waits =
        desk.messages().await.into_iter().find(|one| one.state == "waiting").expect("the first, from before it was let through");
    forge(9, message(9, "Cancel", &[1]));
    desk.poll(ROUND).await;
    let path = format!("/ban-lam-viec/nguon/cap/{}", waits.id);
    let before = desk.cards().len();
    assert_eq!(post(&desk.lab, &desk.officer, &path, &[("do", "publish")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.cards().len(), before + 1);
}

#[tokio::test]
async fn an_officer_calls_off_what_came_from_elsewhere() {
    let desk = desk().await;
    desk.put("/feed", &[message(1, "Alert", &[])]);
    let source = desk.follow("/feed").await;
    let id = desk.messages().await[0].id;
    let path = format!("/ban-lam-viec/nguon/cap/{id}");
    // Nothing to call off before readers have it.
    assert_eq!(post(&desk.lab, &desk.officer, &path, &[("do", "cancel")]).await.status, StatusCode::SEE_OTHER);
    assert!(desk.cards().is_empty());
    desk.let_through(source.id).await;
    post(&desk.lab, &desk.officer, &path, &[("do", "publish")]).await;
    assert_eq!(desk.stand(), [State::InForce]);
    assert!(text(&get(&desk.lab, &desk.officer, "/ban-lam-viec/nguon").await).contains("Hủy ngay"));
    assert_eq!(post(&desk.lab, &desk.author, &path, &[("do", "cancel")]).await.status, StatusCode::NOT_FOUND);
    desk.lab.time.fetch_add(600, Ordering::SeqCst);
    for _ in 0..2 {
        assert_eq!(post(&desk.lab, &desk.officer, &path, &[("do", "cancel")]).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(desk.stand(), [State::Cancelled, State::Cancelled]);
    let cancel = desk.cards().pop().unwrap();
    assert_eq!(cancel.headlines[0].title, "Hủy: Cảnh báo lũ quét vùng núi phía tây");
    assert_eq!((cancel.source.as_str(), cancel.alert().unwrap().msg_type), ("UBND thành phố Huế", MsgType::Cancel));
    assert_eq!(cancel.places, [PlaceCode(20044), PlaceCode(20050)]);
    let page = text(&get(&desk.lab, &desk.officer, "/ban-lam-viec/nguon").await);
    assert!(!page.contains("Hủy ngay") && page.contains("Hủy: Cảnh báo lũ quét vùng núi phía tây"), "{page}");
    // What its authority says of it later is another message: it holds until it is called off too.
    desk.put("/feed", &[message(2, "Update", &[1])]);
    desk.poll(ROUND).await;
    let update = desk.messages().await.into_iter().find(|one| one.identifier.ends_with(".2")).unwrap();
    let path = format!("/ban-lam-viec/nguon/cap/{}", update.id);
    post(&desk.lab, &desk.officer, &path, &[("do", "publish")]).await;
    assert!(desk.stand().contains(&State::InForce));
    post(&desk.lab, &desk.officer, &path, &[("do", "cancel")]).await;
    assert_eq!(desk.stand(), [State::Cancelled; 4]);
}

/// However much waits for others.
#[tokio::test]
async fn an_officer_sees_all_that_is_his_to_confirm_or_to_call_off() {
    let desk = desk().await;
    let own = invite(&desk.lab, &desk.admin, "mot.xa", Role::AlertOfficer, 20044).await;
    let here = |n: usize| message(n, "Alert", &[]).replace("20050", "20044").replace("vùng núi phía tây", &format!("số {n}"));
    desk.trust("/mot", here(1)).await;
    desk.put("/mot", &[here(2)]);
    desk.poll(ROUND).await;
    let pages = async || {
        let first = text(&get(&desk.lab, &own, "/ban-lam-viec").await);
        let sources = text(&get(&desk.lab, &own, "/ban-lam-viec/nguon").await);
        (first.contains("Cảnh báo lũ quét số 1"), sources.contains("Cảnh báo lũ quét số 1"), sources.contains("value=\"cancel\""))
    };
    assert_eq!(pages().await, (true, true, true));
    let elsewhere = |n: usize| {
        let other = VIETNAM.replace("2026.11.23.1<", &format!("2026.11.23.{n}<")).replace("20044", "20050");
        other.replace("<sent>2026-11-23T11:30:00", &format!("<sent>2026-11-23T11:{:02}:{:02}", n / 60, n % 60))
    };
    desk.put("/hai", &(100..170).map(elsewhere).collect::<Vec<_>>());
    desk.follow("/hai").await;
    assert_eq!(desk.states().await.iter().filter(|(state, _)| state == "waiting").count(), 71);
    assert_eq!(pages().await, (true, true, true));
}

/// Nobody rings phones alone: whoever names an authority does not confirm what it sends.
#[tokio::test]
async fn whoever_names_an_authority_is_not_the_one_who_confirms_it() {
    let desk = desk().await;
    desk.put("/tu-lam", &[message(1, "Alert", &[])]);
    let grant = |role| Grant { role, place: PlaceCode(46), topics: Vec::new() };
    set(&desk.lab, "lan.viet", &[grant(Role::Author), grant(Role::AlertOfficer)]).await;
    let source = desk.follow("/tu-lam").await;
    let path = format!("/ban-lam-viec/nguon/cap/{}", desk.messages().await[0].id);
    let alone = post(&desk.lab, &desk.author, &path, &[("do", "publish")]).await;
    assert_eq!(alone.status, StatusCode::FORBIDDEN);
    assert!(desk.cards().is_empty() && text(&alone).contains("người khác"), "{}", text(&alone));
    let offered = async || {
        let first = text(&get(&desk.lab, &desk.author, "/ban-lam-viec").await);
        let sources = text(&get(&desk.lab, &desk.author, "/ban-lam-viec/nguon").await);
        [first, sources].map(|page| (page.contains("value=\"publish\""), page.contains("Bạn đã thêm nguồn này")))
    };
    assert_eq!(offered().await, [(false, true); 2]);
    // Nor does it help to take the source away: what it brought goes with it, and comes again with it.
    let follows = format!("/ban-lam-viec/nguon/{}", source.id);
    assert_eq!(post(&desk.lab, &desk.author, &follows, &[("do", "remove")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(post(&desk.lab, &desk.author, &path, &[("do", "publish")]).await.status, StatusCode::NOT_FOUND);
    assert!(desk.messages().await.is_empty() && desk.cards().is_empty());
    let source = desk.follow("/tu-lam").await;
    let path = format!("/ban-lam-viec/nguon/cap/{}", desk.messages().await[0].id);
    assert_eq!(post(&desk.lab, &desk.author, &path, &[("do", "publish")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(offered().await, [(false, true); 2]);
    // Nor a colleague who lets it go on, whoever he takes it for.
    let follows = format!("/ban-lam-viec/nguon/{}", source.id);
    let other = invite(&desk.lab, &desk.admin, "mai.viet", Role::Author, 46).await;
    for (who, what) in [(&desk.author, "pause"), (&other, "resume")] {
        assert_eq!(post(&desk.lab, who, &follows, &[("do", what)]).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(post(&desk.lab, &desk.author, &path, &[("do", "publish")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(offered().await, [(false, true); 2]);
    // An administrator says that it is one.
    desk.let_through(source.id).await;
    assert_eq!(offered().await, [(true, false); 2]);
    assert_eq!(post(&desk.lab, &desk.author, &path, &[("do", "publish")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.stand(), [State::InForce]);
}

/// However much else of its source is refused.
#[tokio::test]
async fn what_was_put_aside_does_not_come_again() {
    let desk = desk().await;
    desk.put("/feed", &[message(1, "Alert", &[])]);
    desk.follow("/feed").await;
    let path = format!("/ban-lam-viec/nguon/cap/{}", desk.messages().await[0].id);
    assert_eq!(post(&desk.lab, &desk.officer, &path, &[("do", "dismiss")]).await.status, StatusCode::SEE_OTHER);
    let draft =
        |n: usize| VIETNAM.replace("2026.11.23.1<", &format!("2026.11.23.{n}<")).replace("<status>Actual", "<status>Draft");
    let many: Vec<String> = (100..310).map(draft).chain([message(1, "Alert", &[])]).collect();
    desk.put("/feed", &many);
    for _ in 0..2 {
        desk.poll(ROUND).await;
    }
    let store = &desk.lab.app.site.store;
    assert_eq!(desk.messages().await[0].reason, "status");
    assert!(store.cap_waiting_all().await.unwrap().is_empty());
    let aside = path.rsplit('/').next().unwrap().parse().unwrap();
    assert_eq!(store.cap_message(aside).await.unwrap().unwrap().reason, "dismissed");
}

/// Whoever writes a message names its sender as he likes, and says as much as he likes.
#[tokio::test]
async fn an_officer_sees_whose_server_sent_it_and_no_more_than_he_can_read() {
    let desk = desk().await;
    let line = "Mưa rất to.\n".repeat(30_000);
    let long = |n: usize, line: &str| message(n, "Alert", &[]).replace("Nguy cơ lũ quét ở các suối nhỏ.", line);
    desk.put("/la", &[long(1, &line[..60_000]), long(2, &line)]);
    desk.follow("/la").await;
    for path in ["/ban-lam-viec", "/ban-lam-viec/nguon"] {
        let page = text(&get(&desk.lab, &desk.officer, path).await);
        assert_eq!(page.matches("tải từ 127.0.0.1").count(), 2, "{path}");
        assert!(page.contains("Rời nhà gần suối ngay.") && page.len() < 60_000, "{path}: {} bytes", page.len());
    }
    for waiting in desk.messages().await {
        let path = format!("/ban-lam-viec/nguon/cap/{}", waiting.id);
        post(&desk.lab, &desk.officer, &path, &[("do", "publish")]).await;
    }
    assert_eq!(desk.states().await, states(&[("published", ""), ("published", "")]), "it is read whole where it counts");
}

/// What never was to be looked at, a draft perhaps, keeps nobody from what comes from elsewhere under the same name.
#[tokio::test]
async fn what_another_source_spoilt_is_taken_from_whoever_has_it() {
    let desk = desk().await;
    desk.put("/odd", &[message(1, "Alert", &[]).replace("<status>Actual", "<status>Draft")]);
    desk.follow("/odd").await;
    assert_eq!(desk.states().await, states(&[("refused", "status")]));
    desk.put("/service", &[message(1, "Alert", &[])]);
    desk.follow("/service").await;
    desk.poll(ROUND).await;
    assert_eq!(desk.states().await, states(&[("waiting", "")]));
}

/// Two pairs of eyes: what goes out at once was named by one and let through by another.
#[tokio::test]
async fn nobody_lets_through_what_he_named() {
    let desk = desk().await;
    let admin = person_of(&desk.lab, &desk.admin.login).await;
    let role = [("do", "add"), ("role", "author"), ("place", "46")];
    let path = format!("/ban-lam-viec/nguoi/{}", admin.id);
    assert_eq!(post(&desk.lab, &desk.admin, &path, &role).await.status, StatusCode::SEE_OTHER);
    desk.put("/service", &[message(1, "Alert", &[])]);
    let url = desk.web.url("/service");
    let form = [("url", url.as_str()), ("name", ""), ("place", "20044"), ("topic", "")];
    assert_eq!(post(&desk.lab, &desk.admin, "/ban-lam-viec/nguon", &form).await.status, StatusCode::SEE_OTHER);
    desk.poll(0).await;
    let source = desk.sources().await.remove(0);
    let answer = post(&desk.lab, &desk.admin, &format!("/ban-lam-viec/nguon/{}", source.id), &[("do", "at-once")]).await;
    assert!(!answer.status.is_redirection() && !desk.sources().await[0].at_once, "{}", answer.status);
}
