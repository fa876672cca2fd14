//! Evaluations that rest on the distribution of the results, by draws or, where it is known, by quadrature.

mod draws;
mod exact;
mod order;
