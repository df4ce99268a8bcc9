//! A recording as phones take it: mono, without the silence at its ends, as loud as every other one.

use super::{Bad, ffmpeg, read, run, scratch, sort_of, store};
use crate::error::Error;
use crate::shelf::Shelf;
use crate::store::desk::Sort;
use domain::content::MediaRef;
use domain::sign::hash;
use std::path::{Path, PathBuf};

/// Longest recording that is taken, in seconds.
const MAX_SECONDS: u64 = 20 * 60;
/// Samples a second and bytes a second of what is worked on: 16 bits, mono.
const RATE: &str = "48000";
const BYTES: u64 = 96_000;
/// Bytes a second of a recording whose length nobody knows before it was read: what the desk's page records.
const GUESS: f64 = 8_000.0;
/// Silence at both ends goes. Turned round as whole numbers: as fractions, 20 minutes would take half a gigabyte.
const TRIM: &str = "silenceremove=start_periods=1:start_threshold=-50dB:start_silence=0.2,aformat=sample_fmts=s16,areverse,\
    silenceremove=start_periods=1:start_threshold=-50dB:start_silence=0.3,aformat=sample_fmts=s16,areverse";
/// Measures loudness as EBU R 128 has it.
const MEASURE: &str = "ebur128=framelog=verbose";
/// Loudness of every recording, in LUFS, and how far from it is near enough to stop.
const LOUDNESS: f64 = -16.0;
const NEAR: f64 = 0.3;
/// Measured below this: nothing that anybody would hear.
const NOTHING: f64 = -60.0;
/// Limiting peaks takes loudness away again, so the gain is found in turns.
const TURNS: usize = 6;

/// A recording as Opus, mono, 20 kbit/s; beside it AAC under the same name for phones that know no Opus.
pub async fn sound(original: PathBuf, shelf: &Shelf, progress: impl Fn(u8)) -> Result<MediaRef, Bad> {
    progress(1);
    let start = read(&original)?;
    let Some((Sort::Sound, format)) = sort_of(&start) else { return Err(Bad::Kind) };
    let guess = start.len() as f64 / GUESS;
    drop(start);
    let scratch = scratch(&original)?;
    let done = async {
        // From one hundredth to another, as far as a tool has come in so many seconds of sound.
        let progress = &progress;
        let part = |from: f64, to: f64, whole: f64| {
            move |done: f64| progress((from + (to - from) * (done / whole.max(1.0)).clamp(0.0, 1.0)) as u8)
        };
        let (whole, cut) = (scratch.join("whole.wav"), scratch.join("cut.wav"));
        let mut read_in = ffmpeg();
        read_in.args(["-f", format, "-t", &(MAX_SECONDS + 1).to_string(), "-i"]).arg(&original);
        read_in.args(["-map", "0:a:0", "-map_metadata", "-1", "-ac", "1", "-ar", RATE, "-c:a", "pcm_s16le", "-f", "wav"]);
        run(read_in.arg(&whole), part(1.0, 20.0, guess)).await?;
        // The head of the file is shorter than a tenth of a second.
        if length(&whole)? > MAX_SECONDS * BYTES + BYTES / 10 {
            return Err(Bad::Long);
        }
        let mut trim = wav(&whole);
        run(trim.args(["-af", TRIM, "-c:a", "pcm_s16le", "-f", "wav"]).arg(&cut), |_| ()).await?;
        drop(std::fs::remove_file(&whole));
        progress(25);
        let seconds = length(&cut)? as f64 / BYTES as f64;
        let level = level(&cut, part(25.0, 40.0, seconds)).await?;
        let (opus, aac) = (scratch.join("a.ogg"), scratch.join("a.m4a"));
        let mut encode = wav(&cut);
        encode.args(["-af", &level, "-c:a", "libopus", "-b:a", "20k", "-application", "voip", "-f", "ogg"]).arg(&opus);
        run(&mut encode, part(40.0, 75.0, seconds)).await?;
        let mut encode = ffmpeg();
        encode.args(["-f", "ogg", "-i"]).arg(&opus);
        encode.args(["-c:a", "aac", "-b:a", "40k", "-movflags", "+faststart", "-f", "mp4"]).arg(&aac);
        run(&mut encode, part(75.0, 98.0, seconds)).await?;
        let (opus, aac) = (read(&opus)?, read(&aac)?);
        let seconds = crate::import::media::seconds(&opus).filter(|seconds| *seconds > 0).ok_or(Bad::Broken)?;
        let name = crate::assets::hex(&hash(&opus)[..16]);
        store(shelf, &format!("{name}.m4a"), aac).await?;
        let bytes = opus.len() as u32;
        store(shelf, &format!("{name}.ogg"), opus).await?;
        Ok(MediaRef { file: format!("{name}.ogg"), bytes, width: 0, height: 0, seconds })
    }
    .await;
    drop(std::fs::remove_dir_all(&scratch));
    done
}

fn wav(path: &Path) -> tokio::process::Command {
    let mut ffmpeg = ffmpeg();
    ffmpeg.args(["-f", "wav", "-i"]).arg(path);
    ffmpeg
}

fn length(path: &Path) -> Result<u64, Bad> {
    std::fs::metadata(path).map(|file| file.len()).map_err(|cause| Bad::Failed(Error::File(path.to_owned(), cause)))
}

/// The filter that brings a recording to [`LOUDNESS`]: a gain for all of it, with its peaks held 2 dB below the top.
async fn level(path: &Path, progress: impl Fn(f64)) -> Result<String, Bad> {
    let mut gain = 0.0;
    let mut filter = String::from("anull");
    for turn in 0..TURNS {
        let mut measure = wav(path);
        measure.args(["-v", "info", "-af", &[&filter, ",", MEASURE].concat(), "-f", "null", "-"]);
        let missing = LOUDNESS - loudness(&run(&mut measure, &progress).await?).ok_or(Bad::Broken)?;
        if (turn > 0 && missing.abs() < NEAR) || missing > LOUDNESS - NOTHING {
            break;
        }
        gain = f64::clamp(gain + missing, -40.0, 40.0);
        filter = format!("volume={gain:.2}dB,alimiter=limit=0.79:level=false,aresample={RATE}");
    }
    Ok(filter)
}

/// The integrated loudness of all that was measured, in LUFS: the last one of the summary.
fn loudness(said: &str) -> Option<f64> {
    let (_, number) = said.rsplit_once("I:")?;
    number.split_whitespace().next()?.parse().ok()
}
