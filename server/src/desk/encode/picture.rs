//! A photo in three widths, as AVIF and JPEG.

use super::{Bad, ffmpeg, limited, read, run, scratch, sort_of, store};
use crate::error::Error;
use crate::shelf::Shelf;
use crate::store::desk::Sort;
use domain::content::MediaRef;
use domain::sign::hash;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// Pictures wider or higher than this, or of more pixels, are taken for bombs. The largest sensors of phones have 200
/// million pixels (16,320 × 12,240) and write JPEG; a sheet of A4 at 600 dpi has 35 million. What is turned is in memory twice, and
/// readers are answered out of the same.
const MAX_SIDE: u32 = 20_000;
const MAX_PIXELS: u64 = 50_000_000;
const MAX_JPEG: u64 = 256_000_000;
/// A JPEG of more pixels is made small while it is read, down to this many on its shorter side.
const MAX_WHOLE: u64 = 24_000_000;
const ENOUGH: u32 = 1_440;
/// Widths in pixels: a small phone, a phone, a large screen. The second is what items name.
const WIDTHS: [u32; 3] = [360, 720, 1080];
const MAIN: usize = 1;
/// AV1's quality index (0 best, 63 worst) and JPEG's.
const AVIF_CRF: &str = "34";
const JPEG_QUALITY: u8 = 78;

/// A picture, upright, in three widths as AVIF and JPEG; the AVIF of the middle one is what items name, the others have
/// its name with `-360` or `-1080` behind the hash, or another end.
pub async fn picture(original: PathBuf, shelf: &Shelf, progress: impl Fn(u8)) -> Result<MediaRef, Bad> {
    progress(5);
    let scratch = scratch(&original)?;
    let done = async {
        let source = source(original, &scratch).await?;
        progress(15);
        let folder = scratch.clone();
        let sizes = blocking(move || scaled(&source, &folder)).await?;
        progress(25);
        for at in 0..WIDTHS.len() {
            let (png, avif) = (scratch.join(format!("{at}.png")), scratch.join(format!("{at}.avif")));
            let mut ffmpeg = ffmpeg();
            ffmpeg.args(["-f", "png_pipe", "-i"]).arg(png);
            ffmpeg.args(["-c:v", "libaom-av1", "-still-picture", "1", "-crf", AVIF_CRF, "-cpu-used", "6", "-pix_fmt", "yuv420p"]);
            run(ffmpeg.args(["-map_metadata", "-1", "-f", "avif"]).arg(avif), |_| ()).await?;
            progress([40, 60, 90][at]);
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

/// What our own decoder reads in bounded memory, and how it is to be turned then.
struct Source {
    path: PathBuf,
    format: ImageFormat,
    turn: Orientation,
}

async fn source(original: PathBuf, scratch: &Path) -> Result<Source, Bad> {
    let kind = sort_of(&read(&original)?).filter(|(sort, _)| *sort == Sort::Picture).ok_or(Bad::Kind)?.1;
    let (path, format) = match kind {
        "heic" => {
            let path = scratch.join("heic.jpg");
            let mut convert = limited("heif-convert");
            run(convert.args(["-q", "95"]).arg(&original).arg(&path), |_| ()).await.map_err(|_| Bad::Heic)?;
            (path, ImageFormat::Jpeg)
        }
        "jpeg" => (original, ImageFormat::Jpeg),
        "png" => (original, ImageFormat::Png),
        _ => (original, ImageFormat::WebP),
    };
    let looked = path.clone();
    let (width, height, turn) = blocking(move || {
        let bytes = read(&looked)?;
        let mut decoder = decoder(&bytes, format)?;
        let (width, height) = decoder.dimensions();
        Ok((width, height, decoder.orientation().map_err(refused)?))
    })
    .await?;
    // That tool turns the picture itself, and may copy the note that asks for it.
    let turn = if kind == "heic" { Orientation::NoTransforms } else { turn };
    let pixels = u64::from(width) * u64::from(height);
    if pixels > if format == ImageFormat::Jpeg { MAX_JPEG } else { MAX_PIXELS } {
        return Err(Bad::Huge);
    }
    // JPEG can be read at a half, a quarter or an eighth of its size, so that nobody holds 200 million pixels in memory.
    let shrink = (1..=3u32).rev().find(|by| width.min(height) >> by >= ENOUGH);
    let Some(shrink) = shrink.filter(|_| format == ImageFormat::Jpeg && pixels > MAX_WHOLE) else {
        return Ok(Source { path, format, turn });
    };
    let small = scratch.join("small.png");
    let mut ffmpeg = ffmpeg();
    ffmpeg.args(["-noautorotate", "-f", "jpeg_pipe", "-lowres", &shrink.to_string(), "-i"]).arg(&path);
    run(ffmpeg.args(["-frames:v", "1", "-map_metadata", "-1", "-c:v", "png", "-f", "image2pipe"]).arg(&small), |_| ()).await?;
    Ok(Source { path: small, format: ImageFormat::Png, turn })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Bad> + Send + 'static) -> Result<T, Bad> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Bad::Broken)?
}

fn decoder(bytes: &[u8], format: ImageFormat) -> Result<impl ImageDecoder, Bad> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    limits.max_alloc = Some(MAX_PIXELS * 4);
    reader.limits(limits);
    reader.into_decoder().map_err(refused)
}

/// Decodes within limits, turns upright, and writes each width as PNG (for the encoder) and JPEG. Sizes in pixels.
fn scaled(source: &Source, folder: &Path) -> Result<Vec<(u16, u16)>, Bad> {
    let bytes = read(&source.path)?;
    let mut picture = DynamicImage::from_decoder(decoder(&bytes, source.format)?).map_err(refused)?;
    drop(bytes);
    picture.apply_orientation(source.turn);
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
        _ => Bad::Broken,
    }
}
