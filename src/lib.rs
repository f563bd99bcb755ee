//! ET Market: when to resell an Ethereum execution ticket, and for how much.
//!
//! The mathematics is the crate `etm-solver`; here are the market files, the commands and what they write.

pub mod cli;
pub mod commands;
pub mod data;
pub mod evaluate;
pub mod figure;
pub mod gallery;
pub mod report;
pub mod results;
pub mod spec;
pub mod sweep;
