//! Pictures and recordings as readers' phones take them: small, upright, without what a camera noted beside them.
//!
//! What people send is only ever read by memory-safe code (`image`), or by a tool in a process of its own, within limits of
//! time and memory: by ffmpeg, with the container named to it, so that it never guesses and never follows a playlist, and by
//! heif-convert, where it is installed.

mod picture;
mod sound;

pub use picture::picture;
pub use sound::sound;

use crate::error::Error;
use crate::shelf::Shelf;
use crate::store::desk::Sort;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;

/// Largest file that is taken, in bytes.
pub const MAX_UPLOAD: usize = 20 << 20;
const PATIENCE: Duration = Duration::from_secs(180);
/// What a tool says is kept up to this many bytes.
const MAX_SAID: u64 = 1 << 20;
/// How far each upload is that is being encoded, in hundredths. What a restart forgets begins anew with its job.
#[derive(Default)]
pub struct Progress(Mutex<HashMap<i64, u8>>);

impl Progress {
    pub fn of(&self, upload: i64) -> u8 {
        self.all().get(&upload).copied().unwrap_or(0)
    }

    /// Never back: a step that takes another turn does not undo what was done.
    pub fn set(&self, upload: i64, hundredths: u8) {
        let mut all = self.all();
        let known = all.entry(upload).or_default();
        *known = hundredths.max(*known);
    }

    pub fn end(&self, upload: i64) {
        self.all().remove(&upload);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<i64, u8>> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// Why a file is not taken; the code of it is kept with the upload.
#[derive(Debug)]
pub enum Bad {
    /// Of no kind that is known, or not what it claims to be.
    Kind,
    /// More pixels or bytes than any camera makes, or too long under way.
    Huge,
    /// A recording beyond what is taken.
    Long,
    /// Apple's kind of photo, which cannot be opened on this machine.
    Heic,
    /// It begins well and cannot be read to its end.
    Broken,
    /// ffmpeg is not on this machine.
    NoTool,
    Failed(Error),
}

impl Bad {
    pub fn code(&self) -> &'static str {
        match self {
            Bad::Kind => "bad-kind",
            Bad::Huge => "too-large",
            Bad::Long => "too-long",
            Bad::Heic => "heic",
            Bad::Broken => "broken",
            Bad::NoTool => "no-tool",
            Bad::Failed(_) => "failed",
        }
    }
}

/// What a file is by its first bytes; the format that ffmpeg is told for a recording.
pub fn sort_of(bytes: &[u8]) -> Option<(Sort, &'static str)> {
    Some(match bytes {
        [0xff, 0xd8, 0xff, ..] => (Sort::Picture, "jpeg"),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => (Sort::Picture, "png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => (Sort::Picture, "webp"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => (Sort::Sound, "wav"),
        [b'O', b'g', b'g', b'S', ..] => (Sort::Sound, "ogg"),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => (Sort::Sound, "matroska"),
        [b'I', b'D', b'3', ..] | [0xff, 0xf2 | 0xf3 | 0xfa | 0xfb, ..] => (Sort::Sound, "mp3"),
        [b'#', b'!', b'A', b'M', b'R', ..] => (Sort::Sound, "amr"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'h', b'e', b'i' | b'v', ..]
        | [_, _, _, _, b'f', b't', b'y', b'p', b'm', b'i', b'f', b'1', ..] => (Sort::Picture, "heic"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', ..] => return None,
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => (Sort::Sound, "mov"),
        _ => return None,
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Bad> {
    std::fs::read(path).map_err(|cause| Bad::Failed(Error::File(path.to_owned(), cause)))
}

async fn store(shelf: &Shelf, file: &str, bytes: Vec<u8>) -> Result<(), Bad> {
    shelf.put(file, bytes).await.map_err(Bad::Failed)
}

/// A folder of its own for one job, beside what it reads.
fn scratch(original: &Path) -> Result<PathBuf, Bad> {
    let name = crate::assets::hex(&crate::clock::random::<8>());
    let folder = original.with_file_name(format!("{name}.tmp"));
    std::fs::create_dir_all(&folder).map_err(|cause| Bad::Failed(Error::File(folder.clone(), cause)))?;
    Ok(folder)
}

/// A program that reads files, with 1.5 GB of memory and two minutes of processor.
fn limited(program: &str) -> Command {
    let mut tool = Command::new("prlimit");
    tool.args(["--as=1500000000", "--cpu=120", "--fsize=160000000", "--core=0", "--", "nice", "-n10", program]);
    tool.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    tool
}

/// ffmpeg that opens nothing but files, and tells how far it is.
fn ffmpeg() -> Command {
    let mut ffmpeg = limited("ffmpeg");
    ffmpeg.args(["-nostdin", "-hide_banner", "-v", "error", "-nostats", "-progress", "pipe:1", "-stats_period", "0.25", "-y"]);
    ffmpeg.args(["-protocol_whitelist", "file", "-threads", "1"]);
    ffmpeg
}

/// Runs it to its end; gives what it said. `progress` hears how many seconds of a recording are done, again and again.
async fn run(command: &mut Command, progress: impl Fn(f64)) -> Result<String, Bad> {
    let mut child = command.spawn().map_err(|_| Bad::NoTool)?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let work = async {
        let follow = async {
            let mut lines = BufReader::new(out?).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(done) = line.strip_prefix("out_time_us=").and_then(|done| done.parse::<f64>().ok()) {
                    progress(done / 1e6);
                }
            }
            Some(())
        };
        let mut said = Vec::new();
        let listen = async { err?.take(MAX_SAID).read_to_end(&mut said).await.ok() };
        let (_, _, ended) = tokio::join!(follow, listen, child.wait());
        (ended, String::from_utf8_lossy(&said).into_owned())
    };
    let (ended, said) = tokio::time::timeout(PATIENCE, work).await.map_err(|_| Bad::Huge)?;
    let status = ended.map_err(|_| Bad::NoTool)?;
    if status.success() {
        return Ok(said);
    }
    let said = said.chars().take(300).collect::<String>();
    tracing::warn!(%status, said, "a file was refused by its tool");
    // `nice` and `prlimit` say so with 127 where the program is missing.
    Err(if status.code() == Some(127) { Bad::NoTool } else { Bad::Broken })
}
