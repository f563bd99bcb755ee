//! What a person reads: the summary of a solved market, the warnings, the progress of long work.

mod progress;
mod summary;
mod table;
mod warnings;

pub use progress::Progress;
pub use summary::summary;
pub use warnings::warnings;
