//! What a benchmark found, as one line of JSON on standard output.

use anyhow::Result;
use serde::Serialize;

/// The figures of one benchmark.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    bench: &'static str,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    value: f64,
    unit: &'static str,
}

impl Report {
    pub(crate) const fn new(bench: &'static str) -> Self {
        Self {
            bench,
            rows: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, name: impl Into<String>, value: f64, unit: &'static str) {
        // More digits than the measurement is worth would only feign precision.
        let value = if value >= 1000.0 {
            value.round()
        } else {
            (value * 10.0).round() / 10.0
        };
        self.rows.push(Row {
            name: name.into(),
            value,
            unit,
        });
    }

    /// Puts the other's figures after these.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.rows.append(&mut other.rows);
    }

    pub(crate) fn print(&self) -> Result<()> {
        println!("{}", serde_json::to_string(self)?);
        Ok(())
    }
}

/// The middle of an odd number of figures, or the upper middle one.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_not_swayed_by_one_slow_round() {
        assert!((median(vec![3.0, 1000.0, 2.0]) - 3.0).abs() < f64::EPSILON);
    }
}
