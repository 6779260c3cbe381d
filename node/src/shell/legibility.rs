//! Whether a photograph can probably be read: a hint for whoever took it, which refuses nothing.

use std::io::Cursor;

use daiban_domain::words::{self, Said};
use image::imageops::{self, FilterType};
use image::{GrayImage, ImageReader};

use super::materials;

/// The longer side below which a sheet has too few points for its letters, in pixels.
const SIDE_MIN_PX: u32 = 640;
/// The longer side that is looked at: letters are still letters, and noise is gone.
const LOOKED_AT_PX: u32 = 1_024;
/// Lighter than this is no ink. Levels of grey go from 0, black, to 255.
const INK_MAX: u8 = 190;
/// Darker than this is no paper.
const PAPER_MIN: u8 = 90;
/// Of a thousand points, so many may be darker than ink, or lighter than paper, by accident: a sheet
/// may have few letters.
const STRAY_PERMILLE: [u32; 2] = [2, 20];
/// Variance of the Laplacian of letters that are just sharp enough, for full contrast.
const SHARP_MIN: f64 = 120.0;
/// Full contrast, in levels of grey.
const CONTRAST: f64 = 255.0;

/// Why it can probably not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    TooSmall,
    TooDark,
    TooBright,
    Blurred,
}

impl Doubt {
    /// What is wrong, and how to take it again.
    pub(crate) fn words(self) -> Said {
        match self {
            Self::TooSmall => words::paper_too_small(),
            Self::TooDark => words::paper_too_dark(),
            Self::TooBright => words::paper_too_bright(),
            Self::Blurred => words::paper_blurred(),
        }
    }
}

/// What is doubtful about a picture that is stored; nothing about what is none.
pub(crate) fn doubts_of(bytes: &[u8]) -> Vec<Doubt> {
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let picture = reader.ok().and_then(|reader| materials::upright(reader).ok());
    picture.map_or_else(Vec::new, |picture| doubts(&picture.to_luma8()))
}

/// What is doubtful about the levels of grey of a picture.
fn doubts(grey: &GrayImage) -> Vec<Doubt> {
    let mut found = Vec::new();
    if grey.width().max(grey.height()) < SIDE_MIN_PX {
        found.push(Doubt::TooSmall);
    }
    let grey = shrunk(grey);
    let (ink, paper) = ink_and_paper(&grey);
    if paper < PAPER_MIN {
        found.push(Doubt::TooDark);
    } else if ink > INK_MAX {
        found.push(Doubt::TooBright);
    } else if sharpness(&grey) < SHARP_MIN * contrast(ink, paper) {
        found.push(Doubt::Blurred);
    }
    found
}

/// Of full contrast; what is sharp changes less abruptly where there is less of it.
fn contrast(ink: u8, paper: u8) -> f64 {
    f64::from(paper.saturating_sub(ink)) / CONTRAST
}

fn shrunk(grey: &GrayImage) -> GrayImage {
    let (width, height) = grey.dimensions();
    let longer = width.max(height);
    if longer <= LOOKED_AT_PX {
        return grey.clone();
    }
    let side = |side: u32| (side * LOOKED_AT_PX / longer).max(1);
    imageops::resize(grey, side(width), side(height), FilterType::Triangle)
}

/// The darkest and the lightest level that more than a few stray points have.
fn ink_and_paper(grey: &GrayImage) -> (u8, u8) {
    let mut counts = [0_u32; 256];
    grey.pixels().for_each(|point| counts[usize::from(point[0])] += 1);
    let points = grey.width() * grey.height();
    let [dark, light] = STRAY_PERMILLE.map(|stray| points / 1_000 * stray);
    let levels = (0..=u8::MAX).zip(counts);
    (first_beyond(levels.clone(), dark), first_beyond(levels.rev(), light))
}

fn first_beyond(mut levels: impl Iterator<Item = (u8, u32)>, stray: u32) -> u8 {
    let mut seen = 0;
    let found = levels.find(|(_, count)| {
        seen += count;
        seen > stray
    });
    found.map_or(0, |(level, _)| level)
}

/// The variance of the Laplacian: how abruptly levels change.
fn sharpness(grey: &GrayImage) -> f64 {
    let (width, height) = grey.dimensions();
    if width < 3 || height < 3 {
        return 0.0;
    }
    let level = |x: u32, y: u32| f64::from(grey.get_pixel(x, y)[0]);
    let (mut sum, mut squares) = (0.0, 0.0);
    for y in 1..height - 1 {
        for x in 1..width - 1 {
            let around = level(x - 1, y) + level(x + 1, y) + level(x, y - 1) + level(x, y + 1);
            let change = around - 4.0 * level(x, y);
            sum += change;
            squares += change * change;
        }
    }
    let count = f64::from(width - 2) * f64::from(height - 2);
    squares / count - (sum / count).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;
    use proptest::prelude::*;

    /// A sheet with lines of small strokes, as print looks from afar.
    fn sheet(width: u32, height: u32) -> GrayImage {
        GrayImage::from_fn(width, height, |x, y| {
            let is_line = y % 30 < 15 && x > width / 10 && x < width * 9 / 10;
            let is_stroke = (x / 4 + y / 7).is_multiple_of(3);
            Luma([if is_line && is_stroke { 40 } else { 235 }])
        })
    }

    fn each(grey: &GrayImage, level: impl Fn(u16) -> u16) -> GrayImage {
        let mut other = grey.clone();
        other.pixels_mut().for_each(|point| {
            point[0] = u8::try_from(level(u16::from(point[0]))).unwrap();
        });
        other
    }

    #[test]
    fn a_sharp_sheet_in_good_light_is_beyond_doubt() {
        for (width, height) in [(1_000, 1_400), (2_000, 1_400), (700, 500)] {
            assert_eq!(doubts(&sheet(width, height)), [], "{width}×{height}");
        }
        // In the evening, and with little contrast.
        assert_eq!(doubts(&each(&sheet(1_000, 1_400), |level| level / 2)), []);
        assert_eq!(doubts(&each(&sheet(1_000, 1_400), |level| level / 2 + 100)), []);
    }

    #[test]
    fn each_doubt_has_its_reason() {
        let sheet = sheet(1_000, 1_400);
        let blurred = imageops::blur(&sheet, 8.0);
        assert_eq!(doubts(&blurred), [Doubt::Blurred]);
        assert_eq!(doubts(&each(&sheet, |level| level * 3 / 10)), [Doubt::TooDark]);
        assert_eq!(doubts(&each(&sheet, |level| 220 + level / 8)), [Doubt::TooBright]);
        let small = imageops::resize(&sheet, 300, 420, FilterType::Triangle);
        assert!(doubts(&small).contains(&Doubt::TooSmall));
    }

    #[test]
    fn what_is_no_picture_raises_no_doubt() {
        assert_eq!(doubts_of(b"%PDF-1.4"), []);
        assert_eq!(doubts_of(b""), []);
    }

    proptest! {
        #[test]
        fn every_picture_is_judged(width in 1..40_u32, height in 1..40_u32, levels: [u8; 7]) {
            let picture = GrayImage::from_fn(width, height, |x, y| {
                Luma([levels[((x * 5 + y) % 7) as usize]])
            });
            prop_assert!(doubts(&picture).contains(&Doubt::TooSmall));
        }
    }
}
