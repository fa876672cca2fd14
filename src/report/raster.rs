//! Pictures as points, for word processors that show no SVG.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::fonts::{Fonts, NoFont};
use super::{Pictures, Raster, Rasters, signs_of};
use crate::picture::svg::on_paper;
use crate::text::Text;

/// Points in a picture for each pixel of its SVG: enough for print.
const SHARPNESS: f32 = 3.0;

/// Why a picture could not be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RasterError {
    NoFont(NoFont),
    /// The name of the picture.
    Unreadable(String),
}

impl RasterError {
    /// The message for a person.
    pub fn message(&self) -> Text {
        match self {
            RasterError::NoFont(missing) => missing.message(),
            RasterError::Unreadable(name) => Text::new(
                format!("图 `{name}` 无法绘制"),
                format!("the picture `{name}` cannot be drawn"),
            ),
        }
    }
}

/// The pictures as points, by their names.
///
/// # Errors
/// Letters for which no font is installed; a picture that cannot be drawn.
pub fn rasters(pictures: &Pictures, fonts: &Fonts) -> Result<Rasters, RasterError> {
    let signs: String = pictures.values().map(|svg| signs_of(svg)).collect();
    fonts.have(&signs).map_err(RasterError::NoFont)?;
    let mut database = fontdb::Database::new();
    database.load_system_fonts();
    Fonts::brought_along().for_each(|font| database.load_font_data(font));
    let options = Options {
        fontdb: Arc::new(database),
        ..Options::default()
    };
    let drawn = pictures.iter().map(|(name, svg)| {
        let raster = draw(&on_paper(svg), &options);
        let raster = raster.ok_or_else(|| RasterError::Unreadable(name.clone()))?;
        Ok((name.clone(), raster))
    });
    drawn.collect()
}

fn draw(svg: &str, options: &Options<'_>) -> Option<Raster> {
    let tree = Tree::from_str(svg, options).ok()?;
    let (width, height) = (tree.size().width(), tree.size().height());
    let scaled = |length: f32| (length * SHARPNESS).ceil() as u32;
    let mut pixels = Pixmap::new(scaled(width), scaled(height))?;
    let transform = Transform::from_scale(SHARPNESS, SHARPNESS);
    resvg::render(&tree, transform, &mut pixels.as_mut());
    Some(Raster {
        png: pixels.encode_png().ok()?,
        width: f64::from(width),
        height: f64::from(height),
    })
}
