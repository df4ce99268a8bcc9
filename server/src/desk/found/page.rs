//! A page of the web with one article somewhere in it.

use super::{Found, MAX_NAME, MAX_SUMMARY, MAX_TITLE, all_blocks, bounded, fitting, key, line, meta, told, words};
use domain::content::{Block, Time};
use url::Url;

/// A part of a page with fewer characters than this is not its article.
const ENOUGH: usize = 200;
/// A paragraph of this many characters belongs to an article, not to what stands around it.
const LONG: usize = 80;

/// What a page has to tell; `None` where that is nothing.
pub fn read(bytes: &[u8], url: &Url) -> Option<Found> {
    let source = String::from_utf8_lossy(bytes);
    let lower = source.to_ascii_lowercase();
    let body = lower.find("<body");
    let about = meta::read(bounded(&source[..body.unwrap_or(source.len())]));
    let blocks = fitting(article(&source, &lower, body.unwrap_or(0), url));
    let first = |names: &[&str]| names.iter().find_map(|name| about.names.get(*name)).map(String::as_str).unwrap_or_default();
    let heading = blocks.iter().find_map(|block| match block {
        Block::Heading { text, .. } => Some(text.as_str()),
        _ => None,
    });
    let titles = [first(&["og:title", "twitter:title"]), &about.title, heading.unwrap_or_default()];
    let title = titles.iter().map(|title| line(title, url, MAX_TITLE)).find(|title| !title.is_empty()).unwrap_or_default();
    let summary = line(first(&["og:description", "description", "twitter:description"]), url, MAX_SUMMARY);
    if blocks.is_empty() && summary.is_empty() {
        return None;
    }
    let name = line(first(&["og:site_name", "application-name"]), url, MAX_NAME);
    let host = url.host_str().unwrap_or_default();
    let source = if name.is_empty() { host.strip_prefix("www.").unwrap_or(host).to_owned() } else { name };
    let issued = moment(first(&["article:published_time", "datepublished", "pubdate", "dc.date.issued", "dc.date", "date"]));
    let keys = vec![key(url)];
    Some(Found { source, url: url.as_str().to_owned(), issued, keys, ..told(title, &summary, blocks) })
}

/// The longest part that is marked as an article, else what the page calls its main part, else what reads like one.
fn article(source: &str, lower: &str, body: usize, url: &Url) -> Vec<Block> {
    let longest = articles(source, lower).max_by_key(|part| part.len());
    let main = lower.find("<main").zip(lower.rfind("</main")).and_then(|(start, end)| source.get(start..end));
    let mut marked = [longest, main].into_iter().flatten().map(|part| all_blocks(part, url));
    let enough = |blocks: &Vec<Block>| words(blocks).chars().count() >= ENOUGH;
    marked.find(enough).unwrap_or_else(|| middle(all_blocks(&source[body..], url)))
}

fn articles<'a>(source: &'a str, lower: &'a str) -> impl Iterator<Item = &'a str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + lower[at..].find("<article")?;
        at = lower[start..].find("</article").map_or(lower.len(), |end| start + end);
        Some(&source[start..at])
    })
}

/// Without the menus before the first long paragraph and behind the last one; all of it, where there is none.
fn middle(mut blocks: Vec<Block>) -> Vec<Block> {
    let long = |block: &Block| matches!(block, Block::Paragraph(text) if text.plain.chars().count() >= LONG);
    match (blocks.iter().position(long), blocks.iter().rposition(long)) {
        (Some(first), Some(last)) => blocks.drain(first..=last).collect(),
        _ => blocks,
    }
}

/// A date as pages give it, at least its day.
fn moment(text: &str) -> Option<Time> {
    Time::parse(text.trim()).or_else(|| Time::parse(text.trim().get(..10)?))
}
