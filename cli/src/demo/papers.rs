//! Materials for practice: photographs and small PDFs that no authority would take.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

use crate::draw::Draw;
use crate::exit::{Code, Done, Failure};

/// As a cheap phone takes them.
const WIDTH: u32 = 1_600;
const HEIGHT: u32 = 1_200;
const QUALITY: u8 = 85;

/// A sheet with lines of writing on a table, with the grain of a phone's camera.
pub(super) fn photo(seed: u64) -> Done<Vec<u8>> {
    let mut draw = Draw::new(&[seed]);
    let lines: Vec<u32> = (0..HEIGHT / 48).map(|_| 400 + low_bits(draw.below(800))).collect();
    let mut grain = Draw::new(&[seed, 1]);
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let sheet = (160..WIDTH - 160).contains(&x) && (90..HEIGHT - 90).contains(&y);
        let end = lines.get((y / 48) as usize).copied().unwrap_or_default();
        let written =
            sheet && y % 48 < 14 && (220..220 + end).contains(&x) && (x / 9 + y / 5) % 3 != 0;
        let light = 200 - (x + y) * 30 / (WIDTH + HEIGHT);
        let tone = match (written, sheet) {
            (true, _) => 50,
            (false, true) => light + 40,
            (false, false) => light / 2,
        };
        let tone = tone + low_bits(grain.below(12));
        let shade = |less: u32| u8::try_from(tone.saturating_sub(less).min(255)).unwrap_or(255);
        Rgb([shade(0), shade(4), shade(14)])
    });
    let mut jpeg = Cursor::new(Vec::new());
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY)).map_err(
        |error| {
            Failure::new(Code::Internal, "无法生成照片", "a photo cannot be made").because(error)
        },
    )?;
    Ok(jpeg.into_inner())
}

/// One page with one line in ASCII.
pub(super) fn pdf(line: &str) -> Vec<u8> {
    let text: String = line.chars().filter(|c| c.is_ascii_alphanumeric() || *c == ' ').collect();
    let stream = format!("BT /F1 18 Tf 72 720 Td ({text}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(&objects) {
        table += &format!("{:010} 00000 n \n", pdf.len());
        pdf += &format!("{number} 0 obj\n{object}\nendobj\n");
    }
    let start = pdf.len();
    pdf += &format!(
        "{table}trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n",
        objects.len() + 1
    );
    pdf.into_bytes()
}

fn low_bits(drawn: u64) -> u32 {
    u32::try_from(drawn).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use daiban_node::settings::Settings;
    use daiban_node::shell::prepare;

    #[test]
    fn a_node_takes_them_as_materials() {
        let settings = Settings::default().materials;
        let photo = photo(7).unwrap();
        assert!(photo.len() > 50_000);
        assert_eq!(prepare(photo, &settings).unwrap().media, "image/jpeg");
        assert_eq!(prepare(pdf("practice"), &settings).unwrap().media, "application/pdf");
    }

    #[test]
    fn each_seed_has_its_own_photo() {
        assert_eq!(photo(1).unwrap(), photo(1).unwrap());
        assert_ne!(photo(1).unwrap(), photo(2).unwrap());
    }
}
