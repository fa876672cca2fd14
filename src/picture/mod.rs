//! What all pictures of the project are drawn with: SVG that stands alone, in light and dark, with fonts that have Chinese characters.

pub mod geometry;
pub mod svg;
