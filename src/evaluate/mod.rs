//! The statistics of comparisons: pure functions from tables of numbers to named quantities.
//!
//! [`method`] is the shape every method has, [`register`] lists them all; each family has a folder of its own. Nothing here
//! knows of files, protocols or languages: the runner and `bidui compute` call the same functions.

pub mod bayes;
pub mod columns;
pub mod consistency;
pub mod decision_tree;
pub mod effective_dof;
pub mod equivalence;
pub mod integrity;
pub mod laboratories;
pub mod linking;
pub mod method;
pub mod outlier;
pub mod pool;
pub mod precision;
pub mod proficiency;
pub mod reference;
pub mod reference_material;
pub mod register;
pub mod risk;
pub mod sample;
pub mod sampling;
pub mod table;
pub mod travelling;
pub mod vector;
