//! What a person reads: the summary of a solved market, the warnings, the progress of long work.

pub(crate) mod calibration;
mod check;
mod compare;
mod over;
mod progress;
mod rounds;
mod simulation;
mod summary;
mod table;
mod warnings;

pub use check::{check, why};
pub use compare::{Compared, Gains, compare};
pub use over::{Flip, Row, over};
pub use progress::{Counter, Progress};
pub use simulation::simulation;
pub use summary::summary;
pub(crate) use table::{percent, significant};
pub use warnings::warnings;
pub(crate) use warnings::{only_symmetric, why_never_sold};
