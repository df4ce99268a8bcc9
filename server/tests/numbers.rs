//! Numbers to call: whoever writes hears of those that no office is known by, and cannot send in what is none.

mod lab;
mod office;

use axum::http::StatusCode;
use office::*;

/// A work whose text has numbers to call, and its page.
async fn page(office: &Office, title: &str, source: &str, text_of: &str, phone: &str) -> (String, String) {
    let mut form = article(title, "20044");
    (form[3].1, form[7].1) = (source, text_of);
    form.push(("phone.vi", phone));
    let begun = post(&office.lab, &office.author, "/ban-lam-viec/viec", &form).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", text(&begun));
    let work = begun.header("location").to_owned();
    let page = text(&get(&office.lab, &office.author, &work).await);
    (work, page)
}

#[tokio::test]
async fn a_number_that_no_office_has_is_told() {
    let office = office().await;
    let strange = |page: &str| page.matches("Chưa thấy số").count();
    let calls = "[gọi 115] Cấp cứu\n\n[gọi 0912 345 678] Trạm trưởng";
    let (work, first) = page(&office, "Trạm y tế", "Trạm y tế A Lưới 2", calls, "0234 3878 111").await;
    assert_eq!(strange(&first), 2, "of ten digits as well, and beside the text: {first}");
    assert!(first.contains("Chưa thấy số 0912 345 678") && first.contains("Chưa thấy số 0234 3878 111"));
    let version = field(&office.lab, &office.author, &work, "version").await;
    let mut form = article("Trạm y tế", "20044");
    form[7].1 = calls;
    form.extend([("phone.vi", "0234 3878 111"), ("version", version.as_str()), ("do", "submit")]);
    assert_eq!(post(&office.lab, &office.author, &work, &form).await.status, StatusCode::SEE_OTHER, "a hint stops nobody");
    assert_eq!(act(&office.lab, &office.approver, &work, "approve publish", &[]).await.status, StatusCode::SEE_OTHER);
    // From now on this source is known by them, however they are written.
    let again = "[gọi +84912345678] Trạm trưởng\n\n[gọi 02343878111] Trực";
    let (_, known) = page(&office, "Trực Tết", "Trạm y tế A Lưới 2", again, "").await;
    assert_eq!(strange(&known), 0, "{known}");
    let (_, other) = page(&office, "Điện", "Điện lực A Lưới", again, "0234 3878 111").await;
    assert_eq!(strange(&other), 2, "another office is not, and each is told once: {other}");
}

#[tokio::test]
async fn what_is_no_number_is_not_sent_in() {
    let Office { lab, author, .. } = office().await;
    let mut form = article("Trạm y tế", "20044");
    form.extend([("phone.vi", "hỏi cán bộ xã"), ("do", "submit")]);
    let answer = post(&lab, &author, "/ban-lam-viec/viec", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(&answer).contains("“hỏi cán bộ xã” không phải số điện thoại gọi được"), "{}", text(&answer));
}
