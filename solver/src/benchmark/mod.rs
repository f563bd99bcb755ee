//! What the equilibrium is measured against (section 6 of the theory page).

pub(crate) mod continuous;
mod efficient;
mod format;
mod optimal_mechanism;
mod spot;

pub use efficient::efficient_value;
pub use format::revenue_by_format;
pub use optimal_mechanism::optimal_mechanism_value;
pub use spot::{spot_at_maturity_value, spot_best_time_value};
