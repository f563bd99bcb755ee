//! A prize chain estimated from observed payments: quantile bins, bin means, counted transitions.
