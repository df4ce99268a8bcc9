//! Pictures and recordings as readers' phones take them: small, upright, without what a camera noted beside them.
//!
//! What people send is only ever read by memory-safe code (`image`), or by ffmpeg within limits of time and memory and with
//! the container named to it, so that it never guesses and never follows a playlist.

use crate::error::Error;
use crate::shelf::Shelf;
use crate::store::desk::Sort;
use domain::content::MediaRef;
use domain::sign::hash;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::collections::HashMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// Largest file that is taken, in bytes.
pub const MAX_UPLOAD: usize = 20 << 20;
/// Pictures wider or higher than this, or of more pixels, are taken for bombs.
const MAX_SIDE: u32 = 12_000;
const MAX_PIXELS: u64 = 120_000_000;
/// Widths in pixels: a list on a small phone, a phone, a large screen. The second is what items name.
pub const WIDTHS: [u32; 3] = [360, 720, 1080];
const MAIN: usize = 1;
/// AV1's quality index (0 best, 63 worst) and JPEG's.
const AVIF_CRF: &str = "34";
const JPEG_QUALITY: u8 = 78;
/// Seconds that are kept of a recording.
const MAX_SECONDS: &str = "1200";
const PATIENCE: Duration = Duration::from_secs(180);
/// Silence at both ends goes, loudness as EBU R 128 measures it becomes −16 LUFS.
const SOUND: &str = "silenceremove=start_periods=1:start_threshold=-50dB:start_silence=0.2,areverse,\
    silenceremove=start_periods=1:start_threshold=-50dB:start_silence=0.3,areverse,loudnorm=I=-16:TP=-1.5:LRA=11,aresample=48000";

/// How far each upload is that is being encoded, in hundredths. What a restart forgets begins anew with its job.
#[derive(Default)]
pub struct Progress(Mutex<HashMap<i64, u8>>);

impl Progress {
    pub fn of(&self, upload: i64) -> u8 {
        self.all().get(&upload).copied().unwrap_or(0)
    }

    pub fn set(&self, upload: i64, hundredths: u8) {
        self.all().insert(upload, hundredths);
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
    /// More pixels than any camera makes, or longer than a recording may be.
    Huge,
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
        [_, _, _, _, b'f', b't', b'y', b'p', b'a' | b'm' | b'h', ..]
            if matches!(&bytes[8..12.min(bytes.len())], b"avif" | b"mif1" | b"heic" | b"heix") =>
        {
            return None;
        }
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => (Sort::Sound, "mov"),
        _ => return None,
    })
}

/// A picture, upright, in three widths as AVIF and JPEG; the AVIF of the middle one is what items name, the others have
/// its name with `-360` or `-1080` behind the hash, or another end.
pub async fn picture(original: PathBuf, shelf: &Shelf, told: impl Fn(u8)) -> Result<MediaRef, Bad> {
    told(5);
    let scratch = scratch(&original)?;
    let done = async {
        let folder = scratch.clone();
        let sizes = tokio::task::spawn_blocking(move || scaled(&original, &folder)).await.map_err(|_| Bad::Broken)??;
        told(25);
        for at in 0..WIDTHS.len() {
            let (png, avif) = (scratch.join(format!("{at}.png")), scratch.join(format!("{at}.avif")));
            let mut ffmpeg = tool();
            ffmpeg.args(["-f", "image2", "-c:v", "png", "-i"]).arg(png);
            ffmpeg.args(["-c:v", "libaom-av1", "-still-picture", "1", "-crf", AVIF_CRF, "-cpu-used", "6", "-pix_fmt", "yuv420p"]);
            run(ffmpeg.args(["-map_metadata", "-1", "-f", "avif"]).arg(avif)).await?;
            told([40, 60, 90][at]);
        }
        let main = read(&scratch.join(format!("{MAIN}.avif")))?;
        let name = crate::assets::hex(&hash(&main)[..16]);
        for (at, width) in WIDTHS.into_iter().enumerate() {
            for kind in ["avif", "jpg"] {
                let file = if at == MAIN { format!("{name}.{kind}") } else { format!("{name}-{width}.{kind}") };
                store(shelf, &file, read(&scratch.join(format!("{at}.{kind}")))?).await?;
            }
        }
        let (width, height) = sizes[MAIN];
        Ok(MediaRef { file: format!("{name}.avif"), bytes: main.len() as u32, width, height, seconds: 0 })
    }
    .await;
    drop(std::fs::remove_dir_all(&scratch));
    done
}

/// Decodes within limits, turns upright, and writes each width as PNG (for the encoder) and JPEG. Sizes in pixels.
fn scaled(original: &Path, folder: &Path) -> Result<Vec<(u16, u16)>, Bad> {
    let bytes = read(original)?;
    let format = match sort_of(&bytes) {
        Some((Sort::Picture, "jpeg")) => ImageFormat::Jpeg,
        Some((Sort::Picture, "png")) => ImageFormat::Png,
        Some((Sort::Picture, _)) => ImageFormat::WebP,
        _ => return Err(Bad::Kind),
    };
    let mut reader = ImageReader::with_format(Cursor::new(&bytes), format);
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    limits.max_alloc = Some(MAX_PIXELS * 4);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Bad::Huge);
    }
    let turn = decoder.orientation().map_err(refused)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    picture.apply_orientation(turn);
    // Transparent pixels are white paper.
    let picture = DynamicImage::ImageRgb8(flat(picture));
    let mut sizes = Vec::new();
    for (at, width) in WIDTHS.into_iter().enumerate() {
        let width = width.min(picture.width()).max(1);
        let height = (u64::from(picture.height()) * u64::from(width) / u64::from(picture.width())).clamp(1, 4_096) as u32;
        // 4:2:0 takes pixels two by two.
        let even = |side: u32| (side & !1).max(2);
        let small = picture.resize_exact(even(width), even(height), image::imageops::FilterType::Lanczos3);
        small.save_with_format(folder.join(format!("{at}.png")), ImageFormat::Png).map_err(refused)?;
        let mut jpeg = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY);
        small.write_with_encoder(encoder).map_err(refused)?;
        let path = folder.join(format!("{at}.jpg"));
        std::fs::write(&path, jpeg).map_err(|cause| Bad::Failed(Error::File(path, cause)))?;
        sizes.push((small.width() as u16, small.height() as u16));
    }
    Ok(sizes)
}

fn flat(picture: DynamicImage) -> image::RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let from = picture.into_rgba8();
    image::RgbImage::from_fn(from.width(), from.height(), |x, y| {
        let [r, g, b, a] = from.get_pixel(x, y).0;
        let over = |c: u8| ((u32::from(c) * u32::from(a) + 255 * (255 - u32::from(a))) / 255) as u8;
        image::Rgb([over(r), over(g), over(b)])
    })
}

fn refused(cause: image::ImageError) -> Bad {
    match cause {
        image::ImageError::Limits(_) => Bad::Huge,
        image::ImageError::IoError(cause) if cause.kind() != std::io::ErrorKind::UnexpectedEof => Bad::Broken,
        _ => Bad::Broken,
    }
}

/// A recording as Opus, mono, 20 kbit/s; beside it AAC under the same name for phones that know no Opus.
pub async fn sound(original: PathBuf, shelf: &Shelf, told: impl Fn(u8)) -> Result<MediaRef, Bad> {
    told(5);
    let start = read(&original)?;
    let Some((Sort::Sound, format)) = sort_of(&start) else { return Err(Bad::Kind) };
    drop(start);
    let scratch = scratch(&original)?;
    let done = async {
        let (opus, aac) = (scratch.join("a.ogg"), scratch.join("a.m4a"));
        let mut ffmpeg = tool();
        ffmpeg.args(["-f", format, "-t", MAX_SECONDS, "-i"]).arg(&original);
        ffmpeg.args(["-map", "0:a:0", "-map_metadata", "-1", "-af", SOUND, "-ac", "1"]);
        run(ffmpeg.args(["-c:a", "libopus", "-b:a", "20k", "-application", "voip", "-f", "ogg"]).arg(&opus)).await?;
        told(65);
        let mut ffmpeg = tool();
        ffmpeg.args(["-f", "ogg", "-i"]).arg(&opus);
        run(ffmpeg.args(["-c:a", "aac", "-b:a", "40k", "-movflags", "+faststart", "-f", "mp4"]).arg(&aac)).await?;
        told(95);
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

/// ffmpeg that reads files and nothing else, with a gigabyte of memory and two minutes of processor.
fn tool() -> tokio::process::Command {
    let mut ffmpeg = tokio::process::Command::new("prlimit");
    ffmpeg.args(["--as=1500000000", "--cpu=120", "--fsize=67108864", "--core=0", "--", "nice", "-n10", "ffmpeg"]);
    ffmpeg.args(["-nostdin", "-hide_banner", "-v", "error", "-y", "-protocol_whitelist", "file", "-threads", "1"]);
    ffmpeg.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    ffmpeg
}

async fn run(command: &mut tokio::process::Command) -> Result<(), Bad> {
    let ended = tokio::time::timeout(PATIENCE, command.output()).await.map_err(|_| Bad::Huge)?;
    let ended = ended.map_err(|_| Bad::NoTool)?;
    if ended.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ended.stderr).chars().take(300).collect::<String>();
    tracing::warn!(status = %ended.status, said, "ffmpeg refused a file");
    // `nice` and `prlimit` say so with 127 where the program is missing.
    Err(if ended.status.code() == Some(127) { Bad::NoTool } else { Bad::Broken })
}
