//! What a command leaves on disk.

pub mod folder;
