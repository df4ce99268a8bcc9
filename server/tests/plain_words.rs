//! Whatever stands in an officer's way is told on a page of the desk, in plain words, with what to do next.

mod lab;
mod office;

use axum::http::StatusCode;
use office::*;
use server::store::desk::JobKind;

const JSON: [(&str, &str); 1] = [("accept", "application/json")];

#[tokio::test]
async fn what_is_too_large_is_told_on_a_page() {
    let Office { lab, author, .. } = office().await;
    let work = write(&lab, &author, "Bài dài").await;
    let mut form = article("Bài dài", "20044");
    let long = "dài ".repeat(400_000);
    form.extend([("version", "1"), ("more", &long)]);
    for (prefix, words, back) in [("", "chia thành nhiều bài", "Quay lại"), ("/en", "split it", "Go back")] {
        let answer = post(&lab, &author, &[prefix, &work].concat(), &form).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        let page = text(&answer);
        assert!(page.contains("<h1>") && page.contains(words) && !page.contains("too-large"), "{page}");
        assert!(page.contains(&format!("href=\"{prefix}{work}\"")) && page.contains(back), "and leads back: {page}");
    }
    // The script gets its answer in its own way.
    let answer = send(&lab, &author, "POST", &work, &form, &JSON).await;
    assert_eq!((answer.status, text(&answer).contains("\"too-large\"")), (StatusCode::PAYLOAD_TOO_LARGE, true));
    // A file: the page knows the limit beforehand, and who sends it all the same reads why.
    let page = text(&get(&lab, &author, &work).await);
    assert!(page.contains(&format!("data-max=\"{}\"", 20 << 20)) && page.contains("Tệp quá lớn"), "{page}");
    let answer = upload(&lab, &author, &work, &vec![0xff; (20 << 20) + 10], &[("words", "x")]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let page = text(&answer);
    assert!(page.contains("Tệp quá lớn") && page.contains(&format!("href=\"{work}\"")), "{page}");
    // Whose session ended while he chose a file.
    let answer = upload(&lab, &Browser::default(), &work, b"x", &[("words", "x")]).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(text(&answer).contains("Phiên làm việc đã hết"), "{}", text(&answer));
}

/// A work that is approved, with these fields beside its text.
async fn approved(office: &Office, fields: &[(&str, &str)]) -> String {
    let Office { lab, author, approver, .. } = office;
    let form = [&article("Chợ phiên", "20044")[..], fields].concat();
    let answer = post(lab, author, "/ban-lam-viec/viec", &form).await;
    let work = answer.header("location").to_owned();
    assert_eq!(submit(lab, author, &work, "Chợ phiên").await.status, StatusCode::SEE_OTHER);
    assert_eq!(act(lab, approver, &work, "approve", &[]).await.status, StatusCode::SEE_OTHER);
    work
}

#[tokio::test]
async fn nothing_is_scheduled_for_when_it_is_over() {
    let office = office().await;
    let work = approved(&office, &[("expires", "2026-11-24T12:00")]).await;
    let Office { lab, author, approver, .. } = office;
    for late in ["2026-11-25T08:00", "2026-11-24T12:00"] {
        let answer = act(&lab, &approver, &work, "schedule", &[("at", late)]).await;
        let page = text(&answer);
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
        assert!(page.contains("hết hiệu lực trước giờ hẹn"), "{page}");
    }
    assert!(!lab.app.site.store.jobs().await.unwrap().iter().any(|job| job.kind == JobKind::Publish));
    assert_eq!(act(&lab, &approver, &work, "schedule", &[("at", "2026-11-24T11:59")]).await.status, StatusCode::SEE_OTHER);
    // An end that is past is no end before a beginning.
    let form = [&article("Chợ phiên hôm qua", "20044")[..], &[("expires", "2026-11-22T12:00")]].concat();
    let work = post(&lab, &author, "/ban-lam-viec/viec", &form).await.header("location").to_owned();
    let page = text(&get(&lab, &author, &work).await);
    assert!(page.contains("Lúc hết hiệu lực đã qua") && !page.contains("Kết thúc trước khi bắt đầu"), "{page}");
}

/// What only the log would refuse is told while it is written, in the words of whoever writes.
#[tokio::test]
async fn what_would_be_refused_is_told_beforehand() {
    let Office { lab, author, .. } = office().await;
    let many = "Một đoạn.\n\n".repeat(401);
    let long = "chữ ".repeat(20_000);
    let name = "x".repeat(601);
    let call = ["[gọi 115] ", &name].concat();
    let row = ["|", &"a|".repeat(21), "\n"].concat();
    for (field, value, words) in [
        ("text.vi", many.as_str(), "Bài dài quá 400 đoạn: hãy chia làm nhiều bài"),
        ("text.vi", &long, "Bài dài quá 64 KB chữ"),
        ("text.vi", "[gọi 1] Cấp cứu", "“1” không phải số điện thoại gọi được"),
        ("text.vi", &call, "“chữ sau số gọi hoặc liên kết” dài quá 500 ký tự"),
        ("text.vi", "[liên kết hue.gov.vn] Trang", "“hue.gov.vn” không phải địa chỉ dùng được"),
        ("text.vi", &row, "hơn 20 cột"),
        ("summary.vi", &name, "“Tóm tắt” dài quá 600 ký tự"),
        ("source", &name, "“Cơ quan ban hành” dài quá 600 ký tự"),
        ("document", &name, "“Số văn bản” dài quá 500 ký tự"),
        ("source_url", "hue.gov.vn", "“hue.gov.vn” không phải địa chỉ dùng được"),
        ("issued", "2027-11-23", "Ngày ban hành ở tương lai"),
    ] {
        let mut form = article("Bài dài", "20044");
        form.retain(|(name, _)| *name != field);
        form.push((field, value));
        let work = post(&lab, &author, "/ban-lam-viec/viec", &form).await.header("location").to_owned();
        form.extend([("version", "1"), ("do", "submit")]);
        let sent = post(&lab, &author, &work, &form).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        for page in [text(&get(&lab, &author, &work).await), text(&sent)] {
            let report = between(&page, "id=\"report\"", "</section>");
            assert!(report.contains(words), "{words} in {report}");
            assert!(!report.contains("Đủ để gửi duyệt"), "{words}: no green sign above it");
            // No name of a field, and no code.
            assert!(!report.contains(" [") && !report.contains("“blocks”"), "{report}");
        }
    }
}

#[tokio::test]
async fn an_event_of_last_year_is_pointed_out_to_its_author_and_to_whoever_judges_it() {
    let Office { lab, author, approver, .. } = office().await;
    let mut form = article("Chợ phiên", "20044");
    form[0].1 = "event";
    form.push(("start", "2025-12-01T08:00"));
    let work = post(&lab, &author, "/ban-lam-viec/viec", &form).await.header("location").to_owned();
    let told =
        "<details open><summary>Gợi ý cho dễ hiểu hơn</summary><ul class=\"nd\"><li>Sự kiện đã qua: kiểm tra lại ngày và năm";
    let page = text(&get(&lab, &author, &work).await);
    assert!(page.contains(told) && page.contains("Đủ để gửi duyệt"), "{page}");
    form.extend([("version", "1"), ("do", "submit")]);
    assert_eq!(post(&lab, &author, &work, &form).await.status, StatusCode::SEE_OTHER, "it is advice");
    assert!(text(&get(&lab, &approver, &work).await).contains(told));
}

#[tokio::test]
async fn a_page_says_saved_after_a_save_and_at_no_other_time() {
    let Office { lab, author, .. } = office().await;
    let work = write(&lab, &author, "Nước sạch").await;
    let says = async |path: &str| text(&get(&lab, &author, path).await).contains("Đã lưu.");
    assert!(!says(&format!("{work}?sua=1")).await, "somebody only opened it");
    let mut form = article("Nước sạch", "20044");
    form.extend([("version", "1"), ("stay", "1")]);
    let saved = post(&lab, &author, &work, &form).await.header("location").to_owned();
    assert!(saved.contains("?sua=1") && says(&saved).await, "{saved}");
    let brought = upload(&lab, &author, &work, &lab::png(60, 40), &[("words", "Giếng")]).await;
    assert_eq!(brought.status, StatusCode::SEE_OTHER);
    assert!(!says(brought.header("location")).await, "a file came, and nothing was saved");
}
