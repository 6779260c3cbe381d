//! Photographs as they come from a phone, made fit to travel: scaled, without the place where they
//! were taken, and small.

use std::fmt;
use std::io::Cursor;

use daiban_domain::words;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits};

use crate::settings::MaterialSettings;

/// A file that may be stored.
#[derive(Debug)]
pub struct Prepared {
    pub bytes: Vec<u8>,
    pub media: String,
}

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum MaterialError {
    TooLarge { kb: u64, max_kb: u64 },
    Empty,
    Unknown,
    Broken(String),
}

impl fmt::Display for MaterialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = match self {
            Self::TooLarge { kb, max_kb } => words::material_too_large(*kb, *max_kb),
            Self::Empty => words::material_empty(),
            Self::Unknown => words::material_unknown(),
            Self::Broken(error) => words::material_broken(error),
        };
        said.fmt(f)
    }
}

/// Pixels on one side beyond which a picture is not even decoded.
const SIDE_MAX: u32 = 20_000;
/// Memory that decoding may take, in bytes.
const DECODE_BYTES_MAX: u64 = 512 << 20;

/// Checks a file by its content and makes pictures fit to travel.
///
/// # Errors
/// [`MaterialError`] says what to do.
pub fn prepare(bytes: Vec<u8>, settings: &MaterialSettings) -> Result<Prepared, MaterialError> {
    if bytes.is_empty() {
        return Err(MaterialError::Empty);
    }
    if bytes.starts_with(b"%PDF-") {
        return within(Prepared { bytes, media: "application/pdf".into() }, settings);
    }
    let reader = ImageReader::new(Cursor::new(&*bytes)).with_guessed_format();
    let reader = reader.map_err(|_| MaterialError::Unknown)?;
    if reader.format().is_none() {
        return Err(MaterialError::Unknown);
    }
    let picture = upright(reader)?;
    within(Prepared { bytes: encode(picture, settings)?, media: "image/jpeg".into() }, settings)
}

/// A picture the way up that it was taken.
pub(super) fn upright(
    mut reader: ImageReader<Cursor<&[u8]>>,
) -> Result<DynamicImage, MaterialError> {
    let broken = |error: image::ImageError| MaterialError::Broken(error.to_string());
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(SIDE_MAX), Some(SIDE_MAX));
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    // What EXIF says about the way up must survive; everything else in it is dropped.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn encode(picture: DynamicImage, settings: &MaterialSettings) -> Result<Vec<u8>, MaterialError> {
    let side = u32::try_from(settings.image_side_px).unwrap_or(u32::MAX);
    let scaled = match picture.width().max(picture.height()) > side {
        true => picture.resize(side, side, image::imageops::FilterType::Triangle),
        false => picture,
    };
    let quality = u8::try_from(settings.jpeg_quality).unwrap_or(100).clamp(1, 100);
    let mut jpeg = Vec::new();
    scaled
        .to_rgb8()
        .write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, quality))
        .map_err(|error| MaterialError::Broken(error.to_string()))?;
    Ok(jpeg)
}

fn within(prepared: Prepared, settings: &MaterialSettings) -> Result<Prepared, MaterialError> {
    let kb = (prepared.bytes.len() as u64).div_ceil(1_024);
    match kb > settings.max_kb {
        true => Err(MaterialError::TooLarge { kb, max_kb: settings.max_kb }),
        false => Ok(prepared),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn photo(width: u32, height: u32) -> Vec<u8> {
        let picture = image::RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], (x ^ y).to_le_bytes()[0]])
        });
        let mut png = Vec::new();
        picture.write_to(&mut Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
        png
    }

    #[test]
    fn a_photo_is_scaled_and_becomes_a_jpeg() {
        let settings = Settings::default().materials;
        let prepared = prepare(photo(4_000, 300), &settings).unwrap();
        assert_eq!(prepared.media, "image/jpeg");
        let picture = image::load_from_memory(&prepared.bytes).unwrap();
        assert_eq!(u64::from(picture.width()), settings.image_side_px);
    }

    #[test]
    fn what_is_no_material_is_refused_with_a_sentence() {
        let settings = Settings::default().materials;
        assert!(matches!(prepare(Vec::new(), &settings), Err(MaterialError::Empty)));
        assert!(matches!(
            prepare(b"<svg onload=x>".to_vec(), &settings),
            Err(MaterialError::Unknown)
        ));
        let mut broken = photo(40, 40);
        broken.truncate(60);
        assert!(matches!(prepare(broken, &settings), Err(MaterialError::Broken(_))));
        let huge = [b"%PDF-".to_vec(), vec![0; 64 << 20]].concat();
        assert!(matches!(prepare(huge, &settings), Err(MaterialError::TooLarge { .. })));
    }
}
