//! Alerts as officers make them: two hands for every alert, one for a cancellation, within their places and levels.

mod duty;
mod lab;
mod office;

use axum::http::StatusCode;
use domain::alert::{State, chain};
use domain::content::{MsgType, Status, Time};
use domain::editorial::Role;
use domain::instance::{Place, instance};
use duty::*;
use lab::NOW;
use office::*;
use server::store::desk::Lane;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn two_officers_then_updated_then_cancelled_by_one() {
    let Post { lab, first, second, .. } = post_of_two().await;
    let form = template(&lab, &first, "flash-flood", 1).await;
    assert!(form.iter().any(|(name, value)| name == "place" && value == "20044"), "his own commune is chosen: {form:?}");
    let work = begin(&lab, &first, &form).await;

    // Whoever wrote it does not confirm it; he sees who can.
    let page = text(&get(&lab, &first, &work).await);
    assert!(page.contains("hai.canhbao") && !page.contains("Xác nhận và phát ngay"), "{page}");
    let seen = lab.app.site.store.work(1).await.unwrap().unwrap().hash;
    let seen: String = seen.iter().map(|byte| format!("{byte:02x}")).collect();
    let own = post(&lab, &first, &format!("{work}/buoc"), &[("do", "approve publish"), ("seen", &seen)]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN);
    assert!(cards(&lab).is_empty());

    // The second one finds it first of all and confirms it.
    let page = text(&get(&lab, &second, "/ban-lam-viec").await);
    assert!(page.find("Cảnh báo chờ bạn xác nhận").unwrap() < page.find("Ra cảnh báo").unwrap(), "{page}");
    let page = text(&get(&lab, &second, &work).await);
    assert!(page.contains("Xác nhận và phát ngay") && page.contains("1 nơi: Xã A Lưới 2"), "{page}");
    assert_eq!(publish(&lab, &second, &work).await.status, StatusCode::SEE_OTHER);
    let alert = cards(&lab).pop().unwrap();
    let info = alert.alert().unwrap();
    assert_eq!((info.level, info.msg_type, alert.status()), (1, MsgType::Alert, Status::Actual));
    assert_eq!(alert.headlines[0].title, "Có thể có lũ quét ở A Lưới 2 – cấp 1: canh nước suối");
    assert_eq!(alert.expires, Some(Time(NOW + 6 * 3_600)));
    assert_eq!(state(&lab, alert.id), State::InForce);

    // An update, worse than before, by the second; confirmed by the first.
    later(&lab, 600);
    let page = get(&lab, &second, "/ban-lam-viec/canh-bao/moi?tin=1").await;
    let mut update = fields(&text(&page));
    assert!(update.contains(&("follows".into(), alert.id.to_string())), "{update:?}");
    put(&mut update, "level", "3");
    put(&mut update, "refill", "1");
    let draft = send_form(&lab, &second, "/ban-lam-viec/viec", &update).await;
    let next = draft.header("location").to_owned();
    let page = text(&get(&lab, &second, &next).await);
    assert!(page.contains("Cập nhật: Lũ quét ở {noi} – cấp {cap}: lên chỗ cao ngay"), "{page}");
    let shown = text(&get(&lab, &second, &format!("{next}/xem")).await);
    let earlier = format!("href=\"/tin/{}\"", alert.id);
    assert!(shown.contains("Các lần phát tin") && shown.contains(&earlier), "as readers will have it: {shown}");
    assert!(!shown.contains("chưa có trong máy này"), "{shown}");
    let mut form = fields(&page);
    put(&mut form, "do", "submit");
    assert_eq!(send_form(&lab, &second, &next, &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(publish(&lab, &second, &next).await.status, StatusCode::FORBIDDEN);
    assert_eq!(publish(&lab, &first, &next).await.status, StatusCode::SEE_OTHER);
    let all = cards(&lab);
    assert_eq!(all.len(), 2);
    let worse = all.iter().find(|card| card.id != alert.id).unwrap();
    assert_eq!(worse.alert().unwrap().references, [alert.id]);
    assert_eq!((state(&lab, alert.id), state(&lab, worse.id)), (State::Superseded, State::InForce));
    let page = text(&get(&lab, &first, &next).await);
    assert!(page.contains("Các lần phát tin") && page.contains("/canh-bao/co-the-co-lu-quet"), "the chain is shown: {page}");
    assert!(page.contains(&format!("/canh-bao/{}/to-ro", worse.id)) && page.contains(&format!("/canh-bao/{}/loa", worse.id)));
    // What was replaced is no longer updated or cancelled.
    let page = text(&get(&lab, &first, &work).await);
    assert!(page.contains("Đã thay hoặc đã hủy") && !page.contains("Hủy ngay"), "{page}");
    assert_eq!(get(&lab, &first, "/ban-lam-viec/canh-bao/moi?tin=1").await.status, StatusCode::CONFLICT);
    assert_eq!(post(&lab, &first, &format!("{work}/huy"), &[("reason", "over")]).await.status, StatusCode::CONFLICT);

    // Cancelled by one alone: from the page, one form, published at once.
    later(&lab, 600);
    let page = text(&get(&lab, &second, &next).await);
    assert!(page.contains("Hết cảnh báo lũ quét ở A Lưới 2"), "the words stand there before: {page}");
    let seq = lab.app.site.live.now().seq();
    assert_eq!(post(&lab, &second, &format!("{next}/huy"), &[("reason", "khác")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(post(&lab, &second, &format!("{next}/huy"), &[("reason", "over")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(lab.app.site.live.now().seq(), seq + 1, "published in that very answer");
    let all = cards(&lab);
    let last = all.iter().find(|card| card.alert().unwrap().msg_type == MsgType::Cancel).unwrap();
    assert_eq!(last.headlines[0].title, "Hết cảnh báo lũ quét ở A Lưới 2");
    assert_eq!(last.alert().unwrap().references, [alert.id, worse.id]);
    assert_eq!((state(&lab, alert.id), state(&lab, worse.id)), (State::Cancelled, State::Cancelled));
    assert_eq!(chain(&all, last.id)[0].id, alert.id);
    // A second tap changes nothing.
    assert_eq!(post(&lab, &second, &format!("{next}/huy"), &[("reason", "mistake")]).await.status, StatusCode::CONFLICT);
    assert_eq!(lab.app.site.live.now().seq(), seq + 1);
    // The other officer hears of it, and the history says who and why.
    server::desk::jobs::round(&lab.app.site, Lane::Desk).await.unwrap();
    assert!(text(&get(&lab, &first, "/ban-lam-viec").await).contains("hủy cảnh báo"));
    let history = text(&get(&lab, &first, &format!("{next}/lich-su")).await);
    assert!(history.contains("hủy cảnh báo") && history.contains("Hết nguy hiểm"), "{history}");
    assert_eq!(lab.app.site.store.broken_audit().await.unwrap(), None);
}

#[tokio::test]
async fn nobody_else_and_nowhere_else() {
    let Post { lab, admin, first, second } = post_of_two().await;
    let author = invite(&lab, &admin, "lan.viet", Role::Author, 46).await;
    let approver = invite(&lab, &admin, "huy.duyet", Role::Approver, 46).await;
    let neighbour = invite(&lab, &admin, "xa.khac", Role::AlertOfficer, A_LUOI_3).await;
    let form = template(&lab, &first, "landslide", 2).await;
    for who in [&author, &approver] {
        assert_eq!(get(&lab, who, "/ban-lam-viec/canh-bao").await.status, StatusCode::FORBIDDEN);
        assert_eq!(get(&lab, who, "/ban-lam-viec/canh-bao/moi").await.status, StatusCode::FORBIDDEN);
        assert_eq!(send_form(&lab, who, "/ban-lam-viec/viec", &form).await.status, StatusCode::FORBIDDEN);
        // Not by another name either.
        let mut odd = form.clone();
        put(&mut odd, "kind", "bulletin");
        put(&mut odd, "main-topic", "0");
        let answer = send_form(&lab, who, "/ban-lam-viec/viec", &odd).await;
        let stored = answer.header("location").rsplit('/').next().unwrap().parse().unwrap();
        assert_eq!(lab.app.site.store.work(stored).await.unwrap().unwrap().text.alert, None);
    }
    let work = begin(&lab, &first, &form).await;
    for who in [&author, &approver, &neighbour] {
        assert_eq!(get(&lab, who, &work).await.status, StatusCode::NOT_FOUND);
        let answer = post(&lab, who, &format!("{work}/buoc"), &[("do", "approve publish")]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(post(&lab, who, &format!("{work}/huy"), &[("reason", "over")]).await.status, StatusCode::NOT_FOUND);
    }
    // An officer writes no news, and warns nobody outside his commune.
    assert_eq!(post(&lab, &first, "/ban-lam-viec/viec", &article("Tin", "20044")).await.status, StatusCode::FORBIDDEN);
    for place in ["20050", "46"] {
        let mut wide = form.clone();
        wide.push(("place".into(), place.into()));
        assert_eq!(send_form(&lab, &first, "/ban-lam-viec/viec", &wide).await.status, StatusCode::FORBIDDEN, "{place}");
    }
    // An update refers to the chain it follows and to nothing else.
    assert_eq!(publish(&lab, &second, &work).await.status, StatusCode::SEE_OTHER);
    let theirs = template(&lab, &neighbour, "landslide", 2).await;
    let mut theft = theirs.clone();
    theft.push(("follows".into(), cards(&lab)[0].id.to_string()));
    let stolen = begin(&lab, &neighbour, &theft).await;
    let friend = invite(&lab, &admin, "xa.khac2", Role::AlertOfficer, A_LUOI_3).await;
    let answer = publish(&lab, &friend, &stolen).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", text(&answer));
    assert_eq!(cards(&lab).len(), 1);
}

#[tokio::test]
async fn what_is_missing_is_said_and_levels_have_limits() {
    let Post { lab, first, second, .. } = post_of_two().await;
    assert!(!text(&get(&lab, &first, "/ban-lam-viec/canh-bao/moi").await).contains("loai=flash-flood&amp;cap=4"));
    let page = text(&get(&lab, &first, "/ban-lam-viec/canh-bao/moi?loai=flash-flood&cap=4").await);
    assert!(page.contains("Bấm vào cấp"), "a level that there is not leads back to the choice");
    let mut form = template(&lab, &first, "tornado", 2).await;
    for (name, value) in [("level", "5"), ("expires", "2026-11-30T12:00"), ("do", "submit"), ("summary.vi", "")] {
        put(&mut form, name, value);
    }
    let answer = send_form(&lab, &first, "/ban-lam-viec/viec", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = text(&answer);
    for words in ["Loại thiên tai này có từ cấp 1 đến cấp 4", "Chỉ được đến 72 giờ kể từ bây giờ", "Chưa có: Tóm tắt"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    // It was kept all the same, and goes on from there; hours count from now.
    let mut form = fields(&page);
    for (name, value) in [("level", "2"), ("hours", "12"), ("summary.vi", "Nước lên."), ("do", "submit")] {
        put(&mut form, name, value);
    }
    let answer = send_form(&lab, &first, "/ban-lam-viec/viec/1", &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", text(&answer));
    assert_eq!(lab.app.site.store.work(1).await.unwrap().unwrap().text.expires, "2026-11-24T00:00");
    // Confirmed too late, it does not go out.
    later(&lab, 13 * 3_600);
    let again = sign_in(&lab, &second, PASSWORD, &code(&lab, &second.secret, 0)).await;
    let second = Browser { cookie: cookie(&again), ..second };
    assert_eq!(publish(&lab, &second, "/ban-lam-viec/viec/1").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(cards(&lab).is_empty());
}

/// A level that was raised over the words of a lower one, as a browser without scripts sends it.
#[tokio::test]
async fn words_of_a_lower_level_are_told_to_whoever_confirms() {
    let Post { lab, first, second, .. } = post_of_two().await;
    let told = "Chữ vẫn là chữ mẫu của cấp 2";
    let mut form = template(&lab, &first, "heavy-rain", 1).await;
    put(&mut form, "level", "4");
    let work = begin(&lab, &first, &form).await;
    for who in [&first, &second] {
        let page = text(&get(&lab, who, &work).await);
        assert!(page.contains(told), "{page}");
    }
    put(&mut form, "once", "khac");
    put(&mut form, "refill", "1");
    let work = begin(&lab, &first, &form).await;
    let page = text(&get(&lab, &second, &work).await);
    assert!(page.contains("Mưa rất lớn") && !page.contains(told), "{page}");
    // Confirmed all the same, it is past that.
    put(&mut form, "once", "nữa");
    form.retain(|(name, _)| name != "refill");
    let work = begin(&lab, &first, &form).await;
    assert_eq!(publish(&lab, &second, &work).await.status, StatusCode::SEE_OTHER);
    assert!(!text(&get(&lab, &first, &work).await).contains(told), "it is out");
}

/// Both languages came from the templates together, though a form had the words of another level before.
#[tokio::test]
async fn prepared_words_are_no_old_translation() {
    let Post { lab, first, second, .. } = post_of_two().await;
    let saved = send_form(&lab, &first, "/ban-lam-viec/viec", &template(&lab, &first, "heavy-rain", 1).await).await;
    let work = saved.header("location").split('?').next().unwrap().to_owned();
    let mut form = template(&lab, &first, "heavy-rain", 4).await;
    form.retain(|(name, _)| name != "once");
    for (version, field) in [("1", "title.vi"), ("2", "area.vi")] {
        let mut own = form.clone();
        own.push(("version".into(), version.into()));
        put(&mut own, field, "Của tôi");
        assert_eq!(send_form(&lab, &first, &work, &own).await.status, StatusCode::SEE_OTHER);
        assert!(text(&get(&lab, &first, &work).await).contains("cũ hơn bản gốc"), "{field} moved on");
    }
    form.push(("version".into(), "3".into()));
    put(&mut form, "do", "submit");
    assert_eq!(send_form(&lab, &first, &work, &form).await.status, StatusCode::SEE_OTHER);
    let page = text(&get(&lab, &second, &work).await);
    assert!(page.contains("cấp 4") && !page.contains("cũ hơn bản gốc"), "{page}");
}

#[tokio::test]
async fn a_drill_says_so_everywhere() {
    let Post { lab, first, second, .. } = post_of_two().await;
    for (status, word, prefix) in [("exercise", "DIỄN TẬP", "[DIỄN TẬP] "), ("test", "THỬ NGHIỆM", "[THỬ NGHIỆM] ")]
    {
        let mut form = template(&lab, &first, "storm", 5).await;
        put(&mut form, "status", status);
        let work = begin(&lab, &first, &form).await;
        let seen = text(&get(&lab, &second, &work).await);
        assert!(seen.contains("class=\"pg drl\"") && seen.contains(&format!("{word} – không phải tin thật")), "{seen}");
        assert!(seen.contains(&format!("Xác nhận và phát {word}")) && !seen.contains("Xác nhận và phát ngay"));
        assert_eq!(publish(&lab, &first, &work).await.status, StatusCode::FORBIDDEN, "a drill needs two as well");
        assert_eq!(publish(&lab, &second, &work).await.status, StatusCode::SEE_OTHER);
        let card = cards(&lab).into_iter().find(|card| card.headlines[0].title.starts_with(prefix)).unwrap();
        assert_ne!(card.status(), Status::Actual);
        assert!(card.headlines[1].title.starts_with(if status == "test" { "[TEST] " } else { "[EXERCISE] " }));
        assert_eq!(post(&lab, &second, &format!("{work}/huy"), &[("reason", "over")]).await.status, StatusCode::SEE_OTHER);
        let end = cards(&lab).into_iter().find(|c| c.alert().unwrap().references == [card.id]).unwrap();
        assert_eq!(end.status(), card.status());
        assert!(end.headlines[0].title.starts_with(prefix), "{}", end.headlines[0].title);
    }
}

/// A drill closes nothing real, and whoever confirms reads who is warned no more.
#[tokio::test]
async fn an_update_is_of_the_kind_of_its_alert_and_says_whom_it_leaves_out() {
    let Post { lab, admin, .. } = post_of_two().await;
    let one = invite(&lab, &admin, "tp.mot", Role::AlertOfficer, 46).await;
    let two = invite(&lab, &admin, "tp.hai", Role::AlertOfficer, 46).await;
    let mut form = template(&lab, &one, "flash-flood", 2).await;
    form.retain(|(name, _)| name != "place");
    form.extend(["20044", "20050"].map(|place| ("place".to_owned(), place.to_owned())));
    // Sent twice, as where the answer was lost: one alert.
    let work = begin(&lab, &one, &form).await;
    send_form(&lab, &one, "/ban-lam-viec/viec", &form).await;
    assert_eq!(publish(&lab, &two, &work).await.status, StatusCode::SEE_OTHER);
    let id: i64 = work.rsplit('/').next().unwrap().parse().unwrap();
    assert!(lab.app.site.store.work(id + 1).await.unwrap().is_none(), "a second work");
    let page = text(&get(&lab, &one, &format!("/ban-lam-viec/canh-bao/moi?tin={id}")).await);
    assert!(!page.contains("value=\"exercise\""), "no choice of another kind: {page}");
    let mut update = fields(&page);
    update.retain(|(name, value)| name != "place" || value != "20050");
    let next = begin(&lab, &one, &update).await;
    let name = &domain::instance::instance().place(domain::content::PlaceCode(20050)).unwrap().name.vi;
    let seen = text(&get(&lab, &two, &next).await);
    assert!(seen.contains(&format!("Bản này không còn cảnh báo ở: {name}.")), "{seen}");
    assert!(!seen.contains("?sua=1"), "whoever is to confirm is not led into writing: {seen}");
    // A form of before, or a forged one.
    put(&mut update, "status", "exercise");
    put(&mut update, "once", "khac");
    let drill = begin(&lab, &one, &update).await;
    let refused = publish(&lab, &two, &drill).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(&refused).contains("phải cùng loại"), "{}", text(&refused));
    assert_eq!(cards(&lab).len(), 1);
    assert_eq!(publish(&lab, &two, &next).await.status, StatusCode::SEE_OTHER);
}

/// Through the desk itself: the form of every hazard's lowest and highest level is sent back as it came and published.
#[tokio::test]
async fn every_template_goes_from_page_to_phones() {
    let Post { lab, first, second, .. } = post_of_two().await;
    for (at, hazard) in (0..).zip(&instance().hazards) {
        let levels = instance().levels(at);
        for level in [*levels.start(), *levels.end()] {
            let form = template(&lab, &first, &hazard.slug, level).await;
            let work = begin(&lab, &first, &form).await;
            let answer = publish(&lab, &second, &work).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{} {level}: {}", hazard.slug, text(&answer));
        }
    }
    let cards = cards(&lab);
    assert_eq!(cards.len(), 2 * instance().hazards.len());
    for card in cards {
        let langs: Vec<&str> = card.headlines.iter().map(|headline| headline.lang.as_str()).collect();
        assert_eq!(langs, ["vi", "en"]);
        assert!(card.headlines.iter().all(|headline| headline.title.contains("A Lưới 2")), "{:?}", card.headlines);
    }
}

/// Counted in communes, however the places of either are named.
#[tokio::test]
async fn whom_an_update_leaves_out_is_said_of_the_whole_city_too() {
    let Post { lab, admin, .. } = post_of_two().await;
    let one = invite(&lab, &admin, "tp.mot", Role::AlertOfficer, 46).await;
    let two = invite(&lab, &admin, "tp.hai", Role::AlertOfficer, 46).await;
    let mut form = template(&lab, &one, "storm", 5).await;
    form.retain(|(name, _)| name != "place");
    form.push(("place".to_owned(), "46".to_owned()));
    let work = begin(&lab, &one, &form).await;
    assert_eq!(publish(&lab, &two, &work).await.status, StatusCode::SEE_OTHER);
    let id = work.rsplit('/').next().unwrap();
    let mut update = fields(&text(&get(&lab, &one, &format!("/ban-lam-viec/canh-bao/moi?tin={id}")).await));
    let mut read = async |units: Vec<&Place>| {
        update.retain(|(name, _)| name != "place");
        put(&mut update, "once", &units.len().to_string());
        update.extend(units.into_iter().map(|unit| ("place".to_owned(), unit.code.to_string())));
        text(&get(&lab, &two, &begin(&lab, &one, &update).await).await)
    };
    let some = read(instance().units().skip(2).collect()).await;
    let names: Vec<&str> = instance().units().take(2).map(|unit| unit.name.vi.as_str()).collect();
    assert!(some.contains(&format!("Bản này không còn cảnh báo ở: {}.", names.join(", "))), "{some}");
    let all = read(instance().units().collect()).await;
    assert!(!all.contains("Bản này không còn cảnh báo"), "each of them is named: {all}");
}

/// Nobody is sent to newer word that is not there.
#[tokio::test]
async fn the_reason_that_there_is_another_alert_is_offered_where_there_is_one() {
    let Post { lab, first, second, .. } = post_of_two().await;
    let before = begin(&lab, &first, &template(&lab, &first, "cold", 1).await).await;
    publish(&lab, &second, &before).await;
    lab.time.fetch_add(60, Ordering::SeqCst);
    let work = begin(&lab, &first, &template(&lab, &first, "flood", 2).await).await;
    publish(&lab, &second, &work).await;
    let newer = "đã có tin mới";
    assert!(!text(&get(&lab, &first, &work).await).contains(newer));
    let path = format!("{work}/huy");
    assert_eq!(post(&lab, &first, &path, &[("reason", "newer")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(cards(&lab).len(), 2);
    let other = begin(&lab, &first, &template(&lab, &first, "flash-flood", 2).await).await;
    publish(&lab, &second, &other).await;
    assert!(text(&get(&lab, &first, &work).await).contains(newer));
    assert_eq!(post(&lab, &first, &path, &[("reason", "newer")]).await.status, StatusCode::SEE_OTHER);
}

/// Two officers press at the same moment: one cancellation.
#[tokio::test]
async fn cancelled_once() {
    let Post { lab, first, second, .. } = post_of_two().await;
    let form = template(&lab, &first, "flood", 4).await;
    let work = begin(&lab, &first, &form).await;
    assert_eq!(publish(&lab, &second, &work).await.status, StatusCode::SEE_OTHER);
    let path = format!("{work}/huy");
    let (a, b) =
        tokio::join!(post(&lab, &first, &path, &[("reason", "over")]), post(&lab, &second, &path, &[("reason", "mistake")]));
    let mut got = [a.status, b.status];
    got.sort();
    assert_eq!(got, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
    assert_eq!(cards(&lab).len(), 2);
}
