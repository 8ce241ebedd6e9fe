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
    #[serde(skip_serializing_if = "Option::is_none")]
    aim: Option<Aim>,
}

/// What is hoped for, and whether it is so.
#[derive(Debug, Serialize)]
struct Aim {
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<f64>,
    met: bool,
}

impl Report {
    pub(crate) const fn new(bench: &'static str) -> Self {
        Self {
            bench,
            rows: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, name: impl Into<String>, value: f64, unit: &'static str) {
        self.row(name, value, unit, None);
    }

    /// A figure that is hoped to be as high as that.
    pub(crate) fn at_least(
        &mut self,
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        aim: f64,
    ) {
        let aim = Aim {
            at_least: Some(aim),
            at_most: None,
            met: value >= aim,
        };
        self.row(name, value, unit, Some(aim));
    }

    /// A figure that is hoped to be as low as that.
    pub(crate) fn at_most(
        &mut self,
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        aim: f64,
    ) {
        let aim = Aim {
            at_least: None,
            at_most: Some(aim),
            met: value <= aim,
        };
        self.row(name, value, unit, Some(aim));
    }

    fn row(&mut self, name: impl Into<String>, value: f64, unit: &'static str, aim: Option<Aim>) {
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
            aim,
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
    fn an_aim_is_met_by_what_is_on_its_side_of_it() {
        let mut report = Report::new("test");
        report.at_least("fast", 100.0, "/s", 100.0);
        report.at_most("small", 101.0, "MB", 100.0);
        let met: Vec<bool> = report
            .rows
            .iter()
            .filter_map(|row| row.aim.as_ref().map(|aim| aim.met))
            .collect();
        assert_eq!(met, [true, false]);
    }

    #[test]
    fn the_median_is_not_swayed_by_one_slow_round() {
        assert!((median(vec![3.0, 1000.0, 2.0]) - 3.0).abs() < f64::EPSILON);
    }
}
