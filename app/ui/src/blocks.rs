//! Body blocks as markup. Links get an address only if it is `http` or `https`, numbers only digits.

use crate::ctx::{Ctx, Images};
use crate::el::{El, cl, el, tx};
use crate::icons::icon;
use crate::links;
use domain::content::{Block, MediaRef, Style, Text};
use domain::words::{decimal, fill, size, two};

/// Blocks in order.
pub fn blocks<'a>(blocks: impl IntoIterator<Item = &'a Block>, ctx: &Ctx) -> Vec<El> {
    let mut sections = false;
    let shown = blocks.into_iter().map(|found| match found {
        // Headings step down one at a time, for those who move by them.
        Block::Heading { level, text } => {
            let top = *level <= 2 || !sections;
            sections |= top;
            tx(if top { "h2" } else { "h3" }, text.clone())
        }
        other => block(other, ctx),
    });
    shown.collect()
}

fn block(block: &Block, ctx: &Ctx) -> El {
    match block {
        Block::Paragraph(text) => rich(el("p"), text),
        Block::Heading { text, .. } => tx("h2", text.clone()),
        Block::List(items) => el("ul").kids(items.iter().map(|item| rich(el("li"), item)).collect()),
        Block::Steps(items) => cl("ol", "sp").kids(items.iter().map(|item| rich(el("li"), item)).collect()),
        Block::Quote { text, by } => {
            el("blockquote").kid(rich(el("p"), text)).maybe(by.as_ref().map(|by| tx("footer", by.clone())))
        }
        Block::Table { head, rows } => table(head, rows, ctx),
        Block::Image { media, alt, caption } => {
            let caption = caption.clone().filter(|caption| caption != alt);
            cl("figure", "fg").kid(image(media, alt, ctx)).kid(tx("figcaption", caption.unwrap_or_else(|| alt.clone())))
        }
        Block::Audio { media, title } => audio(media, title, ctx),
        Block::Call { number, label } => call(number, label),
        Block::Link { url, label } => {
            let a = tx("a", label.clone());
            let a = match links::web(url) {
                Some(url) => a.attr("href", url.to_owned()).attr("rel", "noopener"),
                None => a,
            };
            cl("p", "ln").kid(a)
        }
        Block::Unknown { .. } => cl("p", "nx").attr("lang", ctx.lang.tag()).text(ctx.w().unknown_block()),
    }
}

/// Inline emphasis.
pub fn rich(mut parent: El, text: &Text) -> El {
    for (piece, style) in text.runs() {
        let piece = piece.to_owned();
        parent = match style {
            None => parent.text(piece),
            Some(Style::Strong) => parent.kid(tx("strong", piece)),
            Some(Style::Emphasis) => parent.kid(tx("em", piece)),
        };
    }
    parent
}

fn table(head: &[String], rows: &[Vec<String>], ctx: &Ctx) -> El {
    let cells = |tag, cells: &[String]| el("tr").kids(cells.iter().map(|cell| tx(tag, cell.clone())).collect());
    let mut table = el("table");
    if !head.is_empty() {
        let head = head.iter().map(|cell| tx("th", cell.clone()).attr("scope", "col")).collect();
        table = table.kid(el("thead").kid(el("tr").kids(head)));
    }
    let body = el("tbody").kids(rows.iter().map(|row| cells("td", row)).collect());
    scrolled(table.kid(body), ctx)
}

/// A wide table scrolls by itself, by keyboard too.
pub fn scrolled(table: El, ctx: &Ctx) -> El {
    cl("div", "tb").attr("tabindex", "0").attr("role", "group").attr("aria-label", ctx.w().table()).kid(table)
}

pub fn media_path(media: &MediaRef) -> String {
    ["/media/", &media.file].concat()
}

/// An image, or what it costs until the reader taps; the link works without scripts.
fn image(media: &MediaRef, alt: &str, ctx: &Ctx) -> El {
    let (width, height) = (decimal(media.width.into()), decimal(media.height.into()));
    if ctx.images == Images::Inline {
        let img = el("img").attr("src", media_path(media)).attr("alt", alt.to_owned());
        return img.attr("width", width).attr("height", height).attr("loading", "lazy").attr("decoding", "async");
    }
    let cost = fill(ctx.w().show_image(), &[("size", &size(media.bytes.into(), ctx.lang))]);
    // The empty drawing holds the place of the image, so that nothing jumps when it comes.
    let room = cl("svg", "ar").attr("viewBox", ["0 0 ", &width, " ", &height].concat()).attr("aria-hidden", "true");
    cl("a", "ph")
        .attr("href", media_path(media))
        .attr("data-act", "image")
        .attr("data-w", width)
        .attr("data-h", height)
        .attr("data-alt", alt.to_owned())
        .apart()
        .kid(room)
        .kid(cl("span", "pt").attr("lang", ctx.lang.tag()).kid(icon("image")).text(cost))
}

/// A recording with its length and price; nothing is fetched before the reader plays it.
pub fn audio(media: &MediaRef, title: &str, ctx: &Ctx) -> El {
    let minutes = media.seconds / 60;
    let length = [decimal(minutes.into()).as_str(), ":", &two((media.seconds % 60) as u8)].concat();
    let cost = fill(ctx.w().audio_cost(), &[("length", &length), ("size", &size(media.bytes.into(), ctx.lang))]);
    let player = el("audio").attr("controls", "").attr("preload", "none").attr("src", media_path(media));
    let caption = el("figcaption")
        .kid(icon("listen"))
        .kid(tx("b", title.to_owned()))
        .text(" ")
        .kid(tx("small", cost).attr("lang", ctx.lang.tag()));
    cl("figure", "au").kid(caption).kid(player.attr("aria-label", title.to_owned()))
}

/// A number to call, as a button of its own.
pub fn call(number: &str, label: &str) -> El {
    let a = el("a").kid(icon("phone")).kid(tx("b", number.to_owned())).text(" ").kid(tx("span", label.to_owned()));
    cl("p", "cl").kid(match links::tel(number) {
        Some(href) => a.attr("href", href),
        None => a,
    })
}
