//! Figures as SVG, and the pages they stand on.
