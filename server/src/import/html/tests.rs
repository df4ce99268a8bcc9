//! HTML as it comes, and HTML as nobody should write it.

use super::*;

fn paragraph(text: &str) -> Block {
    Block::Paragraph(Text::plain(text))
}

#[test]
fn structure_becomes_blocks() {
    let found = blocks(
        "<h1>Đầu</h1><p>Một <b>hai</b> ba<br>bốn</p><ul><li>x<ol><li>y</li></ol></li><li>z</ul>\
         <blockquote><p>lời</p></blockquote><table><tr><th>A<th>B<tr><td>1<td>2</table><h4>Nhỏ</h4>cuối",
    );
    let strong = Mark { start: 6, end: 9, style: Style::Strong };
    assert_eq!(
        found,
        [
            Block::Heading { level: 2, text: "Đầu".into() },
            Block::Paragraph(Text { plain: "Một hai ba".into(), marks: vec![strong] }),
            paragraph("bốn"),
            Block::List(vec![Text::plain("x"), Text::plain("y"), Text::plain("z")]),
            Block::Quote { text: Text::plain("lời"), by: None },
            Block::Table { head: vec!["A".into(), "B".into()], rows: vec![vec!["1".into(), "2".into()]] },
            Block::Heading { level: 3, text: "Nhỏ".into() },
            paragraph("cuối"),
        ]
    );
}

#[test]
fn cells_stay_in_their_columns() {
    let table = |source: &str| match &blocks(&["<table>", source, "</table>"].concat())[..] {
        [Block::Table { head, rows }] => {
            [&[head.join("|")], &rows.iter().map(|row| row.join("|")).collect::<Vec<_>>()[..]].concat()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(table("<tr><th>Thôn<th>Giờ<tr><td rowspan=2>A Rí<td>7 giờ<tr><td>8 giờ"), ["Thôn|Giờ", "A Rí|7 giờ", "|8 giờ"]);
    assert_eq!(table("<tr><th>A<th>B<th>C<tr><td>a<td><td>c<tr><td></td><td>b</td>"), ["A|B|C", "a||c", "|b|"]);
    assert_eq!(table("<tr><th colspan=2>A<th>B<tr><td>1<td>2<td rowspan=9>3<tr><td>4"), ["A||B", "1|2|3", "4||"]);
    let odd = table("<tr><td rowspan=0>a<td colspan=x>b<td rowspan=99999999999999999999>c<tr><tr><td>d<td>e</tr></tr>f");
    assert_eq!(odd, ["a|b|c", "d|e|", "f||"]);
    // Too wide is refused where it is checked, rather than cut.
    let wide = table(&["<tr>", &"<td>x".repeat(30), "<tr><td colspan=4000000000>y"].concat());
    assert_eq!(wide.iter().map(|row| row.split('|').count()).collect::<Vec<_>>(), [30, 30]);
}

/// A megabyte of it would otherwise be hundreds of gigabytes.
#[test]
fn a_table_without_bounds_takes_no_memory() {
    for source in [
        ["<tr>", &"<td rowspan=999>".repeat(20_000), &"<tr><td>".repeat(20_000)].concat(),
        ["<tr>", &"<td>x".repeat(20_000), &"<tr><td>y".repeat(20_000)].concat(),
        ["<tr><td colspan=99 rowspan=999>", &"<tr><td colspan=99 rowspan=999>".repeat(20_000)].concat(),
    ] {
        let found = blocks(&["<table>", &source, "</table>"].concat());
        let [Block::Table { head, rows }] = &found[..] else { panic!("{}", found.len()) };
        assert!(head.len() + rows.iter().map(Vec::len).sum::<usize>() < 1_000_000);
    }
}

#[test]
fn what_has_no_shape_is_dropped() {
    assert_eq!(blocks("<p>&#8203;\u{ad}</p>"), []);
    assert_eq!(blocks("<p>a\u{202e}b\u{200d}c</p>"), [paragraph("ab\u{200d}c")]);
}

#[test]
fn links_only_where_they_may_lead() {
    let found = blocks("<p>Xem <a href=\"https://a.vn/x\">đây</a> và <a href='javascript:alert(1)'>kia</a>.</p>");
    assert_eq!(found, [paragraph("Xem đây và kia."), Block::Link { url: "https://a.vn/x".into(), label: "đây".into() }]);
}

#[test]
fn nothing_active_comes_through() {
    for hostile in [
        "<script>alert(1)</script>",
        "<style>p{}</style>",
        "<svg><script>alert(1)</script></svg>",
        "<img src=x onerror=alert(1)>",
        "<iframe src=https://x.vn>x</iframe>",
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
        "<template><p>x</p></template>",
        "<textarea></textarea><!-- <p>x</p> -->",
        "   ",
    ] {
        let text: String = blocks(hostile).iter().flat_map(Block::texts).collect();
        assert!(!text.contains("alert") || !text.contains('<'), "{hostile} → {text}");
        assert!(!text.contains("onerror") || text.is_empty() || hostile.contains("noscript"), "{hostile} → {text}");
    }
    assert!(blocks("<script>alert(1)</script> <img src=x>").is_empty());
    assert_eq!(blocks("<p>a<script>b</script>c</p>"), [paragraph("ac")]);
}

#[test]
fn a_list_that_goes_on_elsewhere_keeps_its_numbers() {
    let steps = |all: &[&str]| Block::Steps(all.iter().map(|text| Text::plain(*text)).collect());
    let broken = "<ol><li>A</ol><p>Ghi chú</p><ol start=2><li>B<li>C</ol>";
    assert_eq!(blocks(broken), [steps(&["A"]), paragraph("Ghi chú"), paragraph("2. B"), paragraph("3. C")]);
    assert_eq!(blocks("<ol><li>A</ol><ol start=2><li>B</ol>"), [steps(&["A", "B"])]);
    let strong = blocks("<p>x</p><ol start=9><li><b>B</b> c</ol>");
    let Block::Paragraph(text) = &strong[1] else { panic!("{strong:?}") };
    assert_eq!((text.plain.as_str(), text.marks[0].start, text.marks[0].end), ("9. B c", 3, 4));
}

#[test]
fn an_li_is_one_item() {
    let print = |source: &str| markup::print(&blocks(source));
    let steps = "<ol><li><p>Cắt điện</p><p>Cả nhà phụ.</p></li><li>Lên chỗ cao</li></ol>";
    assert_eq!(print(steps), "1. Cắt điện Cả nhà phụ.\n2. Lên chỗ cao");
    let odd = "<ul><li>a<br><b>b</b> <a href='https://a.vn'>c</a><li>d<ul><li><p>e<p>f</ul>g</ul>";
    assert_eq!(print(odd), "- a **b** c\n- d\n- e f\n- g\n\n[liên kết https://a.vn] c");
    assert_eq!(print("<ul><p>a</p><p>b</p></ul><li>- c<br>- d"), "- a\n- b\n- c\n- d", "outside of any");
}

#[test]
fn a_long_list_loses_nothing() {
    let found = blocks(&format!("<p>x</p><ol start=300>{}</ol>", "<li>y".repeat(300)));
    assert_eq!((found.len(), &found[1], &found[300]), (301, &paragraph("300. y"), &paragraph("599. y")));
    for absurd in ["10000", "99999999999999999999"] {
        let found = blocks(&format!("<ol start={absurd}><li>x</ol>"));
        assert_eq!(found, [Block::Steps(vec![Text::plain("x")])], "{absurd}");
    }
}

#[test]
fn a_caption_is_no_row() {
    let rows = "<tr><th>Thôn<th>Ngày<tr><td>A Rí<td>29/11</table>";
    let table = Block::Table { head: vec!["Thôn".into(), "Ngày".into()], rows: vec![vec!["A Rí".into(), "29/11".into()]] };
    for caption in ["<caption>Lịch tiêm</caption>", " <caption><p>Lịch</p> <p>tiêm</p>", "<caption>Lịch tiêm<thead>"] {
        assert_eq!(blocks(&["<table>", caption, rows].concat()), [paragraph("Lịch tiêm"), table.clone()], "{caption}");
    }
    assert_eq!(blocks(&["<table><caption> </caption>", rows].concat()), [table]);
    let stray = Block::Table { head: vec!["a b".into(), "c".into()], rows: Vec::new() };
    assert_eq!(blocks("<table><tr><td>a</caption>b<td>c</table>"), [stray]);
    assert_eq!(blocks("<table><caption>a"), [paragraph("a")]);
}

#[test]
fn depth_and_disorder_cost_nothing() {
    let deep = format!("{}x{}", "<ul><li><b><table><tr><td>".repeat(20_000), "</b></table>".repeat(5));
    assert!(!blocks(&deep).is_empty());
    let wide = ["<b>x", "<span style='mso-list:Ignore'>x</i>", "<p>- x</em>"].map(|part| part.repeat(50_000)).concat();
    assert!(!blocks(&wide).is_empty());
    for odd in [
        "</p></ul></table></a></b>x",
        "<p><span style='mso-list:Ignore'><b>§ữ</b><i></span>x</p></i>",
        "<ol start=-7><li>x",
        "<td>x",
        "<li>x",
        "<a href=https://a.vn>x",
        "<b><i>x</b>y</i>",
        "<table><tr></table>x",
    ] {
        let text: String = blocks(odd).iter().flat_map(Block::texts).collect();
        assert!(text.starts_with('x'), "{odd} → {text}");
    }
}

#[test]
fn a_button_that_is_never_closed_swallows_nothing() {
    for odd in ["<button>Gửi", "<select><option>một", "<p><button><b>Gửi</b>", "<table><tr><td><select></td></tr></table>"]
    {
        assert_eq!(
            blocks(&format!("{odd}<p>sau</p><h2>nữa</h2>")).last(),
            Some(&Block::Heading { level: 2, text: "nữa".into() }),
            "{odd}"
        );
    }
    assert_eq!(blocks("<p>a<button>x<br>y</button>b<select><option>x<hr><option>y</select>c"), [paragraph("abc")]);
}

#[test]
fn an_element_with_more_attributes_than_any_real_one_ends_the_text() {
    let began = std::time::Instant::now();
    let many = |count: usize, part: &dyn Fn(usize) -> String| (0..count).map(part).collect::<String>();
    for piece in [" a{}=\"\"", " a{}", "/a{}", "\ta{} = x", " \"a{}", " a{}='>'"] {
        let tag = format!("<p>trước</p><p{}>sau</p>", many(60_000, &|n| piece.replace("{}", &n.to_string())));
        assert_eq!(blocks(&tag).first(), Some(&paragraph("trước")), "{piece}");
    }
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    // Wherever they stand, and what is lost is known.
    for (open, piece) in
        [("<p", " a{}=b=\""), ("<p title=\"\"", "a{}=\"\""), ("</p", " a{}"), ("<<p", " a{}"), ("<!-- <p title=\" --><p", " a{}")]
    {
        let tag = format!("<p>trước</p>{open}{}>sau</p>", many(501, &|n| piece.replace("{}", &n.to_string())));
        assert_eq!(read(&tag).1, Some(Reason::TooLong("attributes", MAX_ATTRIBUTES)), "{open}");
    }
    assert_eq!(read(&format!("<p{}>a", many(500, &|n| format!(" a{n}")))), (vec![paragraph("a")], None));
    // Blanks are no attributes, nor are words of a comment or strokes of a value.
    let blank = format!("<p>Một</p><div{}class=\"x\"><p>Hai</p>", " ".repeat(501));
    assert_eq!(read(&blank), (vec![paragraph("Một"), paragraph("Hai")], None));
    let apart = format!("<!-- <p {}--><p title={}>a</p>", "x ".repeat(600), "/".repeat(600));
    assert_eq!(read(&apart), (vec![paragraph("a")], None));
    // What word processors and pictures inside a page bring is no such thing.
    let styles = format!("<style><!-- {} --></style>", "p.x /* a */ {margin:0} ".repeat(2_000));
    let picture = format!("<img alt=\"{}\" src=\"data:image/png;base64,{}\">", "một hai ".repeat(400), "a/b/".repeat(100_000));
    assert_eq!(
        blocks(&format!("{styles}<!--[if gte mso 9]> / / {} <![endif]-->{picture}<p>a</p>", " x".repeat(2_000))),
        [paragraph("a")]
    );
    assert_eq!(blocks("<p>1 < 2 và 3 <4 / 5</p>"), [paragraph("1 < 2 và 3 <4 / 5")]);
}
