//! What lies on the clipboard, in the form in which editors put it there, and the marks that become of it.

use super::blocks;
use domain::editorial::markup;

fn pasted(html: &str) -> String {
    markup::print(&blocks(html))
}

#[test]
fn word_on_a_pc() {
    let wanted = "**Lịch tiêm** sởi ở trạm y tế, bà con mang theo:\n\n\
        - Sổ tiêm\n- Thẻ **bảo hiểm**\n- bản gốc\n\n1. Đến trước 9 giờ\n2. Chờ 30 phút\n\n\
        | Thôn | Ngày |\n| A Rí | 29/11 |\n\nAi đến muộn thì chờ.";
    assert_eq!(pasted(include_str!("samples/word.html")), wanted);
}

#[test]
fn word_in_a_browser_has_a_list_for_every_item() {
    let wanted = "**Lịch tiêm** sởi\n\n- Sổ tiêm\n- Thẻ bảo hiểm\n\n1. Đến trước 9 giờ\n2. Chờ 30 phút";
    assert_eq!(pasted(include_str!("samples/word-online.html")), wanted);
}

#[test]
fn google_docs_is_not_bold_all_over() {
    let wanted = "## Lịch tiêm\n\nBà con **nhớ mang** đủ giấy tờ, __kể cả__ sổ cũ.\n\n- Sổ tiêm\n- Thẻ bảo hiểm\n\n\
        1. Đến trước 9 giờ\n2. Chờ 30 phút\n\nXem trang của thành phố.\n\n[liên kết https://hue.gov.vn/tiem] trang của thành phố";
    assert_eq!(pasted(include_str!("samples/google-docs.html")), wanted);
}

/// Numbers are kept as they are read: only what begins at one is a list that counts by itself.
#[test]
fn a_web_page_with_signs_that_somebody_typed() {
    let wanted = "## Lịch tiêm\n\nBà con mang theo:\n\n- Sổ tiêm\n- Thẻ bảo hiểm\n\n1. Mục đích\n\nPhòng bệnh sởi.\n\n\
        2\\. Thời gian\n\n**Sáng 29/11**\n\nTrạm y tế";
    assert_eq!(pasted(include_str!("samples/web.html")), wanted);
}

#[test]
fn other_signs_of_word() {
    let item = |sign: &str, text: &str| {
        format!(
            "<p style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>{sign}<span>&nbsp;&nbsp; </span></span>{text}</p>"
        )
    };
    let all = |items: &[(&str, &str)]| items.iter().map(|(sign, text)| item(sign, text)).collect::<String>();
    assert_eq!(pasted(&all(&[("§", "a"), ("ü", "b"), ("-", "c")])), "- a\n- b\n- c");
    assert_eq!(pasted(&all(&[("1)", "a"), ("2)", "b")])), "1. a\n2. b");
    assert_eq!(pasted(&all(&[("a)", "x"), ("b)", "y")])), "a) x\n\nb) y");
    assert_eq!(pasted("<b>• x</b><p><b>•</b> y"), "- **x**\n- y");
    assert_eq!(
        pasted("<p>- xem <a href='https://a.vn'>đây</a></p><p>- hết</p>sau"),
        "- xem đây\n- hết\n\n[liên kết https://a.vn] đây\n\nsau"
    );
}
