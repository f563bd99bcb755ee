//! What a solved market leaves behind: one file of the results folder each, and the folder itself.

pub mod check;
pub mod curves;
pub mod folder;
pub mod manifest;
pub mod market_file;
pub mod nodes;
pub mod result;
pub mod rounds;
pub mod solved;

mod csv_text;
