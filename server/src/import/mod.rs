//! Import of JSON Lines as `IMPORT.md` describes them: every good line is published, every bad one is named and skipped.
//!
//! The file is read twice: first to learn which items it holds (a line may refer to a later one, and lines up to the one
//! that is published already are no news), then to publish it, a batch of lines in one transaction.

mod block;
mod field;
mod full;
pub(crate) mod html;
mod inline;
mod lang;
mod lines;
pub(crate) mod media;
mod plain;
#[cfg(test)]
mod tests;

pub use media::MediaFolder;

use crate::error::Error;
use crate::publish::{Done, Draft, Expected, Proposal, What, check, check_withdrawal};
use crate::reason::Reason;
use crate::site::Site;
use domain::content::Time;
use domain::sign::hash;
use lines::{Line, Lines};
use media::Media;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek};
use std::path::Path;
use std::sync::Arc;

/// Lines published in one transaction.
const BATCH: usize = 100;
/// Longest name of an item at its source, in bytes.
const MAX_NAME: usize = 300;

/// What became of the lines of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub new: usize,
    pub revised: usize,
    pub same: usize,
    pub withdrawn: usize,
    /// Number of each bad line and what is wrong with it.
    pub bad: Vec<(usize, Reason)>,
}

impl Report {
    /// There was something in the file and nothing of it could be used.
    pub fn all_bad(&self) -> bool {
        !self.bad.is_empty() && self.new + self.revised + self.same + self.withdrawn == 0
    }

    fn count(&mut self, number: usize, done: Done) {
        match done {
            Done::New(_) => self.new += 1,
            Done::Revised(_) => self.revised += 1,
            Done::Withdrawn(_) => self.withdrawn += 1,
            Done::Same => self.same += 1,
            Done::Refused(reason) => {
                eprintln!("dòng {number}: {reason}");
                self.bad.push((number, reason));
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} mới, {} sửa, {} không đổi, {} lỗi", self.new, self.revised, self.same, self.bad.len())?;
        if self.withdrawn > 0 { write!(f, ", {} rút", self.withdrawn) } else { Ok(()) }
    }
}

/// Why a line became nothing: a reason of its own, or something that ends the whole import.
pub(crate) enum Fault {
    Line(Reason),
    Fatal(Error),
}

impl From<Reason> for Fault {
    fn from(reason: Reason) -> Fault {
        Fault::Line(reason)
    }
}

impl From<Error> for Fault {
    fn from(cause: Error) -> Fault {
        Fault::Fatal(cause)
    }
}

/// Imports a file; its images and recordings lie beside it or in `media/` beside it. Those of a pipe, in the current folder.
pub async fn file(site: &Site, path: &Path) -> Result<Report, Error> {
    let mut file = File::open(path).map_err(Error::file(path))?;
    let mut folder = path.parent().unwrap_or(Path::new("."));
    let piped = !file.metadata().map_err(Error::file(path))?.is_file();
    if piped {
        // What has been read of a pipe is gone from it.
        file = copy(file).map_err(Error::file(path))?;
    }
    // A file that a shell has put in the place of a pipe has no other name either.
    if piped || ["/dev", "/proc"].iter().any(|here| path.starts_with(here)) {
        folder = Path::new(".");
    }
    let lines = || -> Result<_, Error> {
        (&file).rewind().map_err(Error::file(path))?;
        Ok(Lines::new(BufReader::new(&file)))
    };
    let mut media = Media::new(MediaFolder::Beside(folder.to_owned()));
    let stories = scan(site, lines()?, path, &mut media).await?;
    publish(site, lines()?, path, media, stories).await
}

/// The rest of a file as one that has no name and goes when it is closed.
fn copy(mut from: File) -> io::Result<File> {
    let mut to = tempfile::tempfile()?;
    io::copy(&mut from, &mut to)?;
    Ok(to)
}

/// The same for content inside the binary.
pub async fn bytes(site: &Site, lines: &[u8], folder: MediaFolder) -> Result<Report, Error> {
    let mut media = Media::new(folder);
    let inside = Path::new("sample");
    let stories = scan(site, Lines::new(lines), inside, &mut media).await?;
    publish(site, Lines::new(lines), inside, media, stories).await
}

/// Every item of the file with what each good line about it says.
type Stories = HashMap<String, Vec<Told>>;

/// A good line about an item.
struct Told {
    content: [u8; 32],
    /// Alerts that it speaks of.
    references: Vec<String>,
    supersedes: Option<String>,
    /// Whether it makes an alert of it; `None` where it withdraws it.
    alert: Option<bool>,
}

impl Told {
    fn of(draft: Draft) -> Told {
        let told = Told { content: draft.content, references: Vec::new(), supersedes: None, alert: None };
        let What::Item(proposal) = draft.what else { return told };
        let Proposal { references, supersedes, alert, .. } = *proposal;
        Told { references, supersedes, alert: Some(alert.is_some()), ..told }
    }
}

/// `path` names the lines where they cannot be read.
async fn scan(site: &Site, lines: Lines<impl BufRead>, path: &Path, media: &mut Media) -> Result<Stories, Error> {
    let mut stories = Stories::new();
    for line in lines {
        let found = draft(line.map_err(Error::file(path))?, media, site.now());
        media.shelve(&site.shelf).await?;
        match found {
            Ok(draft) => stories.entry(draft.external.clone()).or_default().push(Told::of(draft)),
            Err(Fault::Line(_)) => {}
            Err(Fault::Fatal(cause)) => return Err(cause),
        }
    }
    Ok(stories)
}

/// What will have arrived when the whole file has: nothing of which every line is refused for what it refers to, however
/// many lines hang on one that is.
async fn expected(site: &Site, stories: &Stories) -> Result<Expected, Error> {
    let alert = |lines: &Vec<Told>| lines.iter().any(|told| told.alert == Some(true));
    let mut expected: Expected = stories.iter().map(|(name, lines)| (name.clone(), alert(lines))).collect();
    loop {
        let mut lost = HashSet::new();
        for name in expected.keys() {
            let mut comes = false;
            for told in stories[name].iter().filter(|told| told.alert.is_some()) {
                comes = comes || refers(site, name, told, &expected).await?;
            }
            if !comes {
                lost.insert(name.clone());
            }
        }
        if lost.is_empty() {
            return Ok(expected);
        }
        expected.retain(|name, _| !lost.contains(name));
    }
}

/// Items of which several lines tell a story that is known up to one of them, and how many lines that are: none of these is
/// news, also where the story goes on.
async fn settled(site: &Site, stories: &Stories, expected: &Expected) -> Result<HashMap<String, usize>, Error> {
    let mut settled = HashMap::new();
    for (name, lines) in stories.iter().filter(|(_, lines)| lines.len() > 1) {
        let Some(known) = site.store.content_of(name).await? else { continue };
        let mut told = 0;
        for line in lines {
            // A line that is refused for what it refers to tells nothing.
            if refers(site, name, line, expected).await? {
                told += 1;
                if line.content == known {
                    settled.insert(name.clone(), told);
                }
            }
        }
    }
    Ok(settled)
}

/// Whether a line about `name` refers to others only, and to such as there are: the publisher refuses what does not.
async fn refers(site: &Site, name: &str, told: &Told, expected: &Expected) -> Result<bool, Error> {
    for other in told.references.iter().chain(&told.supersedes) {
        if other == name || !(expected.contains_key(other) || site.store.knows(other).await?) {
            return Ok(false);
        }
    }
    for other in &told.references {
        if expected.get(other) != Some(&true) && !site.store.was_alert(other).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn publish(
    site: &Site,
    lines: Lines<impl BufRead>,
    path: &Path,
    mut media: Media,
    stories: Stories,
) -> Result<Report, Error> {
    let expected = Arc::new(expected(site, &stories).await?);
    let mut settled = settled(site, &stories, &expected).await?;
    let (now, mut report) = (site.now(), Report::default());
    let mut batch: Vec<(usize, Draft)> = Vec::with_capacity(BATCH);
    let mut lines = lines.peekable();
    while let Some(line) = lines.next() {
        let line = line.map_err(Error::file(path))?;
        let number = line.number;
        let found = draft(line, &mut media, now);
        media.shelve(&site.shelf).await?;
        match found {
            Ok(draft) => {
                let name = &draft.external;
                match settled.get_mut(name).filter(|left| **left > 0) {
                    Some(left) if refers(site, name, &Told::of(draft.clone()), &expected).await? => {
                        *left -= 1;
                        report.same += 1;
                    }
                    _ => batch.push((number, draft)),
                }
            }
            Err(Fault::Line(reason)) => report.count(number, Done::Refused(reason)),
            Err(Fault::Fatal(cause)) => return Err(cause),
        }
        if batch.len() == BATCH || (lines.peek().is_none() && !batch.is_empty()) {
            let (numbers, drafts): (Vec<usize>, Vec<Draft>) = batch.drain(..).unzip();
            let done = site.publisher.publish(drafts, expected.clone()).await?;
            numbers.into_iter().zip(done).for_each(|(number, done)| report.count(number, done));
            if lines.peek().is_some() {
                eprintln!("đã ghi đến dòng {number}");
            }
        }
    }
    // Some are refused before their batch, some with it.
    report.bad.sort_by_key(|(number, _)| *number);
    Ok(report)
}

/// What one line proposes.
fn draft(line: Line, media: &mut Media, now: Time) -> Result<Draft, Fault> {
    let text = line.text?;
    let value: Value = serde_json::from_str(&text).map_err(|cause| Reason::NotJson(cause.to_string()))?;
    if !value.is_object() {
        return Err(Reason::NotAnItem.into());
    }
    let external = field::text(&value, "id")?;
    if external.len() > MAX_NAME {
        return Err(Reason::TooLong("id", MAX_NAME).into());
    }
    media.begin();
    let what = if field::given(&value, "withdrawn").is_some() {
        What::Withdraw { reason: field::text(&value, "withdrawn")? }
    } else if field::given(&value, "kind").is_some() {
        What::Item(Box::new(full::read(&value, media, now)?))
    } else {
        What::Item(Box::new(plain::read(&value, line.number, now)?))
    };
    // Here and not only when it is published: a line that is refused is not the end of its item's story.
    match &what {
        What::Item(proposal) => check(&proposal.card, &proposal.body, proposal.alert.as_ref(), now)?,
        What::Withdraw { reason } => check_withdrawal(reason)?,
    }
    // Keys in order, so that another order of fields is no other content; media by content, not by name.
    let content = hash(&[field::canonical(&value).as_bytes(), media.used_names().as_bytes()].concat());
    Ok(Draft { external, content, what })
}
